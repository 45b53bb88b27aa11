/** The two ways out of a hold: their rows, and that they are possible exactly where the machine lets them be. */
import fc from 'fast-check';
import t from 'tap';
import { stepTimes } from '../../../core/release/figures.ts';
import { type Known, ways } from '../../../core/release/ways.ts';
import type { Arming, Outcome, RunContext } from '../../../core/run/context.ts';
import { mayGoBack, mayGoForward } from '../../../core/run/rules.ts';
import type { Step } from '../../../core/runbook/runbook.ts';
import { backupStep, contextWith, DIGEST, holdWith, runbookWith, stepWith } from '../../helpers/context.ts';
import { THREE } from '../../helpers/runs.ts';
import { testRun } from '../../helpers/site.ts';

const HOUR = 3_600_000;
const undo = (id: string, from: string | null, takes_ms: number | null, more: Partial<Step> = {}) => ({
  from,
  reason: from === null ? 'It is a copy' : null,
  takes_ms,
  step: stepWith({ id: `${id}-undo`, title: `Undo ${id}`, ...more }),
});
const RUNBOOK = runbookWith({
  clocks: {
    raw: { lasts_ms: 2 * HOUR, starts: 'drop', means: 'raw rows can be restored' },
    cold: { lasts_ms: 9 * HOUR, starts: 'drop', means: 'the backup exists' },
  },
  steps: [
    backupStep('backup', 9 * HOUR),
    stepWith({ id: 'hash', undo: undo('hash', null, null) }),
    stepWith({
      id: 'drop',
      critical: true,
      irreversible: true,
      eyes: 6,
      by: ['reviewer', 'verifier'],
      undo: undo('drop', 'backup', HOUR, { eyes: 4, by: ['verifier'], while: ['raw'] }),
    }),
    stepWith({ id: 'swap', while: ['raw'] }),
    stepWith({ id: 'purge', irreversible: true }),
    stepWith({ id: 'call', kind: 'manual', manual: { text: 'Call', by: 'deputy' } }),
  ],
});
const item = (result: Outcome) => ({ '': { result, ref: `3 ${DIGEST}` } });
const FAILED = contextWith({
  runbook: RUNBOOK,
  outcomes: { backup: 'finished', hash: 'finished', drop: 'failed' },
  items: { backup: item('finished'), hash: item('finished'), drop: item('failed') },
  clocks: { raw: { since: 0, ends: 2 * HOUR, passed: false }, cold: { since: 0, ends: 9 * HOUR, passed: false } },
});
const HOLD = holdWith({ cause: 'failed', step: 'drop' });
const KNOWN: Known = {
  times: { backup: { started: -900, ended: -800 }, drop: { started: 0, ended: 70 }, purge: { started: 80, ended: 90 } },
  rehearsed: { 'hash-undo': 5000, swap: 7000 },
};

t.test('the way back: undo steps in reverse, times, windows, who stays, what was drilled', async (t) => {
  const { back } = ways(FAILED, HOLD, HOUR, KNOWN);
  t.same(back, {
    possible: true,
    why: [],
    does: [
      { what: 'undo', step: 'drop-undo', title: 'Undo drop', takes: { ms: HOUR, from: 'runbook' } },
      { what: 'undo', step: 'hash-undo', title: 'Undo hash', takes: { ms: 5000, from: 'rehearsal' } },
    ],
    takes: { ms: HOUR + 5000, whole: true },
    lost: [],
    left: [
      { clock: 'raw', ends: 2 * HOUR, means: 'raw rows can be restored' },
      { clock: 'cold', ends: 9 * HOUR, means: 'the backup exists' },
    ],
    stay: ['lead', 'reviewer', 'verifier'],
    drilled: [{ step: 'backup', at: -800 }],
  });
});

t.test('the way forward: the failed step passes, the patch, what is left, what is lost', async (t) => {
  const { forward } = ways(FAILED, HOLD, HOUR, KNOWN);
  t.match(forward, { possible: true, why: [], takes: { ms: 7000, whole: false }, drilled: [] });
  t.same(
    forward.does.map(({ what, step }) => [what, step]),
    [
      ['pass', 'drop'],
      ['patch', null],
      ['run', 'swap'],
      ['run', 'purge'],
      ['run', 'call'],
    ],
  );
  t.same(forward.lost, ['Once purge has started, it cannot be undone.']);
  t.same(forward.stay, ['lead', 'reviewer', 'verifier', 'deputy']);
});

t.test('a window that has ended closes the way back from its end on, written down or not', async (t) => {
  t.equal(ways(FAILED, HOLD, 2 * HOUR - 1, KNOWN).back.possible, true);
  const late = ways(FAILED, HOLD, 2 * HOUR, KNOWN);
  t.match(late.back, {
    possible: false,
    why: [{ sentence: 'Too late for drop-undo: the window “raw” has ended.', since: 2 * HOUR }],
    lost: ['Over since 1970-01-01 02:00:00Z: raw rows can be restored.'],
    left: [{ clock: 'cold' }],
  });
  t.equal(late.forward.possible, true);
  t.equal(late.forward.lost[0], 'Step swap can no longer start: the window “raw” ended 1970-01-01 02:00:00Z.');
});

t.test('what has started and cannot be undone, and what nobody knows, say since when', async (t) => {
  const purged = { ...FAILED, ran: [...FAILED.ran, 'purge'], items: { ...FAILED.items, purge: item('finished') } };
  t.match(ways(purged, HOLD, 0, KNOWN).back, {
    possible: false,
    why: [{ sentence: 'Step purge cannot be undone, and it has started.', since: 80 }],
  });
  const unknown = {
    ...FAILED,
    outcomes: { ...FAILED.outcomes, drop: 'unknown' as const },
    items: { ...FAILED.items, drop: item('unknown') },
  };
  const both = ways(unknown, HOLD, 0, KNOWN);
  const why = [{ sentence: /Nobody knows yet how drop ended/, since: 70 }];
  t.match(both.back, { possible: false, why });
  t.match(both.forward, { possible: false, why });
});

t.test('a backup whose drill did not end well was not drilled', async (t) => {
  const context = { ...FAILED, outcomes: { ...FAILED.outcomes, backup: 'passed' as const } };
  t.same(ways(context, HOLD, 0, KNOWN).back.drilled, [{ step: 'backup', at: null }]);
});

t.test(
  'in whatever state: possible exactly where the machine allows it, and a reason exactly where it does not',
  async (t) => {
    const results = fc.constantFrom<Outcome | null>('finished', 'failed', 'not-started', 'unknown', null);
    const ids = ['backup', 'hash', 'drop', 'swap', 'purge'];
    const property = fc.property(
      fc.array(results, { minLength: 5, maxLength: 5 }),
      fc.constantFrom('back' as const, 'forward' as const),
      fc.constantFrom(...ids, null),
      fc.array(fc.constantFrom('raw', 'cold'), { maxLength: 2 }),
      fc.option(fc.constantFrom(...ids)),
      (outcomes, way, step, passed, armed) => {
        const known = ids.flatMap((id, index) => (outcomes[index] ? [[id, outcomes[index]] as const] : []));
        const arming = { step: armed ?? '', started: null } as Arming;
        const context: RunContext = {
          ...FAILED,
          way,
          outcomes: Object.fromEntries(known),
          items: Object.fromEntries(known.map(([id, result]) => [id, item(result)])),
          ran: known.flatMap(([id, result]) => (result === 'finished' || result === 'failed' ? [id] : [])),
          clocks: Object.fromEntries(
            Object.entries(FAILED.clocks).map(([id, clock]) => [
              id,
              { ...clock, passed: passed.some((one) => one === id) },
            ]),
          ),
          armings: armed === null ? {} : { [armed]: arming },
        };
        const hold = holdWith({ step });
        const { back, forward } = ways(context, hold, 0, KNOWN);
        const failed = step !== null && context.outcomes[step] === 'failed' ? step : undefined;
        return (
          back.possible === (armed === null && mayGoBack(context).ok) &&
          forward.possible === (armed === null && mayGoForward(context, hold, failed).ok) &&
          [back, forward].every(({ possible, why }) => possible === (why.length === 0))
        );
      },
    );
    const result = fc.check(property, { numRuns: 1000 });
    t.notOk(result.failed, `seed ${result.seed}: ${JSON.stringify(result.counterexample)}`);
  },
);

t.test('a real run: both ways after a failure, one while the way back runs', async (t) => {
  const run = testRun({ yaml: THREE }).seat();
  run.arm('first');
  run.start();
  run.outcome();
  run.arm('second');
  run.confirm('dba', 'reviewer', 'dba', {});
  run.key();
  run.start();
  run.outcome('failed');
  const hold = run.context.holds[0];
  if (!hold) throw new Error('no hold');
  const known = () => ({ times: stepTimes(run.entries), rehearsed: null });
  const open = ways(run.context, hold, run.site.now, known());
  t.match(open, { back: { possible: true, does: [{ step: 'second-undo' }] }, forward: { possible: true } });
  t.same(
    open.forward.does.map(({ step }) => step),
    ['second', null, 'third'],
  );
  for (const name of ['lead', 'dba'] as const)
    run.sign(name, 'decide', hold.ref, { deviation: null, dissent: null, test: null, way: 'back' });
  run.submit({ type: 'hold', person: run.site.people.dba.id, text: null });
  const again = run.context.holds[0];
  t.match(again && ways(run.context, again, run.site.now, known()), {
    back: { possible: false, why: [{ sentence: 'The run is being undone already.' }] },
    forward: { possible: false, why: [{ sentence: 'The run is being undone.' }] },
  });
});
