/** The claims about holds outside the run: none stood on its runbook or plan when it opened, each was lifted by the right people, and one called meanwhile held the run too. */
import { sameStatement } from '../approval/statement.ts';
import { refOf } from '../log/entry.ts';
import { rolesOf } from '../log/roster.ts';
import { signing } from '../run/answers.ts';
import { actLines } from '../run/lines.ts';
import type { Runbook } from '../runbook/runbook.ts';
import {
  foldHold,
  type Held,
  type HoldsEntry,
  type HoldsEntryOf,
  holdsAgainst,
  mayFollow,
  NO_HOLDS,
} from '../site/holds.ts';
import { jsonOf } from './bodies.ts';
import { foreignHolds, type Spine } from './chains.ts';
import type { Leaf } from './read.ts';
import type { Rosters } from './roster.ts';
import { linesOf, type Stated } from './statements.ts';
import { type Reason, reason, unless } from './verdict.ts';

type Statements = ReadonlyMap<number, Stated>;

export const outerHolds = (spine: Spine, stated: Statements, rosters: Rosters, runbook: Runbook): Reason[] => [
  ...replayed(spine, stated, rosters, runbook),
  ...spread(spine),
];

/** Replays the chain; of holds on other runbooks only that they stand in it, and were raised in it before anything else of them. */
function replayed(spine: Spine, stated: Statements, rosters: Rosters, runbook: Runbook): Reason[] {
  const { opened, registered, holds } = spine;
  const authors = [...new Set([...registered.entry.authors, registered.entry.actor])];
  const heldAt = (seq: number): Held => ({ runbook, authors, roles: rolesOf(rosters.before(seq)) });
  const foreign = new Set<Leaf>(foreignHolds(spine));
  const { seq, run, runbook: digest } = opened.entry;
  let state = NO_HOLDS;
  let atOpening = NO_HOLDS;
  const raised = new Set<string>();
  const reasons = holds.flatMap((leaf) => {
    const about = holdOf(leaf);
    if (leaf.entry.type === 'hold.raised') raised.add(about);
    if (!raised.has(about)) return [reason('XCK_POLICY', 'the chain has no such hold', leaf.entry.seq, 'I9')];
    const rule = foreign.has(leaf) ? undefined : mayFollow(state, leaf.entry, heldAt(leaf.entry.seq));
    state = foldHold(state, leaf);
    if (leaf.entry.seq < seq) atOpening = state;
    if (!rule) return [];
    const told = rule.ok ? [] : [reason('XCK_POLICY', rule.refusal.sentence, leaf.entry.seq, 'I9')];
    return leaf.entry.type === 'act.signed' ? [...told, ...says(leaf as Signed, stated)] : told;
  });
  const free = holdsAgainst(atOpening, digest, run).length === 0;
  return [
    ...reasons,
    ...unless(free, 'XCK_POLICY', 'a hold stood on its runbook or its plan', seq, 'I9'),
    ...tooLate(spine),
  ];
}

/** The hold that an entry raises or is about. */
function holdOf(leaf: Leaf<HoldsEntry>): string {
  const { entry } = leaf;
  if (entry.type === 'hold.raised') return refOf(leaf);
  return entry.type === 'act.signed' ? entry.about : entry.hold;
}

/** A plan that has become its run is held there, where it stops something; a hold on the plan would only look like one. */
const tooLate = ({ holds, opened }: Spine): Reason[] =>
  holds.flatMap(({ entry }) => {
    const late = entry.type === 'hold.raised' && entry.plan === opened.entry.run && entry.seq > opened.entry.seq;
    return unless(!late, 'XCK_POLICY', 'it is on a plan whose run is open or over', entry.seq, 'I9');
  });

type Signed = Leaf<HoldsEntryOf<'act.signed'> & HoldsEntry>;

/** Checks that a signature of a lift says the content that its signers share, about this hold and outside any run. */
function says(leaf: Signed, stated: Statements): Reason[] {
  const { about, actor, log, seq } = leaf.entry;
  const lines = linesOf(stated, leaf, 'lift');
  const content = leaf.bodies['content'] && (jsonOf(leaf.bodies['content'].bytes) as { risk?: unknown } | null);
  if (!lines || !content) return [reason('XCK_POLICY', 'its statement or its content is not here', seq, 'I4')];
  const { risk } = content;
  const shaped = Object.keys(content).join() === 'risk' && (risk === null || (typeof risk === 'string' && risk !== ''));
  const expected = actLines('lift', { origin: log, run: null, mode: null, about, content }, signing(lines, actor));
  const same = sameStatement('lift', lines, expected);
  return [
    ...(same.ok ? [] : [reason('XCK_POLICY', same.refusal.sentence, seq, 'I4')]),
    ...unless(shaped, 'XCK_POLICY', 'its content is not that of a lift', seq, 'I4'),
  ];
}

/** Checks that each hold called on the runbook while the run was open held the run before anything more started, and that no other entry says so. */
function spread({ holds, opened, run }: Spine): Reason[] {
  const closed = run.find(({ entry }) => entry.type === 'run.closed')?.entry.seq ?? Number.POSITIVE_INFINITY;
  const { runbook, seq: from } = opened.entry;
  const called = holds.filter(
    ({ entry }) => entry.type === 'hold.raised' && entry.runbook === runbook && entry.seq > from && entry.seq < closed,
  );
  const answers = run.filter(({ entry }) => entry.type === 'hold.raised' && entry.cause === 'runbook');
  return [
    ...called.flatMap(({ entry }, index) => {
      const answer = answers[index]?.entry.seq ?? Number.POSITIVE_INFINITY;
      const started = run.some(
        (one) => one.entry.type === 'step.started' && one.entry.seq > entry.seq && one.entry.seq < answer,
      );
      const held = answer > entry.seq && answer !== Number.POSITIVE_INFINITY && !started;
      return unless(held, 'XCK_POLICY', 'it did not hold the run before anything more started', entry.seq, 'I9');
    }),
    ...answers
      .slice(called.length)
      .map(({ entry }) => reason('XCK_POLICY', 'no hold was called on the runbook', entry.seq, 'I9')),
  ];
}
