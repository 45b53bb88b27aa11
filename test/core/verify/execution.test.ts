/** The claims about a start and its outcome, each asked of a genuine one and of one that breaks just this claim. */
import t from 'tap';
import { statementTime } from '../../../core/approval/statement.ts';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import type { Lines } from '../../../core/log/acts.ts';
import type { RunEntryOf } from '../../../core/log/tables.ts';
import { type ArmingFacts, contextOf, factsOf, type RunState } from '../../../core/run/state.ts';
import {
  inItsClocks,
  inTime,
  isFinished,
  outcomeLines,
  startedLines,
  undrifted,
} from '../../../core/verify/execution.ts';
import type { Leaf } from '../../../core/verify/read.ts';
import { type TestRun, testRun } from '../../helpers/site.ts';

type Started = Leaf<RunEntryOf<'step.started'>>;
type Ended = Leaf<RunEntryOf<'step.finished'>>;

const last = <L>(run: TestRun): L => run.entries.at(-1) as L;

/** The critical step, just started. */
function started() {
  const run = testRun().seat().backup().crossChecked();
  const before = run.state;
  run.start();
  return { run, before, leaf: last<Started>(run), arming: factsOf(before, 'drop-column') as ArmingFacts };
}
/** The step that its outcome has just ended. */
function ended(step: 'backup' | 'drop-column') {
  const run = testRun().seat();
  if (step === 'backup') run.arm('backup');
  else run.backup().crossChecked();
  run.start();
  const before = run.state;
  run.outcome();
  return { run, before, leaf: last<Ended>(run), arming: factsOf(before, step) as ArmingFacts };
}
const withEntry = <L extends Leaf>(leaf: L, change: object): L => ({ ...leaf, entry: { ...leaf.entry, ...change } });
const found = (reasons: readonly { readonly invariant: string | null; readonly sentence: string }[]) =>
  reasons.map(({ invariant, sentence }) => `${invariant} ${sentence}`).join('\n');
const elsewhere = (state: RunState): RunState => ({
  ...state,
  facts: { ...state.facts, origin: 'elsewhere.example/log/1', mode: 'rehearsal', run: 'another' },
});

t.test('a genuine start and genuine outcomes break no claim', async (t) => {
  const { leaf, arming } = started();
  t.strictSame(undrifted(leaf, arming), []);
  for (const step of ['backup', 'drop-column'] as const) {
    const end = ended(step);
    t.strictSame(isFinished(end.leaf, end.arming), []);
  }
});

t.test('statements name the log, the mode and the run', async (t) => {
  const { leaf, before } = started();
  const place = { origin: 'elsewhere.example/log/1', mode: 'rehearsal', run: 'another' };
  t.match(startedLines(leaf, {} as Lines<'started'>, elsewhere(before)), place);
  const end = ended('drop-column');
  t.match(outcomeLines(end.leaf, {} as Lines<'outcome'>, elsewhere(end.before)), place);
});

t.test('an outcome says its artifact, or none', async (t) => {
  const backup = ended('backup');
  t.match(
    outcomeLines(backup.leaf, {} as Lines<'outcome'>, backup.before).artifact,
    /^\{"digest":"sha256:.*"size":4096/,
  );
  const drop = ended('drop-column');
  t.equal(outcomeLines(drop.leaf, {} as Lines<'outcome'>, drop.before).artifact, 'none');
});

t.test('a start is in time by the agent’s own clock', async (t) => {
  const { leaf, arming } = started();
  const until = Date.parse(arming.lines['not-after']);
  const at = (time: string) => inTime(leaf, { at: time } as Lines<'started'>, arming);
  t.strictSame(at(statementTime(until)), []);
  for (const late of [statementTime(until + 1000), 'once'])
    t.match(found(at(late)), /^I6 .*after the arming had expired/);
  const timeless = { ...arming, lines: { ...arming.lines, 'not-after': 'once' } };
  t.match(found(inTime(leaf, { at: statementTime(until) } as Lines<'started'>, timeless)), /^I6/);
});

t.test('a start is within the undo windows that it needs', async (t) => {
  const { leaf, before } = started();
  const context = contextOf(before);
  const [step, ...rest] = context.runbook.steps.toReversed();
  const ends = before.head.ts + 60_000;
  const needing = {
    ...before,
    snapshot: {
      ...before.snapshot,
      context: {
        ...context,
        clocks: { raw: { ends, passed: false } },
        runbook: { ...context.runbook, steps: [...rest.toReversed(), { ...step, while: ['raw'] }] },
      },
    },
  } as unknown as RunState;
  const at = (time: string) => inItsClocks(leaf, { at: time } as Lines<'started'>, needing);
  t.strictSame(at(statementTime(ends)), []);
  for (const late of [statementTime(ends + 1000), 'once']) t.match(found(at(late)), /^I16 .*undo window raw/);
  t.strictSame(inItsClocks(leaf, { at: 'once' } as Lines<'started'>, before), [], 'it needs none');
});

t.test('every probe was measured again', async (t) => {
  const { leaf, arming } = started();
  const { 'probe-calm': calm, ...fewer } = leaf.entry.bodies ?? {};
  const says = /^I17 .*not measured again by the probes of its action/;
  t.match(found(undrifted(withEntry(leaf, { bodies: fewer }), arming)), says, 'one is missing');
  const another = { ...fewer, 'probe-more': calm };
  t.match(found(undrifted(withEntry(leaf, { bodies: another }), arming)), says, 'one is another');
  const more = { ...leaf.entry.bodies, 'probe-more': calm };
  t.match(found(undrifted(withEntry(leaf, { bodies: more }), arming)), says, 'one is too many');
});

t.test('no value had drifted', async (t) => {
  const { leaf, arming } = started();
  const says = /^I17 .*the probe rows had drifted/;
  const now = (value: unknown): Started => ({
    ...leaf,
    bodies: { ...leaf.bodies, 'probe-rows': { salt: new Uint8Array(32), bytes: utf8(jcs(value)) } },
  });
  const { 'probe-rows': _, ...withheld } = leaf.bodies;
  const { rows: __, ...unknown } = arming.values;
  t.match(found(undrifted(now('250000'), arming)), says, 'it had');
  t.match(found(undrifted(now(200_000), arming)), says, 'no text was measured');
  t.match(found(undrifted({ ...leaf, bodies: withheld }, arming)), says, 'it is not here');
  t.match(found(undrifted(leaf, { ...arming, values: unknown })), says, 'nobody knows what was armed');
  t.strictSame(undrifted(now('201000'), arming), [], 'within its share');
});

t.test('what counts as finished', async (t) => {
  const drop = ended('drop-column');
  const backup = ended('backup');
  const artifact = backup.leaf.entry.artifact;
  const size = (bytes: number) => ({ artifact: { ...artifact, size: bytes } });
  const cases: readonly (readonly [string, typeof drop, object, RegExp])[] = [
    ['no exit status', drop, { exit: undefined }, /exit status 0/],
    ['another exit status', drop, { exit: 1 }, /exit status 0/],
    ['a check that failed', drop, { checks: { gone: false } }, /every check/],
    ['a check that nobody made', drop, { checks: {} }, /every check/],
    ['a check of no action', drop, { checks: { gone: true, more: true } }, /every check/],
    ['an artifact of no backup', drop, { artifact }, /its artifact is not the one/],
    ['a backup without its artifact', backup, { artifact: undefined }, /its artifact is not the one/],
    ['a backup too small', backup, size(999), /its artifact is not the one/],
  ];
  for (const [name, { leaf, arming }, change, says] of cases) {
    const reasons = isFinished(withEntry(leaf, change), arming);
    t.match(found(reasons), new RegExp(`^I11 .*${says.source}`), name);
    t.equal(reasons.length, 1, name);
    t.strictSame(isFinished(withEntry(leaf, { ...change, result: 'failed' }), arming), [], `${name}, and it says so`);
  }
  t.strictSame(isFinished(withEntry(backup.leaf, size(1000)), backup.arming), []);
});

t.test('a manual step exits with nothing', async (t) => {
  const { leaf, arming } = ended('drop-column');
  const manual = { ...arming, lines: { ...arming.lines, do: '{"by":"lead","kind":"manual","text":"Look"}' } };
  const { exit: _, ...entry } = leaf.entry;
  t.strictSame(isFinished({ ...leaf, entry } as Ended, manual), []);
  t.match(found(isFinished(leaf, manual)), /^I11 .*exit status 0/);
});

t.test('the outputs of its action, and no others', async (t) => {
  const { leaf, arming } = ended('drop-column');
  const declared = { ...arming, action: { ...arming.action, outputs: ['rows'] } };
  const giving = (outputs: object): Ended => ({
    ...leaf,
    bodies: { ...leaf.bodies, outputs: { salt: new Uint8Array(32), bytes: utf8(jcs(outputs)) } },
  });
  const says = /^I11 .*every output of its action/;
  t.strictSame(isFinished(giving({ rows: '1' }), declared), []);
  for (const outputs of [{}, { more: '1' }, { more: '1', rows: '1' }])
    t.match(found(isFinished(giving(outputs), declared)), says);
  t.match(found(isFinished(leaf, declared)), says, 'it gives none');
});
