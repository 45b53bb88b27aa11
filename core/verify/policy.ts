/**
 * The claims about policy: every entry could follow the ones before it, by the very machine that runs live, and every
 * statement says what the run said when it was signed. The second checker, without the machine, stands beside this one.
 */
import { differing } from '../approval/challenge.ts';
import { lineJson } from '../approval/statement.ts';
import type { Lines } from '../log/acts.ts';
import { type Roster, rolesOf } from '../log/roster.ts';
import type { RunEntry, RunEntryOf } from '../log/tables.ts';
import { ok } from '../result.ts';
import { signing } from '../run/answers.ts';
import { confirmLines, keyLines, refuseLines } from '../run/lines.ts';
import { type ArmingFacts, factsOf, fold, openState, type RunState } from '../run/state.ts';
import { attested, effect, signed } from './acts.ts';
import { armedLines, isMeasured, isRendering, isSkipped, isTimely } from './armed.ts';
import { authorsOf, type Spine } from './chains.ts';
import { inItsClocks, inTime, isFinished, outcomeLines, outputsOf, startedLines, undrifted } from './execution.ts';
import type { Prepared } from './folder.ts';
import { impossible } from './impossible.ts';
import { inputsOf } from './opening.ts';
import type { Leaf } from './read.ts';
import { type Scene, saw, saying } from './saying.ts';
import { linesOf, type Stated } from './statements.ts';
import { type Reason, reason, unless } from './verdict.ts';

/** `taken`: the machine took every entry, whatever the claims about them say. */
export interface Replayed {
  readonly state: RunState | null;
  readonly taken: boolean;
  readonly reasons: Reason[];
}

/** Replays the run. Where the machine cannot take an entry the replay ends: what follows would be judged in a state that never was. */
export function replay(
  spine: Spine,
  { runbook, machine }: Prepared,
  roster: Roster,
  stated: ReadonlyMap<number, Stated>,
): Replayed {
  const { opened } = spine;
  const authors = authorsOf(spine);
  const inputs = inputsOf(opened, runbook);
  if (!inputs) return { state: null, taken: true, reasons: [] };
  let state = openState(machine, { origin: opened.entry.log, runbook, authors, roles: rolesOf(roster) }, opened);
  const outputs: Record<string, Readonly<Record<string, string>>> = {};
  const rendering = { inputs, roster, outputs };
  const nonces = new Set<string>();
  const reasons: Reason[] = [];
  for (const leaf of spine.run.slice(1)) {
    const next = fold(state, leaf);
    if (!next.ok) return { state: null, taken: false, reasons: [...reasons, impossible(leaf, next.refusal, state)] };
    reasons.push(...claims(leaf, { rendering, stated, before: state, after: next.value, nonces }));
    if (leaf.entry.type === 'step.finished') outputs[leaf.entry.step] = outputsOf(leaf as Leaf<typeof leaf.entry>);
    state = next.value;
  }
  return { state, taken: true, reasons };
}

/** The claims about one entry that the machine could take. Whatever cannot be judged is a finding. */
function claims(leaf: Leaf<RunEntry>, scene: Scene): Reason[] {
  try {
    return claimsOf(leaf, scene);
  } catch (error) {
    return [
      reason(
        'XCK_POLICY',
        `it cannot be judged: ${error instanceof Error ? error.message : 'unknown'}`,
        leaf.entry.seq,
      ),
    ];
  }
}

function claimsOf(leaf: Leaf<RunEntry>, scene: Scene): Reason[] {
  const { entry } = leaf;
  switch (entry.type) {
    case 'step.armed':
      return armed(leaf as Leaf<typeof entry>, scene);
    case 'step.confirmed':
      return confirmed(leaf as Leaf<typeof entry>, scene);
    case 'step.refused':
      return saying(leaf, 'refuse', scene, (lines) =>
        refuseLines(
          scene.before,
          entry.step,
          { ...signing(lines, entry.actor), seat: entry.seat, role: entry.role },
          reasonOf(lines),
        ),
      );
    case 'step.keyed':
      return [
        ...saying(leaf, 'key', scene, (lines) => keyLines(scene.before, entry.step, signing(lines, entry.actor))),
        ...saw(leaf, 'key', scene.stated, factsOf(scene.before, entry.step)?.seq),
      ];
    case 'step.started':
      return started(leaf as Leaf<typeof entry>, scene);
    case 'step.finished':
    case 'step.failed':
    case 'step.unknown':
      return ended(leaf as Leaf<typeof entry>, scene);
    case 'hold.raised':
      return unless(
        (entry.cause === 'person' || entry.cause === 'objection') === entry.actor.startsWith('p-'),
        'XCK_POLICY',
        'its cause is not its actor’s to name',
        entry.seq,
        'I9',
      );
    case 'step.skipped':
      return isSkipped(leaf as Leaf<typeof entry>, scene.before, scene.rendering);
    case 'step.attested':
      return attested(leaf as Leaf<typeof entry>, scene);
    case 'act.signed':
      return signed(leaf as Leaf<typeof entry>, scene);
    case 'hold.lifted':
    case 'run.decided':
    case 'step.resolved':
    case 'briefing.waived':
    case 'run.deviated':
    case 'lead.taken':
    case 'run.closed':
      return effect(leaf as Leaf<typeof entry>, scene);
    default:
      return [];
  }
}

function armed(leaf: Leaf<RunEntryOf<'step.armed'>>, scene: Scene): Reason[] {
  const { seq, nonce, step } = leaf.entry;
  const facts = factsOf(scene.after, step) as ArmingFacts;
  const used = scene.nonces.has(nonce);
  scene.nonces.add(nonce);
  const said = saying(leaf, 'armed', scene, (lines) => ok(armedLines(leaf, lines, scene.before.facts)));
  // An action that the agent did not sign may be anything, and measures nothing.
  if (said.length > 0) return said;
  return [
    ...isRendering(leaf, facts, scene.before, scene.rendering),
    ...isMeasured(leaf, facts),
    ...isTimely(leaf, facts, scene.before),
    ...unless(!used, 'XCK_POLICY', 'its nonce was used before', seq, 'I5'),
  ];
}

function confirmed(leaf: Leaf<RunEntryOf<'step.confirmed'>>, scene: Scene): Reason[] {
  const { actor, seat, role, seq } = leaf.entry;
  const lines = linesOf(scene.stated, leaf, 'confirm');
  const arming = factsOf(scene.before, leaf.entry.step);
  if (!lines || !arming) return [];
  const answers = answersOf(lines['read-back']);
  const asked = new Set(
    arming.action.challenge
      .filter(({ equals }) => !Object.hasOwn(arming.values, equals.replace(/^probes\./, '')))
      .map(({ id }) => id),
  );
  const wrong = differing(arming, seat, answers).filter((id) => !(asked.has(id) && Object.hasOwn(answers, id)));
  return [
    ...saying(leaf, 'confirm', scene, () =>
      confirmLines(scene.before, leaf.entry.step, { ...signing(lines, actor), seat, role }, answers),
    ),
    ...saw(leaf, 'confirm', scene.stated, arming.seq),
    ...unless(
      wrong.length === 0,
      'XCK_POLICY',
      `the answer to ${wrong.join(', ')} is not what was measured`,
      seq,
      'I3',
    ),
  ];
}

/** The answers of a read-back; whatever is no object of strings becomes one that the statement cannot equal. */
function answersOf(text: string): Record<string, string> {
  const value = lineJson(text);
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}

function reasonOf(lines: Lines<'refuse'>): string {
  const text = lineJson(lines.reason);
  return typeof text === 'string' && text.trim() !== '' ? text : '?';
}

function started(leaf: Leaf<RunEntryOf<'step.started'>>, scene: Scene): Reason[] {
  const lines = linesOf(scene.stated, leaf, 'started');
  const arming = factsOf(scene.before, leaf.entry.step);
  if (!lines || !arming)
    return [reason('XCK_POLICY', 'its statement or its arming is not here', leaf.entry.seq, 'I13')];
  return [
    ...saying(leaf, 'started', scene, () => ok(startedLines(leaf, lines, scene.before))),
    ...saw(leaf, 'started', scene.stated, scene.before.head.seq),
    ...inTime(leaf, lines, arming),
    ...inItsClocks(leaf, lines, scene.before),
    ...undrifted(leaf, arming),
  ];
}

function ended(leaf: Leaf<RunEntryOf<'step.finished' | 'step.failed' | 'step.unknown'>>, scene: Scene): Reason[] {
  const arming = factsOf(scene.before, leaf.entry.step) as ArmingFacts;
  return [
    ...saying(leaf, 'outcome', scene, (lines) => ok(outcomeLines(leaf, lines, scene.before))),
    ...isFinished(leaf, arming),
  ];
}
