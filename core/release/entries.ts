/** Finding things in a run's entries for people; it reads what is there and judges nothing. */
import { lineJson, parseStatement } from '../approval/statement.ts';
import { parseCanonical } from '../bytes/jcs.ts';
import type { Act, LINES } from '../log/acts.ts';
import { refOf, type Sealed } from '../log/entry.ts';
import type { Entry, EntryOf, EntryType } from '../log/tables.ts';

/** Entries of a run, of the chain after its close or of the holds outside any run, in the order of the log. */
export type Entries = readonly Sealed<Entry>[];

export const isOf = <T extends EntryType>(
  sealed: Sealed<Entry>,
  ...types: readonly T[]
): sealed is Sealed<EntryOf<T>> => (types as readonly string[]).includes(sealed.entry.type);

export const ofType = <T extends EntryType>(entries: Entries, ...types: readonly T[]): Sealed<EntryOf<T>>[] =>
  entries.filter((sealed): sealed is Sealed<EntryOf<T>> => isOf(sealed, ...types));

export const byRef = (entries: Entries, ref: string): Sealed<Entry> | undefined =>
  entries.find((sealed) => refOf(sealed) === ref);

/** The JSON of a body that this reader has; undefined where it has none or the bytes are no canonical JSON. */
export function bodyOf(sealed: Sealed<Entry>, name: string): unknown {
  const body = sealed.bodies[name];
  const value = body && parseCanonical(body.bytes, { maxBytes: 65_535, maxDepth: 8, integersOnly: false });
  return value?.ok ? value.value : undefined;
}

/** What stands where a body does not because it was erased, as a redaction among `entries` says; null where none does. */
export function redacted({ entry }: Sealed<Entry>, name: string, entries: Entries): string | null {
  const digest = Object.entries(entry.bodies ?? {}).find(([own]) => own === name)?.[1] ?? '';
  const by = ofType(entries, 'body.redacted').find((one) => one.entry.erased.includes(digest));
  return by ? `${REDACTED} at #${by.entry.seq}` : null;
}

/** Nothing but an order takes what people wrote from a log: an `answer` that is named and not at hand is erased. */
export const REDACTED = 'redacted by order';
export const isRedacted = ({ entry, bodies }: Sealed<Entry>): boolean =>
  bodies['answer'] === undefined && Object.hasOwn(entry.bodies ?? {}, 'answer');

/** A key of a body that is an object, where it is a text. */
export function textIn(sealed: Sealed<Entry>, name: string, key: string): string | null {
  const value = bodyOf(sealed, name) as Readonly<Record<string, unknown>> | string | null | undefined;
  const found = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? value[key] : null;
  return typeof found === 'string' ? found : null;
}

export interface Signature {
  readonly person: string;
  readonly seat: string;
  readonly role: string;
}

/** Who signed, by the references that the entry with the effect lists. */
export const signersOf = (entries: Entries, refs: readonly string[]): Signature[] =>
  ofType(entries, 'act.signed')
    .filter((sealed) => refs.includes(refOf(sealed)))
    .map(({ entry }) => ({ person: entry.actor, seat: entry.seat, role: entry.role }));

/** A JSON line of the statement that an entry carries, where this reader has it and it is a statement of the act. */
export function lineOf<A extends Act>(sealed: Sealed<Entry>, act: A, line: (typeof LINES)[A][number]): unknown {
  const statement = sealed.bodies['statement'];
  const read = statement && parseStatement(act, statement.bytes);
  return read?.ok ? lineJson(read.value[line]) : undefined;
}
