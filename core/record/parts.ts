/** Which entries and bodies of a log make up one run's record; whoever exports a record and whoever judges a whole log ask here. It reads no bytes. */
import { refIndex, type Sealed } from '../log/entry.ts';
import type { EntryType } from '../log/tables.ts';
import { foreignTo, type HoldsEntry } from '../site/holds.ts';
import { erasedIn } from '../site/redaction.ts';
import { ROSTER_TYPES } from '../site/roster.ts';

type Held = Pick<Sealed, 'entry' | 'digest'>;

/** What a log answers about its entries; each list ascends by seq. */
export interface LogIndex<S extends Held> {
  at(seq: number): S | undefined;
  /** The entries of a run. */
  of(run: string): readonly S[];
  /** What came after the close of a run. */
  after(run: string): readonly S[];
  /** Entries of these types outside any run. */
  outside(types: readonly EntryType[]): readonly S[];
}

export interface Parts<S extends Held> {
  /** Ascending by seq. */
  readonly entries: readonly S[];
  /** Of the chain of holds, what is about another runbook or plan: it is there for the chain alone, without its bodies. */
  readonly foreign: ReadonlySet<S>;
}

const HOLDS = ['hold.raised', 'hold.updated', 'act.signed', 'hold.lifted'] as const;
const CHAINS: readonly EntryType[] = [...ROSTER_TYPES, ...HOLDS];

/**
 * The entries of a run's record: its own and what came after its close, the chains of roster and holds, and the
 * registration and approval that it names, as far as the log has them. Nothing where the run never opened.
 */
export function recordParts<S extends Held>(log: LogIndex<S>, run: string): Parts<S> {
  const own = log.of(run);
  const opened = own[0]?.entry;
  if (opened?.type !== 'run.opened') return { entries: [], foreign: new Set() };
  const approved = log.at(refIndex(opened.approved));
  const registered =
    approved?.entry.type === 'runbook.approved' ? log.at(refIndex(approved.entry.registered)) : undefined;
  const named = [registered, approved].filter((found) => found !== undefined && !('run' in found.entry)) as S[];
  const chains = log.outside(CHAINS);
  const holds = chains.filter(({ entry }) => (HOLDS as readonly EntryType[]).includes(entry.type));
  const entries = [...new Set([...chains, ...named, ...own, ...log.after(run)])];
  return {
    entries: entries.sort((a, b) => a.entry.seq - b.entry.seq),
    foreign: new Set(foreignTo(holds as (S & { readonly entry: HoldsEntry })[], opened)),
  };
}

/** The digests of the bodies that belong to a record and were not erased, in the order of its entries. */
export function bodiesIn<S extends Held>({ entries, foreign }: Parts<S>): string[] {
  const erased = erasedIn(entries);
  const named = entries.flatMap((sealed) => (foreign.has(sealed) ? [] : Object.values(sealed.entry.bodies ?? {})));
  return named.filter((digest) => !erased.has(digest));
}
