/**
 * The claims about policy: every entry could follow the ones before it, by the very machine that runs live, and every
 * statement says what the run said when it was signed. The second checker, without the machine, stands beside this one.
 */
import { differing } from '../approval/challenge.ts';
import { lineJson, sameStatement } from '../approval/statement.ts';
import type { Act, Lines } from '../log/acts.ts';
import { rolesOf } from '../log/roster.ts';
import type { EntryOf, RunEntry } from '../log/tables.ts';
import { ok, type Result } from '../result.ts';
import { signing } from '../run/answers.ts';
import { closeLines, confirmLines, keyLines, liftLines, refuseLines } from '../run/lines.ts';
import { type ArmingFacts, fold, openState, type RunState } from '../run/state.ts';
import { armedLines, isMeasured, isRendering, isTimely, type Rendering } from './armed.ts';
import type { Spine } from './chains.ts';
import { inTime, isFinished, outcomeLines, startedLines, undrifted } from './execution.ts';
import type { Prepared } from './folder.ts';
import { impossible } from './impossible.ts';
import { inputsOf } from './opening.ts';
import type { Leaf } from './read.ts';
import type { Keys } from './roster.ts';
import { linesOf, type Stated } from './statements.ts';
import { sizeOf } from './tree.ts';
import { type Reason, reason, unless } from './verdict.ts';

/** What the claims about one entry look at beside it. */
interface Scene {
  readonly rendering: Rendering;
  readonly stated: ReadonlyMap<number, Stated>;
  /** The run before the entry, and after it. */
  readonly before: RunState;
  readonly after: RunState;
  /** Nonces armed so far. */
  readonly nonces: Set<string>;
}

/** Replays the run. Where the machine cannot take an entry the replay ends: what follows would be judged in a state that never was. */
export function replay(
  spine: Spine,
  { runbook, machine }: Prepared,
  { roster }: Keys,
  stated: ReadonlyMap<number, Stated>,
): { readonly state: RunState | null; readonly reasons: Reason[] } {
  const { opened, registered } = spine;
  const authors = [...new Set([...registered.entry.authors, registered.entry.actor])];
  const inputs = inputsOf(opened, runbook);
  if (!inputs) return { state: null, reasons: [] };
  let state = openState(machine, { origin: opened.entry.log, runbook, authors, roles: rolesOf(roster) }, opened);
  const rendering = { runbook, inputs, roster, facts: state.facts };
  const nonces = new Set<string>();
  const reasons: Reason[] = [];
  for (const leaf of spine.run.slice(1)) {
    const next = fold(state, leaf);
    if (!next.ok) return { state: null, reasons: [...reasons, impossible(leaf, next.refusal, state)] };
    reasons.push(...claims(leaf, { rendering, stated, before: state, after: next.value, nonces }));
    state = next.value;
  }
  return { state: reasons.length > 0 ? null : state, reasons };
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
          { ...signing(lines, entry.actor), seat: entry.seat, role: entry.role },
          reasonOf(lines),
        ),
      );
    case 'step.keyed':
      return [
        ...saying(leaf, 'key', scene, (lines) => keyLines(scene.before, signing(lines, entry.actor))),
        ...saw(leaf, 'key', scene.stated, scene.before.arming?.seq),
      ];
    case 'step.started':
      return started(leaf as Leaf<typeof entry>, scene);
    case 'step.finished':
    case 'step.failed':
    case 'step.unknown':
      return ended(leaf as Leaf<typeof entry>, scene);
    case 'hold.raised':
      return unless(
        (entry.cause === 'person') === entry.actor.startsWith('p-'),
        'XCK_POLICY',
        'its cause is not its actor’s to name',
        entry.seq,
        'I9',
      );
    case 'act.signed':
      return signed(leaf as Leaf<typeof entry>, scene);
    default:
      return [];
  }
}

/** Checks that an entry's statement is the one that the run called for. A withheld statement is judged when it is released. */
function saying<A extends Act>(
  leaf: Leaf,
  act: A,
  { stated }: Scene,
  expect: (lines: Lines<A>) => Result<Lines<A>>,
): Reason[] {
  const lines = linesOf(stated, leaf, act);
  if (!lines) return [];
  const expected = expect(lines);
  const same = expected.ok ? sameStatement(act, lines, expected.value) : expected;
  return same.ok ? [] : [reason('XCK_POLICY', same.refusal.sentence, leaf.entry.seq, 'I4')];
}

/** Checks I19: whoever signs about an arming had verified a tree that holds the entry `seq`. */
function saw(
  leaf: Leaf,
  act: 'confirm' | 'key' | 'started',
  stated: Scene['stated'],
  seq: number | undefined,
): Reason[] {
  const lines = linesOf(stated, leaf, act);
  const fits = !lines || sizeOf(lines.tree) > (seq ?? Number.POSITIVE_INFINITY);
  return unless(
    fits,
    'XCK_POLICY',
    'its statement names a tree that ends before what it is about',
    leaf.entry.seq,
    'I19',
  );
}

function armed(leaf: Leaf<EntryOf<'step.armed'>>, scene: Scene): Reason[] {
  const facts = scene.after.arming as ArmingFacts;
  const { seq, nonce } = leaf.entry;
  const used = scene.nonces.has(nonce);
  scene.nonces.add(nonce);
  return [
    ...saying(leaf, 'armed', scene, (lines) => ok(armedLines(leaf, lines, scene.before.facts))),
    ...isRendering(leaf, facts, scene.rendering),
    ...isMeasured(leaf, facts),
    ...isTimely(leaf, facts, scene.rendering.runbook),
    ...unless(!used, 'XCK_POLICY', 'its nonce was used before', seq, 'I5'),
  ];
}

function confirmed(leaf: Leaf<EntryOf<'step.confirmed'>>, scene: Scene): Reason[] {
  const { actor, seat, role, seq } = leaf.entry;
  const lines = linesOf(scene.stated, leaf, 'confirm');
  const arming = scene.before.arming;
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
      confirmLines(scene.before, { ...signing(lines, actor), seat, role }, answers),
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

function started(leaf: Leaf<EntryOf<'step.started'>>, scene: Scene): Reason[] {
  const lines = linesOf(scene.stated, leaf, 'started');
  const arming = scene.before.arming;
  if (!lines || !arming)
    return [reason('XCK_POLICY', 'its statement or its arming is not here', leaf.entry.seq, 'I13')];
  return [
    ...saying(leaf, 'started', scene, () => ok(startedLines(leaf, lines, scene.before))),
    ...saw(leaf, 'started', scene.stated, scene.before.head.seq),
    ...inTime(leaf, lines, arming),
    ...undrifted(leaf, arming),
  ];
}

function ended(leaf: Leaf<EntryOf<'step.finished' | 'step.failed' | 'step.unknown'>>, scene: Scene): Reason[] {
  const arming = scene.before.arming as ArmingFacts;
  return [
    ...saying(leaf, 'outcome', scene, (lines) => ok(outcomeLines(leaf, lines, scene.before))),
    ...isFinished(leaf, arming),
  ];
}

/** Checks I12 and the lift's like: each signed that hold, or this result over the run's last entry and the roster. */
function signed(leaf: Leaf<EntryOf<'act.signed'>>, scene: Scene): Reason[] {
  const { act, about, actor, result } = leaf.entry;
  if (act === 'lift')
    return saying(leaf, act, scene, (lines) => ok(liftLines(scene.before, signing(lines, actor), about)));
  return saying(leaf, act, scene, (lines) => ok(closeLines(scene.before, signing(lines, actor), result ?? 'aborted')));
}
