/** An entry of the step log as bytes: sealing a draft at its place, its references and its salted bodies. It never reads a clock. */
import { concat, utf8 } from '../bytes/encoding.ts';
import { digest } from '../bytes/hash.ts';
import { jcs } from '../bytes/jcs.ts';
import type { Entry, EntryOf, EntryType } from './tables.ts';

/** Bytes beside the log and the 32 random bytes that make their digest say nothing about them. */
export interface Body {
  readonly bytes: Uint8Array;
  readonly salt: Uint8Array;
}

type Own<T extends EntryType> = T extends EntryType ? OwnOf<T> : never;
type OwnOf<T extends EntryType> = Omit<
  EntryOf<T>,
  'v' | 'log' | 'seq' | 'type' | 'ts' | 'actor' | 'bodies' | 'run' | 'rseq' | 'prev' | 'rprev' | 'hprev' | 'aprev'
>;

/** What somebody wants to append, before it has a place in the log. */
export interface Draft<T extends EntryType = EntryType> {
  readonly type: T;
  readonly actor: string;
  readonly fields: Own<T>;
  readonly bodies?: Readonly<Record<string, Body>>;
}

/** Where an entry stands: its leaf index, its time, and the heads of the chains that it continues. */
export interface Place {
  readonly log: string;
  readonly seq: number;
  readonly ts: number;
  readonly run?: { readonly run: string; readonly rseq: number; readonly prev?: string };
  readonly rprev?: string;
  readonly hprev?: string;
  readonly aprev?: string;
}

export interface Sealed<E extends Entry = Entry> {
  readonly entry: E;
  readonly bytes: Uint8Array;
  readonly digest: string;
  /** Bodies at hand, by name; a reader who may not see one does not have it. */
  readonly bodies: Readonly<Record<string, Body>>;
}

const BODY_PREFIX = utf8('crosscheck-body/v1\n');

/** SHA-256("crosscheck-body/v1\n" ‖ salt ‖ body); step-log.md, *Bodies*. */
export const bodyDigest = (body: Body): string => digest(concat(BODY_PREFIX, body.salt, body.bytes));

/** Returns the entry's bytes (JCS of the closed object) and digest; the same draft at the same place is the same bytes. */
export function seal<T extends EntryType>(draft: Draft<T>, place: Place): Sealed<EntryOf<T>> {
  const bodies = draft.bodies ?? {};
  const names = Object.entries(bodies).map(([name, body]) => [name, bodyDigest(body)] as const);
  const { log, seq, ts, run, ...links } = place;
  const entry = {
    v: 1,
    log,
    seq,
    type: draft.type,
    ts,
    actor: draft.actor,
    ...(run ?? {}),
    ...links,
    ...(names.length > 0 ? { bodies: Object.fromEntries(names) } : {}),
    ...draft.fields,
  } as unknown as EntryOf<T>;
  const bytes = utf8(jcs(entry));
  return { entry, bytes, digest: digest(bytes), bodies };
}

/** `<int> <digest>`: rseq where the entry belongs to a run, else seq. */
export const refOf = ({ entry, digest: own }: Pick<Sealed, 'entry' | 'digest'>): string =>
  `${'rseq' in entry ? entry.rseq : entry.seq} ${own}`;

export const refDigest = (ref: string): string => ref.slice(ref.indexOf(' ') + 1);
export const refIndex = (ref: string): number => Number(ref.slice(0, ref.indexOf(' ')));
