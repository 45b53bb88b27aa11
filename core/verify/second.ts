/** The second opinion about a record's policy, by the checker that knows no machine. Where the two differ, neither is believed. */
import { refOf } from '../log/entry.ts';
import { type Roster, rolesOf } from '../log/roster.ts';
import { jsonOf } from './bodies.ts';
import { authorsOf, type Spine } from './chains.ts';
import { check } from './checker/checker.ts';
import type { Prepared } from './folder.ts';
import { type Reason, reason } from './verdict.ts';

/** Returns what the checker finds, and that it differs from the machine where it does; `taken`: the machine took every entry. */
export function secondOpinion(spine: Spine, { runbook }: Prepared, roster: Roster, taken: boolean): Reason[] {
  const { opened } = spine;
  const input = {
    run: opened.entry.run,
    mode: opened.entry.mode,
    solo: opened.entry.solo,
    lead: opened.entry.actor,
    opened: refOf(opened),
    runbook,
    authors: authorsOf(spine),
    roster: roster.ref,
    roles: rolesOf(roster),
  };
  const written = spine.run.map((leaf) => {
    const { content } = leaf.bodies;
    return { entry: leaf.entry, ref: refOf(leaf), ...(content ? { content: jsonOf(content.bytes) } : {}) };
  });
  const found = check(input, written);
  if (taken === (found.length === 0)) return [];
  const first = found[0]?.seq ?? null;
  const who = taken
    ? 'the second checker finds what the machine does not'
    : 'the machine refuses what the second checker allows';
  return [
    ...found.map(({ invariant, seq, why }) => reason('XCK_POLICY', why, seq, invariant)),
    reason('XCK_POLICY', `the two checkers disagree: ${who}`, first),
  ];
}
