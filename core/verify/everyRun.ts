/** The claims about a log as a whole: every leaf under the checkpoint, every chain complete and without a fork. Only this excludes a second history of a run. */
import { equal } from '../bytes/encoding.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import { refDigest } from '../log/entry.ts';
import { leafHash, type Nodes, nodeHash, rootOf } from '../log/merkle.ts';
import { chainOf } from '../log/parse.ts';
import type { EntryType, RunEntry } from '../log/tables.ts';
import type { LogIndex } from '../record/parts.ts';
import type { AfterEntry } from '../site/after.ts';
import type { HoldsEntry } from '../site/holds.ts';
import { ROSTER_TYPES } from '../site/roster.ts';
import { afterChain, holdsChain, inOrder, rosterChain, runChain, type Spine } from './chains.ts';
import { isType, type Leaf } from './read.ts';
import type { Witness } from './tree.ts';
import { type Reason, reason, unless } from './verdict.ts';

/** Every entry of a log where a run's record looks for it. */
export interface EveryRun extends LogIndex<Leaf> {
  readonly genesis: Spine['genesis'];
  readonly leaves: readonly Leaf[];
  /** By run, in the order of their first entries. */
  readonly runs: ReadonlyMap<string, readonly Leaf<RunEntry>[]>;
  readonly holds: readonly Leaf<HoldsEntry>[];
  /** What is about a close that the log does not have. */
  readonly lost: readonly Leaf[];
}

function grouped<S>(all: Iterable<S>, keyOf: (one: S) => string | undefined): Map<string, S[]> {
  const groups = new Map<string, S[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key ?? '');
    if (group) group.push(one);
    else if (key !== undefined) groups.set(key, [one]);
  }
  return groups;
}

/** Finds what belongs to which run; undefined where the log does not begin with its genesis. */
export function everyRun(leaves: readonly Leaf[]): EveryRun | undefined {
  const [genesis] = leaves;
  if (!genesis || !isType(genesis, 'genesis')) return undefined;
  const chains = grouped(leaves, ({ entry }) => chainOf(entry.type, entry));
  const inChain = <L>(chain: string) => (chains.get(chain) ?? []) as readonly unknown[] as readonly L[];
  const runs = grouped(inChain<Leaf<RunEntry>>('run'), ({ entry }) => entry.run);
  const closes = new Map(
    inChain<Leaf<RunEntry>>('run').flatMap(({ entry, digest }) =>
      entry.type === 'run.closed' ? [[digest, entry.run] as const] : [],
    ),
  );
  const closeOf = ({ entry }: Leaf<AfterEntry>) => closes.get(refDigest(entry.about ?? ''));
  const after = grouped(inChain<Leaf<AfterEntry>>('after'), closeOf);
  const byType = grouped(
    leaves.filter(({ entry }) => !('run' in entry)),
    ({ entry }) => entry.type,
  );
  return {
    genesis,
    leaves,
    runs,
    holds: inChain('holds'),
    lost: inChain<Leaf<AfterEntry>>('after').filter((leaf) => closeOf(leaf) === undefined),
    at: (seq) => leaves[seq],
    of: (run) => runs.get(run) ?? [],
    after: (run) => after.get(run) ?? [],
    outside: (types: readonly EntryType[]) => types.flatMap((type) => byType.get(type) ?? []).sort(bySeq),
  };
}

const bySeq = (a: Leaf, b: Leaf): number => a.entry.seq - b.entry.seq;

/** Checks that line i is entry i, that time never runs back, and that each chain of the log is complete. */
export function complete(log: EveryRun): Reason[] {
  const { leaves, genesis, holds, lost } = log;
  const roster = log.outside(ROSTER_TYPES) as Spine['roster'];
  return [
    ...leaves.flatMap(({ entry }, index) =>
      unless(entry.seq === index, 'XCK_INTEGRITY', `it stands where entry ${index} must`, entry.seq, 'I1'),
    ),
    ...inOrder(leaves, { genesis }),
    ...rosterChain({ roster }),
    ...holdsChain({ holds }),
    ...[...log.runs].flatMap(([run, own]) => oneHistory(run, own, log.after(run) as Leaf<AfterEntry>[])),
    ...lost.map(({ entry }) =>
      reason('XCK_INTEGRITY', 'it is about a close that the log does not have', entry.seq, 'I1'),
    ),
  ];
}

/** Checks that a run has one beginning, one chain, and nothing behind its close but what may come after it. */
function oneHistory(run: string, own: readonly Leaf<RunEntry>[], after: readonly Leaf<AfterEntry>[]): Reason[] {
  const [opened] = own;
  if (!opened || !isType(opened, 'run.opened'))
    return [reason('XCK_INTEGRITY', `the run ${run} begins without its opening`, opened?.entry.seq ?? null, 'I1')];
  const late = own.slice(0, -1).find(({ entry }) => entry.type === 'run.closed');
  const again = own.slice(1).find(({ entry }) => entry.type === 'run.opened');
  return [
    ...runChain({ run: own, opened }),
    ...afterChain({ run: own, after }),
    ...unless(!again, 'XCK_INTEGRITY', `the run ${run} is opened a second time`, again?.entry.seq ?? null, 'I1'),
    ...unless(!late, 'XCK_INTEGRITY', `the run ${run} goes on after its close`, late?.entry.seq ?? null, 'I1'),
  ];
}

/** The complete subtrees over the leaves, 32 bytes each, one row after the other. */
function treeOf(leaves: readonly Leaf[]): Nodes {
  const rows: Uint8Array[] = [];
  const at = (row: Uint8Array, index: number) => row.subarray(32 * index, 32 * index + 32);
  const first = new Uint8Array(32 * leaves.length);
  for (const [index, { bytes }] of leaves.entries()) first.set(leafHash(bytes), 32 * index);
  for (let row = first; row.length >= 32; ) {
    rows.push(row);
    const next = new Uint8Array(32 * Math.floor(row.length / 64));
    for (let index = 0; 32 * index < next.length; index++)
      next.set(nodeHash(at(row, 2 * index), at(row, 2 * index + 1)), 32 * index);
    row = next;
  }
  return (level, index) => at(rows[level] ?? new Uint8Array(), index);
}

/** All the leaves as what shows that entries and older trees are the log's: every root is computed, none is told. */
export function allLeaves(leaves: readonly Leaf[]): Witness & { readonly rootAt: (size: number) => Uint8Array } {
  const nodes = treeOf(leaves);
  const rootAt = (size: number) => rootOf(size, nodes);
  return {
    includes: ({ entry, bytes }) => leaves[entry.seq]?.bytes === bytes,
    had: (size, root) => size <= leaves.length && equal(rootAt(size), root),
    proved: null,
    rootAt,
  };
}

/** Checks I1: the checkpoint is over exactly these leaves. */
export const covered = (
  leaves: readonly Leaf[],
  { rootAt }: ReturnType<typeof allLeaves>,
  { size, root }: Checkpoint,
) =>
  size === leaves.length
    ? unless(
        equal(rootAt(size), root),
        'XCK_INTEGRITY',
        'its root is not the one that the checkpoint signs',
        null,
        'I1',
      )
    : [reason('XCK_INTEGRITY', `the checkpoint is over ${size} entries, this has ${leaves.length}`, null, 'I1')];
