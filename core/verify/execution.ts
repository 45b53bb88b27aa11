/** The claims about a start and its outcome: nothing drifted, the agent was in time, and the entry says what the agent signed. */

import { statementMs } from '../approval/statement.ts';
import { asciiJcs } from '../bytes/jcs.ts';
import type { Lines } from '../log/acts.ts';
import type { RunEntryOf } from '../log/tables.ts';
import { armingOf } from '../run/context.ts';
import { type ArmingFacts, contextOf, headRef, type RunState } from '../run/state.ts';
import { drifted } from '../runbook/drift.ts';
import { stepOf } from '../runbook/steps.ts';
import { doOf, expectation } from './armed.ts';
import { jsonOf } from './bodies.ts';
import type { Leaf } from './read.ts';
import { type Reason, unless } from './verdict.ts';

type Started = Leaf<RunEntryOf<'step.started'>>;
type Ended = Leaf<RunEntryOf<'step.finished' | 'step.failed' | 'step.unknown'>>;

const place = ({ facts }: RunState) => ({ origin: facts.origin, mode: facts.mode, run: facts.run });

/** The lines that a `started` statement must have in the run as it stands before it. */
export function startedLines({ entry }: Started, signed: Lines<'started'>, before: RunState): Lines<'started'> {
  const arming = armingOf(contextOf(before), entry.step);
  return {
    ...signed,
    ...place(before),
    step: entry.step,
    attempt: String(entry.attempt),
    item: entry.item ?? 'none',
    armed: entry.armed,
    key: arming?.keyed ?? 'none',
    after: headRef(before),
    agent: entry.actor,
    probes: asciiJcs(probeDigests(entry)),
    roster: before.facts.roster,
    nonce: arming?.nonce ?? '',
  };
}

const probeDigests = ({ bodies = {} }: Started['entry']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(bodies).flatMap(([name, digest]) => (name.startsWith('probe-') ? [[name.slice(6), digest]] : [])),
  );

/** Checks I6: by the agent's own clock the start was not too late. */
export const inTime = ({ entry }: Started, signed: Lines<'started'>, arming: ArmingFacts): Reason[] =>
  unless(
    (statementMs(signed.at) ?? Number.POSITIVE_INFINITY) <= entryDeadline(arming),
    'XCK_POLICY',
    'it started after the arming had expired',
    entry.seq,
    'I6',
  );

const entryDeadline = ({ lines }: ArmingFacts): number => statementMs(lines['not-after']) ?? 0;

/** Checks that by the agent's own clock every undo window that must still run was running. */
export function inItsClocks({ entry }: Started, signed: Lines<'started'>, before: RunState): Reason[] {
  const { runbook, clocks } = contextOf(before);
  const at = statementMs(signed.at) ?? Number.POSITIVE_INFINITY;
  const over = (stepOf(runbook, entry.step)?.while ?? []).find((id) => at > (clocks[id]?.ends ?? at));
  return unless(over === undefined, 'XCK_POLICY', `the undo window ${over} had ended`, entry.seq, 'I16');
}

/** The named values that a finished command gave; none where it declares none. */
export const outputsOf = ({ bodies }: Ended): Readonly<Record<string, string>> =>
  bodies.outputs ? (jsonOf(bodies.outputs.bytes) as Record<string, string>) : {};

/** Checks I17 at T-0: every probe was measured again, and no value drifted by the rule that was signed. */
export function undrifted({ entry, bodies }: Started, { action, values }: ArmingFacts): Reason[] {
  const measured = Object.keys(entry.bodies ?? {}).filter((name) => name.startsWith('probe-'));
  const complete =
    measured.length === Object.keys(action.probes).length &&
    measured.every((name) => Object.hasOwn(action.probes, name.slice(6)));
  return [
    ...unless(complete, 'XCK_POLICY', 'it was not measured again by the probes of its action', entry.seq, 'I17'),
    ...Object.entries(action.drift).flatMap(([id, rule]) => {
      const body = bodies[`probe-${id}`];
      const now = body && jsonOf(body.bytes);
      const armed = values[id];
      const known = typeof now === 'string' && armed !== undefined;
      const said = known ? (expectation(action.probes[id]?.expect ?? null, now) ?? true) : false;
      return unless(
        known && !drifted(rule, armed, now, said),
        'XCK_POLICY',
        `the probe ${id} had drifted at the start`,
        entry.seq,
        'I17',
      );
    }),
  ];
}

/** The lines that an outcome's statement must have: those of its entry. */
export function outcomeLines({ entry }: Ended, signed: Lines<'outcome'>, before: RunState): Lines<'outcome'> {
  return {
    ...signed,
    ...place(before),
    step: entry.step,
    attempt: String(entry.attempt),
    item: entry.item ?? 'none',
    started: entry.started,
    agent: entry.actor,
    result: entry.result,
    exit: String(entry.exit ?? 'none'),
    output: entry.bodies?.output ?? 'none',
    outputs: entry.bodies?.outputs ?? 'none',
    checks: asciiJcs(entry.checks),
    artifact: entry.artifact ? asciiJcs(entry.artifact) : 'none',
  };
}

/** Checks I11: what counts as finished exited with 0, passed every check of the action, and left its artifact. */
export function isFinished(leaf: Ended, arming: ArmingFacts): Reason[] {
  const { entry } = leaf;
  if (entry.result !== 'finished') return [];
  const declared = arming.action.outputs;
  const given = Object.keys(outputsOf(leaf));
  const done = doOf(arming);
  const checks = Object.keys(arming.action.verify);
  const passed = checks.every((id) => entry.checks[id] === true) && Object.keys(entry.checks).length === checks.length;
  const artifact =
    done.kind === 'backup'
      ? (entry.artifact?.size ?? -1) >= (done.artifact.min_size ?? 0)
      : entry.artifact === undefined;
  return [
    ...unless(
      given.length === declared.length && declared.every((name) => given.includes(name)),
      'XCK_POLICY',
      'it counts as finished without every output of its action',
      entry.seq,
      'I11',
    ),
    ...unless(
      done.kind === 'manual' ? entry.exit === undefined : entry.exit === 0,
      'XCK_POLICY',
      'it counts as finished without exit status 0',
      entry.seq,
      'I11',
    ),
    ...unless(passed, 'XCK_POLICY', 'it counts as finished without every check of its action', entry.seq, 'I11'),
    ...unless(artifact, 'XCK_POLICY', 'its artifact is not the one that the action asks for', entry.seq, 'I11'),
  ];
}
