/** Which entries make up a record, and that none of them is missing, surplus or out of its place. */
import { refOf } from '../log/entry.ts';
import { chainOf } from '../log/parse.ts';
import type { RunEntry } from '../log/tables.ts';
import type { AfterEntry } from '../site/after.ts';
import { foreignTo, type HoldsEntry } from '../site/holds.ts';
import type { RosterEntry } from '../site/roster.ts';
import { isType, type Leaf } from './read.ts';
import { type Reason, reason, unless } from './verdict.ts';

/** The entries of a record by what they are for. */
export interface Spine {
  readonly genesis: Leaf<Extract<Leaf['entry'], { type: 'genesis' }>>;
  /** The roster's chain, genesis included, whole. */
  readonly roster: readonly Leaf<RosterEntry>[];
  readonly registered: Leaf<Extract<Leaf['entry'], { type: 'runbook.registered' }>>;
  readonly approved: Leaf<Extract<Leaf['entry'], { type: 'runbook.approved' }>>;
  readonly opened: Leaf<Extract<Leaf['entry'], { type: 'run.opened' }>>;
  /** The run's entries from run.opened on. */
  readonly run: readonly Leaf<RunEntry>[];
  /** The chain of holds on plans and runbooks, whole. */
  readonly holds: readonly Leaf<HoldsEntry>[];
  /** What came after the run's close. */
  readonly after: readonly Leaf<AfterEntry>[];
}

/** Authors of the run's folder: declared, and who registered it. */
export const authorsOf = ({ registered }: Pick<Spine, 'registered'>): string[] => [
  ...new Set([...registered.entry.authors, registered.entry.actor]),
];

const found = (type: string, count: number): Reason =>
  reason('XCK_INTEGRITY', `a record has one ${type}, this has ${count}`, null, type === 'genesis' ? 'I1' : 'I18');

/** Finds the parts of a record; refuses unless each that it must have is there exactly once. */
export function spineOf(leaves: readonly Leaf[]): { readonly spine: Spine | null; readonly reasons: Reason[] } {
  const of = <T extends Leaf['entry']['type']>(type: T) =>
    leaves.filter((leaf) => isType(leaf, type)) as Leaf<Extract<Leaf['entry'], { type: T }>>[];
  const [genesis, registered, approved, opened] = [
    of('genesis'),
    of('runbook.registered'),
    of('runbook.approved'),
    of('run.opened'),
  ];
  const reasons = [genesis, registered, approved, opened].flatMap((those, index) =>
    those.length === 1
      ? []
      : [found(['genesis', 'runbook.registered', 'runbook.approved', 'run.opened'][index] ?? '', those.length)],
  );
  if (!genesis[0] || !registered[0] || !approved[0] || !opened[0] || reasons.length > 0)
    return { spine: null, reasons };
  const inChain = (chain: string) => leaves.filter(({ entry }) => chainOf(entry.type, entry) === chain);
  return {
    spine: {
      genesis: genesis[0],
      registered: registered[0],
      approved: approved[0],
      opened: opened[0],
      roster: inChain('roster') as Leaf<RosterEntry>[],
      run: inChain('run') as Leaf<RunEntry>[],
      holds: inChain('holds') as Leaf<HoldsEntry>[],
      after: inChain('after') as Leaf<AfterEntry>[],
    },
    reasons,
  };
}

/** Checks that seq ascends, that time never runs back, and that all entries are of the genesis' log. */
export function inOrder(leaves: readonly Leaf[], spine: Pick<Spine, 'genesis'>): Reason[] {
  return leaves.flatMap(({ entry }, index) => {
    const before = leaves[index - 1]?.entry;
    return [
      ...unless(
        entry.log === spine.genesis.entry.log,
        'XCK_INTEGRITY',
        `it names the log ${entry.log}`,
        entry.seq,
        'I1',
      ),
      ...unless(!before || before.seq < entry.seq, 'XCK_INTEGRITY', 'seq does not ascend', entry.seq, 'I1'),
      ...unless(
        !before || before.ts <= entry.ts,
        'XCK_INTEGRITY',
        'its time lies before the entry before it',
        entry.seq,
        'I1',
      ),
    ];
  });
}

/** Checks that the run's chain is whole: one run, rseq from 0 without a gap, each entry naming the one before. */
export function runChain({ run, opened }: Pick<Spine, 'run' | 'opened'>): Reason[] {
  return run.flatMap(({ entry }, index) => {
    const before = run[index - 1];
    return [
      ...unless(entry.run === opened.entry.run, 'XCK_INTEGRITY', `it belongs to the run ${entry.run}`, entry.seq, 'I1'),
      ...unless(
        entry.rseq === index,
        'XCK_INTEGRITY',
        `it is number ${entry.rseq} of the run where ${index} must stand`,
        entry.seq,
        'I1',
      ),
      ...unless(
        entry.prev === before?.digest,
        'XCK_INTEGRITY',
        'it does not name the entry before it in the run',
        entry.seq,
        'I1',
      ),
    ];
  });
}

/** Checks that the roster's chain is whole, from the genesis at seq 0. */
export function rosterChain({ roster: chain }: Pick<Spine, 'roster'>): Reason[] {
  return chain.flatMap(({ entry }, index) => [
    ...unless(
      (entry.type === 'genesis') === (index === 0) && (index > 0 || entry.seq === 0),
      'XCK_INTEGRITY',
      'the genesis is not the first entry',
      entry.seq,
      'I1',
    ),
    ...unless(
      ('rprev' in entry ? entry.rprev : undefined) === chain[index - 1]?.digest,
      'XCK_INTEGRITY',
      'it does not name the roster entry before it',
      entry.seq,
      'I7',
    ),
  ]);
}

/** Checks that the chain of holds is whole up to its last entry. */
export const holdsChain = ({ holds }: Pick<Spine, 'holds'>): Reason[] =>
  holds.flatMap(({ entry }, index) =>
    unless(
      entry.hprev === holds[index - 1]?.digest,
      'XCK_INTEGRITY',
      'it does not name the entry before it in the chain of holds',
      entry.seq,
      'I1',
    ),
  );

/** Checks that an opening names the entry that was the newest of the chain of holds. */
export function holdsHead({ holds, opened }: Pick<Spine, 'holds' | 'opened'>): Reason[] {
  const before = holds.filter(({ entry }) => entry.seq < opened.entry.seq).at(-1);
  return unless(
    opened.entry.holds === (before && refOf(before)),
    'XCK_INTEGRITY',
    'it names another head of the chain of holds',
    opened.entry.seq,
    'I9',
  );
}

/** The entries of the chain of holds that are about another runbook or plan than the run's. */
export const foreignHolds = ({ holds, opened }: Spine): Spine['holds'] => foreignTo(holds, opened.entry);

/** Checks that no record carries what was said of holds on other runbooks. */
export const nothingForeign = (spine: Spine): Reason[] =>
  foreignHolds(spine).flatMap(({ entry, bodies }) =>
    unless(
      Object.keys(bodies).length === 0,
      'XCK_INTEGRITY',
      'its bodies belong to another runbook or plan',
      entry.seq,
      'I1',
    ),
  );

/** Checks that what came after the close is a whole chain, and comes after it. */
export function afterChain({ after, run }: Pick<Spine, 'after' | 'run'>): Reason[] {
  const close = run.at(-1);
  return after.flatMap(({ entry }, index) => [
    ...unless(
      close?.entry.type === 'run.closed' && entry.about === refOf(close) && entry.seq > close.entry.seq,
      'XCK_INTEGRITY',
      'it is not about the close of this run',
      entry.seq,
      'I1',
    ),
    ...unless(
      entry.aprev === after[index - 1]?.digest,
      'XCK_INTEGRITY',
      'it does not name the entry before it after the close',
      entry.seq,
      'I1',
    ),
  ]);
}

/** Checks that the run names the runbook entries that are here, and that nothing else is. */
export function nothingSurplus(leaves: readonly Leaf[], { registered, approved, opened }: Spine): Reason[] {
  const known = new Set(['runbook.registered', 'runbook.approved']);
  const surplus = leaves.find(({ entry }) => chainOf(entry.type, entry) === 'none' && !known.has(entry.type));
  return [
    ...unless(
      surplus === undefined,
      'XCK_INTEGRITY',
      `a ${surplus?.entry.type} does not belong to a record`,
      surplus?.entry.seq ?? null,
      'I1',
    ),
    ...unless(
      approved.entry.registered === refOf(registered),
      'XCK_INTEGRITY',
      'it approves another registration',
      approved.entry.seq,
      'I18',
    ),
    ...unless(
      opened.entry.approved === refOf(approved),
      'XCK_INTEGRITY',
      'it names another approval',
      opened.entry.seq,
      'I18',
    ),
  ];
}
