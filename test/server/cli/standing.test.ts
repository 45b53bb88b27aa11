/** A run says what it waits for, with the word that gives it, whatever stage it is at; and every entry has its line. */
import t, { type Test } from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { runActLines } from '../../../core/run/lines.ts';
import { stepAtHand, stepLines, undone, waitingFor } from '../../../server/cli/standing.ts';
import { entryLine } from '../../../server/cli/story.ts';
import { BRIEFED, BY_HAND, PARALLEL, THREE, WAVES } from '../../helpers/runs.ts';
import { type Name, type TestRun, testRun } from '../../helpers/site.ts';

const says = (t: Test, run: TestRun, pattern: RegExp) => t.match(waitingFor(run.state), pattern);
const states = (run: TestRun) => Object.fromEntries(stepLines(run.state).map(({ step, state }) => [step.id, state]));
const body = (run: TestRun, value: unknown) => run.site.salted(utf8(jcs(value)));
const said = (run: TestRun, name: Name, question: string) =>
  run.submit({
    type: 'answer',
    person: run.site.people[name].id,
    question,
    result: 'pass',
    answer: body(run, { evidence: null, value: 'https://ci.example/7' }),
  });
const votes = (run: TestRun, name: Name, gate: string, no?: string) =>
  run.submit({
    type: 'poll',
    person: run.site.people[name].id,
    gate,
    vote: no === undefined ? 'go' : 'no-go',
    text: no === undefined ? null : body(run, no),
  });
const legible = (t: Test, run: TestRun) =>
  t.ok(
    run.entries.every((entry) => !/undefined|null|\[object|NaN/.test(entryLine(entry, {}))),
    'every entry has its line',
  );

t.test('from the first arming to the close', async (t) => {
  const run = testRun().seat();
  says(t, run, /arms step backup: crosscheck step arm \S+ backup$/);
  run.arm('backup');
  says(t, run, /starts step backup: crosscheck step start/);
  run.start();
  run.outcome();
  says(t, run, /arms step drop-column/);
  run.arm('drop-column');
  says(t, run, /2 missing.*step check/);
  run.confirm('dba', 'reviewer', 'dba');
  says(t, run, /1 missing, from verifier/);
  run.confirm('sre', 'verifier', 'sre');
  says(t, run, /crosscheck step key/);
  run.key();
  says(t, run, /measures again/);
  run.start();
  says(t, run, /is running/);
  run.outcome();
  says(t, run, /All steps are done.*run close/);
  t.strictSame(undone(run.context), []);
  run.close();
  says(t, run, /closed: done/);
  legible(t, run);
});

t.test('the briefing, its objection and the debrief', async (t) => {
  const run = testRun({ yaml: BRIEFED }).seat();
  says(t, run, /waits for plan \(lead\), leaves \(lead\), leaves \(reviewer\).* Go or no-go of lead, reviewer/);
  said(run, 'lead', 'plan');
  for (const name of ['lead', 'dba', 'sre'] as const) said(run, name, 'leaves');
  votes(run, 'lead', 'go_no_go');
  votes(run, 'dba', 'go_no_go', 'Not tested');
  says(t, run, /HELD: a seat objected\. .*run lift/);
  run.lift('lead');
  says(t, run, /arms step only/);
  run.arm('only');
  run.start();
  run.outcome();
  says(t, run, /debrief waits for report \(lead\)/);
  t.match(
    entryLine(run.entries.find(({ entry }) => entry.type === 'gate.polled' && entry.vote === 'no-go') as never, {}),
    /NO-GO.*Not tested/,
  );
  legible(t, run);
});

t.test('side by side, then a gate', async (t) => {
  const run = testRun({ yaml: PARALLEL }).seat();
  says(t, run, /arms step left or right: crosscheck step arm \S+ STEP$/);
  run.arm('left');
  run.start(undefined, null, 'left');
  run.arm('right');
  says(t, run, /Step left is running\. The lead starts step right/);
  t.match(states(run), { both: 'waiting', left: 'running', right: 'armed', agree: 'waiting' });
  run.start(undefined, null, 'right');
  for (const of of ['left', 'right']) run.outcome('finished', undefined, { of });
  says(t, run, /gate agree waits for reviewer, verifier/);
  votes(run, 'dba', 'agree');
  says(t, run, /gate agree waits for verifier/);
  votes(run, 'sre', 'agree');
  t.match(states(run), { agree: 'go', last: 'waiting' });
  t.equal(stepAtHand(run.context), 'last');
  legible(t, run);
});

t.test('waves tell how far they are', async (t) => {
  const run = testRun({ yaml: WAVES }).seat();
  const wave = () => {
    run.arm('shards');
    run.confirm('dba', 'reviewer', 'dba', {});
    run.key();
  };
  wave();
  run.start(undefined, 'item-1');
  t.equal(states(run)['shards'], 'running, 0/1 of this wave finished');
  run.outcome('finished', undefined, { item: 'item-1' });
  t.equal(states(run)['shards'], '1/4 items');
  wave();
  run.start(undefined, 'item-2');
  run.start(undefined, 'item-3');
  run.outcome('finished', undefined, { item: 'item-2' });
  t.equal(states(run)['shards'], 'running, 1/3 of this wave finished');
  legible(t, run);
});

t.test('a step by hand names who attests, a skipped one is skipped', async (t) => {
  const run = testRun({ yaml: BY_HAND }).seat();
  run.arm('call');
  run.start();
  says(t, run, /The reviewer does step call by hand.*step attest \S+ call pass\|fail/);
  const { dba } = run.site.people;
  const about = run.context.armings['call']?.starts['']?.ref ?? '';
  const lines = runActLines(run.state, 'attest', run.site.signing(dba), about, { evidence: 'Called', result: 'pass' });
  run.submit({ type: 'attest', person: dba.id, ...run.site.signed(dba, 'attest', lines) });
  says(t, run, /Step call is running/);
  run.outcome();
  run.submit({ type: 'skip', step: 'maybe' });
  t.match(states(run), { call: 'finished', maybe: 'skipped', last: 'waiting' });
  legible(t, run);
});

t.test('a failure that asks for a decision, an unknown end, the way back', async (t) => {
  const run = testRun({ yaml: THREE }).seat();
  run.arm('first');
  run.start();
  run.outcome();
  const second = (id: string) => {
    run.arm(id);
    run.confirm('dba', 'reviewer', 'dba', {});
    run.key();
    run.start();
  };
  second('second');
  run.outcome('failed');
  says(t, run, /HELD: a step failed \(second\)\. .*run decide \S+ back\|forward/);
  const hold = run.context.holds[0]?.ref ?? '';
  for (const name of ['lead', 'dba'] as const)
    run.sign(name, 'decide', hold, { deviation: null, dissent: null, test: null, way: 'back' });
  says(t, run, /being undone\. The lead arms step second-undo/);
  t.match(states(run), { second: 'failed', 'second-undo': 'waiting' });
  second('second-undo');
  run.outcome('unknown');
  says(t, run, /step resolve \S+ second-undo/);
  legible(t, run);
});

t.test('a lost lead, and a hold while a command runs', async (t) => {
  const run = testRun().seat();
  run.arm('backup');
  run.start();
  run.submit({ type: 'hold', person: run.site.people.sre.id, text: body(run, 'The replica lags') });
  says(t, run, /HELD: a person called it.*Step backup is running; only crosscheck run abort stops it/);
  run.outcome();
  run.lift('lead', 'dba', 'sre');
  run.submit({ type: 'lost', seat: 'lead' });
  says(t, run, /HELD: somebody who is required was lost/);
  legible(t, run);
});
