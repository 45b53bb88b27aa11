/** After a failure: the decision back or forward, undoing in reverse, what is resolved, and that every way ends in a close. */
import t from 'tap';
import { closeContent } from '../../../core/run/lines.ts';
import { turnOf } from '../../../core/run/progress.ts';
import { contextOf } from '../../../core/run/state.ts';
import { stepOf } from '../../../core/runbook/steps.ts';
import { refused } from '../../helpers/refused.ts';
import type { TestRun } from '../../helpers/run.ts';
import { THREE } from '../../helpers/runs.ts';
import { testRun } from '../../helpers/site.ts';

const hold = (run: TestRun) => run.context.holds.at(-1)?.ref ?? '';

/** The first step done, the second armed, confirmed, keyed and started. */
function running(): TestRun {
  const run = testRun({ yaml: THREE }).seat();
  run.arm('first');
  run.start();
  run.outcome();
  run.arm('second');
  run.confirm('dba', 'reviewer', 'dba', {});
  run.key();
  run.start();
  return run;
}

const BACK = { deviation: null, dissent: null, test: null, way: 'back' } as const;
const patch = (id: string) => ({
  before: 'third',
  inputs: null,
  reason: 'The index was missed',
  steps: [{ id, title: 'Add the index', run: ['echo', 'index'], timeout: '1m' }],
});
const forward = (deviation: unknown) => ({ deviation, dissent: null, test: 'https://ci.example/7', way: 'forward' });

t.test('a failed step that asks for a decision is not lifted', async (t) => {
  const run = running();
  run.outcome('failed');
  t.same(
    run.context.holds.map(({ cause, step }) => [cause, step]),
    [['failed', 'second']],
  );
  refused(t, run, run.signCommand('lead', 'lift', hold(run), { risk: null }), 'XCK_DECIDE');
});

t.test('back: the undo step is cross-checked like any other, and the run closes as rolled back', async (t) => {
  const run = running();
  run.outcome('failed');
  run.sign('lead', 'decide', hold(run), BACK);
  t.equal(run.context.way, 'forward', 'one signature decides nothing');
  run.sign('dba', 'decide', hold(run), BACK);
  t.equal(run.context.way, 'back');
  t.same(run.context.holds, [], 'the decision lifts the hold that it is about');
  t.equal(turnOf(run.context)?.id, 'second-undo');
  t.equal(stepOf(run.context.runbook, 'second-undo')?.eyes, 4);
  refused(t, run, run.armCommand('third'), 'XCK_NOT_NOW');
  refused(t, run, run.signCommand('lead', 'close', run.context.last, closeContent(run.state, 'done')), 'XCK_NOT_NOW');
  run.arm('second-undo');
  run.confirm('dba', 'reviewer', 'dba', {});
  run.key();
  run.start();
  run.outcome();
  t.equal(turnOf(run.context), null);
  run.close('rolled-back');
  t.equal(run.context.closed, 'rolled-back');
});

t.test('an interrupted undo is taken up again', async (t) => {
  const run = running();
  run.outcome('failed');
  for (const name of ['lead', 'dba'] as const) run.sign(name, 'decide', hold(run), BACK);
  run.arm('second-undo');
  run.confirm('dba', 'reviewer', 'dba', {});
  run.key();
  run.start();
  run.outcome('unknown');
  const outcome = run.context.items['second-undo']?.['']?.ref ?? '';
  for (const name of ['lead', 'dba'] as const)
    run.sign(name, 'resolve', outcome, { as: 'not-started', evidence: 'The table is untouched' });
  t.same(run.context.holds, [], 'the resolution ends the hold of the unknown outcome');
  run.arm('second-undo');
  t.equal(run.context.attempts['second-undo'], 2);
  run.confirm('dba', 'reviewer', 'dba', {});
  run.key();
  run.start();
  run.outcome();
  run.close('rolled-back');
  t.equal(run.context.closed, 'rolled-back');
});

t.test('forward: names the test, inserts its steps before the next, and they are cross-checked', async (t) => {
  const run = running();
  run.outcome('failed');
  refused(
    t,
    run,
    run.signCommand('lead', 'decide', hold(run), { ...forward(patch('patch')), test: null }),
    'XCK_STATEMENT',
  );
  refused(
    t,
    run,
    run.signCommand('lead', 'decide', hold(run), forward({ ...patch('patch'), before: 'second' })),
    'XCK_DEVIATION',
  );
  refused(t, run, run.signCommand('lead', 'decide', hold(run), forward(patch('first'))), 'XCK_DEVIATION');
  const alone = { ...patch('patch'), steps: [{ ...patch('patch').steps[0], cross_check: { by: ['lead'] } }] };
  refused(
    t,
    run,
    run.signCommand('lead', 'decide', hold(run), forward(alone)),
    'XCK_DEVIATION',
    'nobody could confirm it',
  );
  refused(t, run, run.signCommand('dba', 'decide', hold(run), forward(patch('patch'))), 'XCK_LEAD');
  run.sign('lead', 'decide', hold(run), forward(patch('patch')));
  run.sign('dba', 'decide', hold(run), forward(patch('patch')));
  t.equal(run.context.outcomes['second'], 'passed');
  t.same(
    run.context.runbook.steps.map(({ id }) => id),
    ['first', 'second', 'patch', 'third'],
  );
  t.same(run.context.inserted, ['patch']);
  t.equal(turnOf(run.context)?.id, 'patch');
  refused(t, run, run.armCommand('third'), 'XCK_NOT_NOW');
  run.arm('patch');
  run.confirm('dba', 'reviewer', 'dba', {});
  run.key();
  run.start();
  run.outcome();
  run.arm('third');
  run.start();
  run.outcome();
  run.close();
  t.equal(run.context.closed, 'done');
});

t.test('a decision is proposed by the lead, and others sign that one content', async (t) => {
  const run = running();
  run.outcome('failed');
  refused(
    t,
    run,
    run.signCommand('dba', 'decide', hold(run), BACK),
    'XCK_LEAD',
    'nothing waits for a lead who did not ask',
  );
  t.equal(run.context.collection, null);
  run.sign('lead', 'decide', hold(run), forward(patch('patch')));
  refused(t, run, run.signCommand('dba', 'decide', hold(run), BACK), 'XCK_LEAD', 'another content is another proposal');
  t.equal(run.context.collection?.signers.length, 1, 'which does not void the one that the lead made');
  run.sign('dba', 'decide', hold(run), forward(patch('patch')));
  t.equal(run.context.outcomes['second'], 'passed');
});

t.test('a deviation is proposed by the lead', async (t) => {
  const run = running();
  run.outcome('failed');
  const content = { ...patch('patch'), before: 'second' };
  refused(t, run, run.signCommand('dba', 'deviate', run.context.last, content), 'XCK_LEAD');
});

t.test('an unknown outcome stays unknown until the quorum says what became of it', async (t) => {
  const run = running();
  run.outcome('unknown');
  refused(t, run, run.signCommand('lead', 'decide', hold(run), BACK), 'XCK_UNRESOLVED');
  const outcome = run.context.items['second']?.['']?.ref ?? '';
  run.sign('lead', 'resolve', outcome, { as: 'finished', evidence: 'The column is gone' });
  t.equal(run.context.outcomes['second'], 'unknown');
  run.sign('dba', 'resolve', outcome, { as: 'finished', evidence: 'The column is gone' });
  t.equal(run.context.outcomes['second'], 'finished');
  run.arm('third');
  t.ok(run.context.armings['third']);
});

t.test('what was resolved as failed keeps its hold and is decided', async (t) => {
  const run = running();
  run.outcome('unknown');
  const outcome = run.context.items['second']?.['']?.ref ?? '';
  for (const name of ['lead', 'dba'] as const)
    run.sign(name, 'resolve', outcome, { as: 'failed', evidence: 'Half of it' });
  t.equal(run.context.holds.length, 1);
  for (const name of ['lead', 'dba'] as const) run.sign(name, 'decide', hold(run), BACK);
  t.equal(turnOf(run.context)?.id, 'second-undo');
});

t.test('a start whose agent never comes back is resolved once somebody has tried to abort it', async (t) => {
  const run = running();
  const started = run.context.armings['second']?.started ?? '';
  refused(t, run, run.signCommand('lead', 'resolve', started, { as: 'failed', evidence: 'x' }), 'XCK_STALE');
  run.submit({ type: 'abort', person: run.site.people.dba.id, step: 'second' });
  for (const name of ['lead', 'dba'] as const)
    run.sign(name, 'resolve', started, { as: 'failed', evidence: 'The machine burned' });
  t.same(Object.keys(run.context.armings), []);
  t.equal(run.context.outcomes['second'], 'failed');
  run.close('aborted');
  t.equal(run.context.closed, 'aborted');
});

t.test('a held run is closed as aborted, and nothing follows', async (t) => {
  const run = running();
  run.outcome('failed');
  run.close('aborted');
  t.equal(contextOf(run.state).closed, 'aborted');
  refused(t, run, run.armCommand('second'), 'XCK_NOT_NOW');
  refused(t, run, { type: 'hold', person: run.site.people.dba.id, text: null }, 'XCK_NOT_NOW');
});
