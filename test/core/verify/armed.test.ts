/** The claims about an arming, each asked of a genuine arming and of one that breaks just this claim. */
import t from 'tap';
import { statementTime } from '../../../core/approval/statement.ts';
import type { RunEntryOf } from '../../../core/log/tables.ts';
import { type ArmingFacts, factsOf } from '../../../core/run/state.ts';
import {
  expectation,
  isMeasured,
  isRendering,
  isSkipped,
  isTimely,
  type Rendering,
} from '../../../core/verify/armed.ts';
import type { Leaf } from '../../../core/verify/read.ts';
import { type ArmOptions, RUNBOOK, type TestRun, testRun } from '../../helpers/site.ts';

type Armed = Leaf<RunEntryOf<'step.armed'>>;

/** Only where somebody says so, which no template names. */
const WHEN = RUNBOOK.replace('inputs:\n', 'inputs:\n  go: {type: boolean, default: true}\n').replace(
  'title: Drop the column\n',
  'title: Drop the column\n    when: inputs.go\n',
);
/** Two of the items are one wave. */
const WAVES = RUNBOOK.replace(
  /- id: backup[\s\S]*?- id: drop-column/,
  `- id: vacuum
    title: Vacuum the shards
    for_each: {items: [eu, us, asia], max_parallel: 2, canary: 0}
    step: {run: [vacuum, '\${{ item }}']}
  - id: drop-column`,
);

/** A genuine arming of `step`, and all that its claims are asked with. */
function arming(run: TestRun, step: string, options?: ArmOptions) {
  const before = run.state;
  run.arm(step, options);
  const leaf = run.entries.at(-1) as Armed;
  const facts = factsOf(run.state, step) as ArmingFacts;
  const given: Rendering = { inputs: run.inputs, roster: run.site.roster, outputs: run.outputs };
  return { run, before, leaf, facts, given };
}
const drop = (options?: ArmOptions) => arming(testRun().seat().backup(), 'drop-column', options);
const withEntry = (leaf: Armed, change: Partial<Armed['entry']>): Armed => ({
  ...leaf,
  entry: { ...leaf.entry, ...change },
});
const found = (reasons: readonly { readonly invariant: string | null; readonly sentence: string }[]) =>
  reasons.map(({ invariant, sentence }) => `${invariant} ${sentence}`).join('\n');

t.test('a genuine arming breaks no claim', async (t) => {
  for (const { leaf, facts, before, given } of [drop(), arming(testRun({ yaml: WAVES }).seat(), 'vacuum')]) {
    t.strictSame(isRendering(leaf, facts, before, given), []);
    t.strictSame(isMeasured(leaf, facts), []);
    t.strictSame(isTimely(leaf, facts, before), []);
  }
});

t.test('what cannot be rendered is told, and not thrown', async (t) => {
  const { leaf, facts, before, given } = drop();
  t.match(found(isRendering(leaf, facts, before, { ...given, inputs: {} })), /^I17 .*table/);
});

t.test('a wave is that of the command', async (t) => {
  const { leaf, facts, before, given } = arming(testRun({ yaml: WAVES }).seat(), 'vacuum');
  const { wave: _, ...entry } = leaf.entry;
  const says = /^I17 .*its items are not those of its command/;
  t.match(found(isRendering({ ...leaf, entry }, facts, before, given)), says);
  const fewer = withEntry(leaf, { wave: { items: ['eu'], of: 3 } });
  t.match(found(isRendering(fewer, facts, before, given)), says);
});

t.test('the agent serves the target', async (t) => {
  const { leaf, facts, before, given } = drop();
  const says = /^I13 .*does not serve/;
  const stranger = withEntry(leaf, { actor: `a-${'0'.repeat(16)}` });
  t.match(found(isRendering(stranger, facts, before, given)), says);
  const agents = given.roster.agents.map((agent) => ({ ...agent, serves: [] }));
  t.match(found(isRendering(leaf, facts, before, { ...given, roster: { ...given.roster, agents } })), says);
});

t.test('a condition that does not hold, or cannot be told', async (t) => {
  const armed = arming(testRun({ yaml: WHEN }).seat().backup(), 'drop-column');
  const { leaf, facts, before } = armed;
  const silent = armed.given.inputs;
  const given = { ...armed.given, inputs: { ...silent, go: true } };
  t.strictSame(isRendering(leaf, facts, before, given), [], 'it holds');
  for (const inputs of [{ ...given.inputs, go: false }, silent])
    t.match(found(isRendering(leaf, facts, before, { ...given, inputs })), /^I17 .*its condition does not hold/);
  const skipped = { ...leaf, entry: { ...leaf.entry, type: 'step.skipped' } } as unknown as Leaf<
    RunEntryOf<'step.skipped'>
  >;
  t.strictSame(isSkipped(skipped, before, { ...given, inputs: { ...given.inputs, go: false } }), []);
  for (const inputs of [given.inputs, silent])
    t.match(found(isSkipped(skipped, before, { ...given, inputs })), /^I17 .*its condition holds/);
});

t.test('every probe of the action was measured, and no other', async (t) => {
  const { leaf, facts } = drop();
  const says = /^I17 .*not measured by the probes of its action/;
  const { probes, bodies = {} } = leaf.entry;
  const { calm: _, ...fewer } = probes;
  const { 'probe-calm': __, ...fewerBodies } = bodies;
  const more = { digest: `sha256:${'0'.repeat(64)}`, ok: null };
  const cases: Record<string, Partial<Armed['entry']>> = {
    'one is missing': { probes: fewer, bodies: fewerBodies },
    'one is too many': { probes: { ...probes, more }, bodies: { ...bodies, 'probe-more': more.digest } },
    'one has no body': { bodies: fewerBodies },
    'a body has no probe': { bodies: { ...bodies, 'probe-more': more.digest } },
    'a digest is another': { probes: { ...probes, rows: more } },
  };
  for (const [name, change] of Object.entries(cases))
    t.match(found(isMeasured(withEntry(leaf, change), facts)), says, name);
});

t.test('an expectation is what the value says', async (t) => {
  const { leaf, facts } = drop();
  const says = /^I17 .*the expectation of the probe (calm|host)/;
  const { probes } = leaf.entry;
  const [calm, host] = [probes['calm'], probes['host']].map((probe) => ({ digest: probe?.digest ?? '' }));
  for (const change of [
    { calm: { ...calm, ok: false } },
    { calm: { ...calm, ok: null } },
    { host: { ...host, ok: true } },
  ] as unknown as Armed['entry']['probes'][])
    t.match(found(isMeasured(withEntry(leaf, { probes: { ...probes, ...change } }), facts)), says);
});

t.test('what an expectation says of a value', async (t) => {
  t.equal(expectation('int(value) == 0', '0'), true);
  t.equal(expectation('int(value) == 0', '1'), false);
  t.equal(expectation('int(value) == 0', 'none'), false, 'it cannot be told');
  t.equal(expectation('value', 'yes'), false, 'it is no answer');
  t.equal(expectation(null, '0'), null);
  t.equal(expectation('int(value) == 0', undefined), null);
  t.equal(expectation('status == 0', '1'), null, 'only the value is recorded');
  t.equal(expectation('stdout == ""', '1'), null);
});

t.test('an arming is valid for as long as the runbook allows', async (t) => {
  const { leaf, facts, before } = drop();
  const until = leaf.entry.not_after;
  const said = (lines: Partial<ArmingFacts['lines']>, entry: Partial<Armed['entry']> = {}) =>
    isTimely(withEntry(leaf, entry), { ...facts, lines: { ...facts.lines, ...lines } }, before);
  const says = /^I17 .*valid for another time/;
  t.match(found(said({ at: 'once' })), says, 'no time');
  t.match(found(said({}, { not_after: until - 1000 })), says, 'another than the agent signed');
  t.match(found(said({ at: statementTime(until) })), says, 'for no time at all');
  t.match(found(said({ at: statementTime(until + 1000) })), says, 'it ends before it begins');
  t.match(found(said({ at: statementTime(until - 301_000) })), says, 'a second too long');
  t.strictSame(said({ at: statementTime(until - 300_000) }), []);
});
