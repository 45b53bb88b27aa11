/** The claims about acts that people sign, each asked of a genuine entry and of one that breaks just this claim. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import type { Body } from '../../../core/log/entry.ts';
import type { RunEntryOf } from '../../../core/log/tables.ts';
import { closeContent, runActLines } from '../../../core/run/lines.ts';
import { contextOf, type RunState } from '../../../core/run/state.ts';
import { attested, effect, signed } from '../../../core/verify/acts.ts';
import type { Leaf } from '../../../core/verify/read.ts';
import type { Scene } from '../../../core/verify/saying.ts';
import { statements } from '../../../core/verify/statements.ts';
import { RUNBOOK, type TestRun, testRun } from '../../helpers/site.ts';

const MANUAL = RUNBOOK.replace(
  /- id: backup[\s\S]*?- id: drop-column/,
  '- id: look\n    title: Look\n    manual: {text: Look at it, by: verifier}\n  - id: drop-column',
);
const last = <L>(run: TestRun): L => run.entries.at(-1) as L;
const body = (value: unknown): Body => ({ salt: new Uint8Array(32), bytes: utf8(jcs(value)) });
const scene = (leaf: Leaf, before: RunState, after: RunState): Scene => ({
  rendering: { inputs: {}, roster: {} as never, outputs: {} },
  stated: statements([leaf]).stated,
  before,
  after,
  nonces: new Set(),
});
const found = (reasons: readonly { readonly invariant: string | null; readonly sentence: string }[]) =>
  reasons.map(({ invariant, sentence }) => `${invariant} ${sentence}`).join('\n');
const changed = (state: RunState, context: object): RunState =>
  ({ ...state, snapshot: { ...state.snapshot, context: { ...contextOf(state), ...context } } }) as RunState;

/** The first signature of an act, by the lead. */
function signature(act: 'deviate' | 'close', content: (run: TestRun) => unknown) {
  const run = testRun().seat().backup();
  const before = run.state;
  run.sign('lead', act, run.context.last, content(run));
  const leaf = last<Leaf<RunEntryOf<'act.signed'>>>(run);
  return { leaf, scene: scene(leaf, before, run.state) };
}
const DEVIATION = {
  before: 'drop-column',
  inputs: null,
  reason: 'One more look',
  steps: [{ id: 'look', title: 'Look', run: ['true'] }],
};
const deviation = () => signature('deviate', () => DEVIATION);

t.test('a signature says the content that its signers share', async (t) => {
  const { leaf, scene } = deviation();
  t.strictSame(signed(leaf, scene), []);
  const { content: _, ...bodies } = leaf.bodies;
  t.match(found(signed({ ...leaf, bodies }, scene)), /^I4 .*its content is not here/);
  const other = { ...leaf, bodies: { ...leaf.bodies, content: body({ ...DEVIATION, reason: 'Another' }) } };
  t.match(found(signed(other, scene)), /^I4 .*line "content"/);
});

/** What the statement says and the act does not allow. */
const unfit = (content: object) => {
  const { leaf, scene } = deviation();
  const bodies = { ...leaf.bodies, content: body({ ...DEVIATION, ...content }) };
  return found(signed({ ...leaf, bodies }, scene))
    .split('\n')
    .slice(1)
    .join('\n');
};

t.test('what is signed fits its act', async (t) => {
  t.match(unfit({ before: 'backup' }), /^I15 .*not before backup|^I15 .*before backup/);
  t.equal(unfit({ reason: 'Another' }), '', 'it fits, whatever its signers share');
});

t.test('steps and inputs are of the language', async (t) => {
  const says = /I15 .*none of the language/;
  t.match(unfit({ inputs: { table: 'Orders!' } }), says);
  const { leaf, scene } = deviation();
  const decided = { way: 'forward', test: 'https://ci.example/1', dissent: null };
  const deciding = (deviation: unknown) => ({
    ...leaf,
    entry: { ...leaf.entry, act: 'decide' as const },
    bodies: { ...leaf.bodies, content: body({ ...decided, deviation }) },
  });
  t.match(found(signed(deciding({ ...DEVIATION, inputs: { table: 'Orders!' } }), scene)), says);
  t.notMatch(found(signed(deciding(null), scene)), says, 'it changes nothing');
});

t.test('an effect is what was signed', async (t) => {
  const run = testRun().seat().backup().crossChecked();
  run.start();
  run.outcome();
  run.close('done', 'lead');
  // The second signature and the close are one transaction; what they agree on stands after the first.
  const before = run.state;
  const { collection } = contextOf(before);
  run.sign('dba', 'close', run.context.last, closeContent(before, 'done'));
  const leaf = last<Leaf<RunEntryOf<'run.closed'>>>(run);
  const asked = (state: RunState, entry: object = {}) => {
    const own = { ...leaf, entry: { ...leaf.entry, ...entry } };
    return found(effect(own, scene(own, state, state)));
  };
  t.equal(asked(before), '');
  t.match(asked(before, { result: 'aborted' }), /^I3 .*it is not what was signed/);
  t.match(asked({ ...before, content: null }), /^I3 .*nobody signed for it/);
  t.match(asked(changed(before, { collection: null })), /^I3 .*nobody signed for it/);
  const lifting = { ...collection, act: 'lift' };
  t.match(asked(changed(before, { collection: lifting })), /^I3 .*nobody signed for it/);
  const resolving = changed(before, { collection: { ...collection, act: 'resolve' } });
  const resolved = { type: 'step.resolved', step: 'backup', attempt: 1, outcome: collection?.about, as: 'finished' };
  t.match(asked(resolving, resolved), /^I3 .*it is not what was signed/, 'nothing is there to resolve');
});

t.test('who attested to a manual step signed the result', async (t) => {
  const run = testRun({ yaml: MANUAL }).seat();
  run.arm('look');
  run.start();
  const about = contextOf(run.state).armings['look']?.starts['']?.ref ?? '';
  const person = run.site.people.sre;
  const before = run.state;
  const lines = runActLines(before, 'attest', run.site.signing(person), about, { evidence: 'seen', result: 'pass' });
  run.submit({ type: 'attest', person: person.id, ...run.site.signed(person, 'attest', lines) });
  const leaf = last<Leaf<RunEntryOf<'step.attested'>>>(run);
  const asked = (change: object, signedBy: Leaf = leaf) =>
    found(
      attested(
        { ...leaf, entry: { ...leaf.entry, ...change } },
        { ...scene(leaf, before, run.state), stated: statements([signedBy]).stated },
      ),
    );
  t.equal(asked({}), '');
  t.match(asked({ result: 'fail' }), /^I11 .*its result is not the one that was attested/);
  t.match(asked({ started: `9 sha256:${'0'.repeat(64)}` }), /^I4 .*line "about"/);
  const { statement: _, signature: __, ...bodies } = leaf.bodies;
  t.match(asked({}, { ...leaf, bodies }), /^I11/, 'it says nothing');
});
