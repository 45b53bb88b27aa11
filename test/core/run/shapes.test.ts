/** Steps that are more than one command: side by side, over waves, by hand, with a condition, behind a gate, inside an undo window. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { attestation } from '../../../core/run/attest.ts';
import { runActLines } from '../../../core/run/lines.ts';
import { turnOf } from '../../../core/run/progress.ts';
import { refused } from '../../helpers/refused.ts';
import type { TestRun } from '../../helpers/run.ts';
import { BY_HAND, CLOCKED, PARALLEL, WAVES } from '../../helpers/runs.ts';
import { type Name, testRun } from '../../helpers/site.ts';

const poll = (run: TestRun, name: Name, vote: 'go' | 'no-go', gate: string) => ({
  type: 'poll' as const,
  person: run.site.people[name].id,
  gate,
  vote,
  text: vote === 'go' ? null : run.site.salted(utf8(jcs('Not yet'))),
});

t.test('children of a parallel run side by side, then the gate is polled', async (t) => {
  const run = testRun({ yaml: PARALLEL }).seat();
  run.arm('left');
  refused(t, run, run.armCommand('last'), 'XCK_NOT_NOW');
  run.start(undefined, null, 'left');
  run.arm('right');
  run.start(undefined, null, 'right');
  t.same(Object.keys(run.context.armings), ['left', 'right']);
  run.outcome('finished', undefined, { of: 'left' });
  refused(t, run, poll(run, 'dba', 'go', 'agree'), 'XCK_NOT_NOW', 'the gate is not open yet');
  run.outcome('finished', undefined, { of: 'right' });
  t.equal(turnOf(run.context)?.id, 'agree');
  run.submit(poll(run, 'dba', 'go', 'agree'));
  run.submit(poll(run, 'sre', 'no-go', 'agree'));
  t.same(
    run.context.holds.map(({ cause, vote }) => [cause, vote?.seat]),
    [['objection', 'verifier']],
  );
  run.lift('lead');
  t.equal(turnOf(run.context)?.id, 'last', 'the overridden objection opens the gate');
  run.arm('last');
});

t.test('a failure in a parallel halts the sibling’s next start, not what runs', async (t) => {
  const run = testRun({ yaml: PARALLEL }).seat();
  run.arm('left');
  run.start(undefined, null, 'left');
  run.arm('right');
  run.outcome('failed', undefined, { of: 'left' });
  t.same(Object.keys(run.context.armings), [], 'what was armed and not started is void');
  refused(t, run, run.armCommand('right'), 'XCK_HELD');
  run.lift('lead');
  run.arm('left');
  t.equal(run.context.attempts['left'], 2);
});

t.test('aborting one child of a parallel leaves the other running', async (t) => {
  const run = testRun({ yaml: PARALLEL }).seat();
  for (const step of ['left', 'right']) {
    run.arm(step);
    run.start(undefined, null, step);
  }
  run.submit({ type: 'abort', person: run.site.people.sre.id, step: 'left' });
  run.outcome('failed', undefined, { of: 'left' });
  t.same(Object.keys(run.context.armings), ['right']);
  run.outcome('finished', undefined, { of: 'right' });
  t.equal(run.context.outcomes['right'], 'finished');
});

/** The armed, confirmed and keyed next wave. */
function wave(run: TestRun): void {
  run.arm('shards');
  run.confirm('dba', 'reviewer', 'dba', {});
  run.key();
}

t.test('a wave is the canary, then the rest; each item starts and ends by itself', async (t) => {
  const run = testRun({ yaml: WAVES }).seat();
  wave(run);
  t.same(run.context.armings['shards']?.items, ['item-1']);
  run.start(undefined, 'item-1');
  run.outcome('finished', undefined, { item: 'item-1' });
  t.equal(turnOf(run.context)?.id, 'shards');
  wave(run);
  t.same(run.context.armings['shards']?.items, ['item-2', 'item-3', 'item-4']);
  run.start(undefined, 'item-2');
  run.start(undefined, 'item-3');
  t.throws(() => run.start(undefined, 'item-4'), /side by side/, 'no more than max_parallel run');
  run.outcome('finished', undefined, { item: 'item-2' });
  t.throws(() => run.start(undefined, 'item-2'), /started already/, 'an item starts once');
  run.start(undefined, 'item-4');
  run.outcome('finished', undefined, { item: 'item-4' });
  run.outcome('finished', undefined, { item: 'item-3' });
  t.equal(run.context.outcomes['shards'], 'finished');
  run.arm('after');
});

t.test('an item that fails ends its wave; the next arming covers what is not finished', async (t) => {
  const run = testRun({ yaml: WAVES }).seat();
  wave(run);
  run.start(undefined, 'item-1');
  run.outcome('finished', undefined, { item: 'item-1' });
  wave(run);
  run.start(undefined, 'item-2');
  run.start(undefined, 'item-3');
  run.outcome('failed', undefined, { item: 'item-2' });
  t.ok(run.context.armings['shards'], 'item-3 still runs');
  t.throws(() => run.start(undefined, 'item-4'), 'nothing more of the wave starts');
  run.outcome('finished', undefined, { item: 'item-3' });
  t.equal(run.context.outcomes['shards'], 'failed');
  run.lift('lead', 'dba');
  wave(run);
  t.same(run.context.armings['shards']?.items, ['item-2', 'item-4']);
});

t.test('aborting a wave stops what has not started', async (t) => {
  const run = testRun({ yaml: WAVES }).seat();
  wave(run);
  run.start(undefined, 'item-1');
  run.outcome('finished', undefined, { item: 'item-1' });
  wave(run);
  run.start(undefined, 'item-2');
  run.submit({ type: 'abort', person: run.site.people.dba.id, step: 'shards' });
  t.throws(() => run.start(undefined, 'item-3'));
  run.outcome('failed', undefined, { item: 'item-2' });
  t.same(Object.keys(run.context.armings), []);
});

t.test('a hold during T-0 keeps the next item from starting', async (t) => {
  const run = testRun({ yaml: WAVES }).seat();
  wave(run);
  run.submit({ type: 'hold', person: run.site.people.sre.id, text: null });
  t.throws(() => run.start(undefined, 'item-1'));
  t.same(run.context.armings, {});
});

t.test('by hand: the seat’s holder attests, and without that it does not count as finished', async (t) => {
  const run = testRun({ yaml: BY_HAND }).seat();
  run.arm('call');
  run.start();
  t.throws(() => run.outcome(), /attested/);
  const started = run.context.armings['call']?.started ?? '';
  const attest = (name: Name, result: 'pass' | 'fail') => {
    const person = run.site.people[name];
    const content = { evidence: 'Spoke to them at 22:10', result };
    const lines = runActLines(run.state, 'attest', run.site.signing(person), started, content);
    return { type: 'attest' as const, person: person.id, ...run.site.signed(person, 'attest', lines) };
  };
  refused(t, run, attest('lead', 'pass'), 'XCK_SEAT');
  run.submit(attest('dba', 'pass'));
  t.equal(run.context.armings['call']?.attested, 'pass');
  refused(t, run, attest('dba', 'fail'), 'XCK_TWICE');
  run.outcome();
  t.equal(attestation('{"evidence":" ","result":"pass"}'), undefined);
  refused(t, run, { type: 'skip', step: 'last' }, 'XCK_NOT_NOW', 'only a step with a condition is skipped');
  run.submit({ type: 'skip', step: 'maybe' });
  run.arm('last');
});

t.test('an undo window that has passed keeps a step from being armed', async (t) => {
  const run = testRun({ yaml: CLOCKED }).seat();
  refused(t, run, { type: 'clock', clock: 'raw' }, 'XCK_NOT_NOW', 'it does not run yet');
  run.arm('first');
  run.start();
  run.outcome();
  refused(t, run, { type: 'clock', clock: 'raw' }, 'XCK_NOT_NOW', 'it still runs');
  run.site.now += 3_600_000;
  run.submit({ type: 'clock', clock: 'raw' });
  refused(t, run, run.armCommand('second'), 'XCK_CLOCK');
});
