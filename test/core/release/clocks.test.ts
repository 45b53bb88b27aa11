/** Undo windows, their alarms, and the duty to delete a backup. */
import fc from 'fast-check';
import t from 'tap';
import { ALARMS, clockViews, duties, lastAlarm, nextAlarm, runningClocks } from '../../../core/release/clocks.ts';
import { backupStep, bodies, DIGEST, PEOPLE, runbookWith, stepWith, Written } from '../../helpers/context.ts';

const HOUR = 3_600_000;
const RUNBOOK = runbookWith({
  clocks: {
    raw: { lasts_ms: 10 * HOUR, starts: 'drop', means: 'raw rows can be restored' },
    cold: { lasts_ms: 100 * HOUR, starts: 'drop', means: 'the backup exists' },
    later: { lasts_ms: HOUR, starts: 'purge', means: 'the bin is full' },
  },
  steps: [
    backupStep('backup', 2 * HOUR),
    backupStep('other', null),
    stepWith({ id: 'drop' }),
    stepWith({ id: 'purge' }),
  ],
});
const started = (step: string) => ({
  type: 'step.started' as const,
  actor: PEOPLE.agent,
  fields: { step, attempt: 1, armed: `1 ${DIGEST}` },
});
const ended = (step: string, type: 'step.finished' | 'step.failed', result: 'finished' | 'failed' | 'not-started') => ({
  type,
  actor: PEOPLE.agent,
  fields: { step, attempt: 1, started: `2 ${DIGEST}`, checks: {}, result } as never,
});

t.test('a clock goes from normal to amber to red to ended, and each alarm is its own instant', async (t) => {
  const clock = { since: 0, ends: 10 * HOUR, passed: false };
  const view = (now: number) => clockViews(RUNBOOK, { raw: clock }, now)[0];
  const at = (now: number) => {
    const seen = view(now);
    return [seen?.passed, seen?.state];
  };
  t.same(at(0), [null, 'normal']);
  t.same(at(5 * HOUR - 1), [null, 'normal']);
  t.same(at(5 * HOUR), [50, 'normal']);
  t.same(at(8 * HOUR - 1), [50, 'normal']);
  t.same(at(8 * HOUR), [80, 'amber']);
  t.same(at(9.5 * HOUR), [95, 'red']);
  t.same(at(10 * HOUR - 1), [95, 'red']);
  t.same(at(10 * HOUR), [100, 'ended']);
  t.match(view(5 * HOUR), { id: 'raw', fraction: 0.5, means: 'raw rows can be restored', owner: 'data-platform' });
  t.match(view(-5), { fraction: 0, state: 'normal' }, 'a reader whose clock is behind');
  t.match(clockViews(RUNBOOK, { raw: { ...clock, passed: true } }, 1)[0], { state: 'ended', fraction: 1 });
});

t.test('walking from alarm to alarm meets each exactly once, whatever the clock', async (t) => {
  const property = fc.property(
    fc.integer({ min: 0, max: 2 ** 41 }),
    fc.integer({ min: 1, max: 2 ** 36 }),
    (since, lasts) => {
      const clock = { since, ends: since + lasts, passed: false };
      const met: number[] = [];
      for (let next = nextAlarm(clock, since); next; next = nextAlarm(clock, next.at)) met.push(next.alarm);
      // A clock of a few milliseconds rings some of them at the same instant.
      return (
        met.every((alarm, index) => ALARMS.includes(alarm as 50) && alarm > (met[index - 1] ?? 0)) &&
        (lasts < 20 ? met.length > 0 : met.length === ALARMS.length)
      );
    },
  );
  const result = fc.check(property);
  t.notOk(result.failed, `seed ${result.seed}: ${JSON.stringify(result.counterexample)}`);
});

t.test('no alarm is left of a clock that is over', async (t) => {
  const clock = { since: 0, ends: HOUR, passed: false };
  t.equal(nextAlarm(clock, HOUR), null);
  t.equal(nextAlarm({ ...clock, passed: true }, 0), null);
  t.same(nextAlarm(clock, 0.9 * HOUR), { alarm: 95, at: 0.95 * HOUR });
});

t.test('the last alarm is the one behind, while the clock runs', async (t) => {
  const clock = { since: 0, ends: HOUR, passed: false };
  const last = [0, 0.5 * HOUR - 1, 0.5 * HOUR, 0.9 * HOUR, HOUR - 1, HOUR].map((now) => lastAlarm(clock, now));
  t.same(last, [null, null, 50, 80, 95, null]);
  t.equal(lastAlarm({ ...clock, passed: true }, 0.9 * HOUR), null);
});

t.test('the entries say which clocks run, also after the close', async (t) => {
  const log = new Written();
  t.same(runningClocks(RUNBOOK, log.entries), {});
  log.put(0, started('backup'));
  log.put(10, started('drop'));
  const since = log.at(10);
  t.same(runningClocks(RUNBOOK, log.entries), {
    raw: { since, ends: since + 10 * HOUR, passed: false },
    cold: { since, ends: since + 100 * HOUR, passed: false },
  });
  log.put(10 + 600, { type: 'clock.passed', actor: 'server', fields: { clock: 'raw', about: `5 ${DIGEST}` } });
  t.match(runningClocks(RUNBOOK, log.entries), { raw: { passed: true }, cold: { passed: false } });
  t.same(
    clockViews(RUNBOOK, runningClocks(RUNBOOK, log.entries), log.at(700)).map(({ id, state }) => [id, state]),
    [
      ['raw', 'ended'],
      ['cold', 'normal'],
    ],
  );
});

t.test('a backup is kept, then due, then deleted with evidence', async (t) => {
  const log = new Written();
  const state = (minutes: number) => duties(RUNBOOK, log.entries, log.at(minutes)).map((duty) => duty.state);
  t.same(state(0), [], 'nothing was made');
  log.put(1, started('backup'));
  log.put(2, ended('backup', 'step.failed', 'not-started'));
  t.same(state(3), [], 'nothing ran');
  log.put(4, ended('backup', 'step.failed', 'failed'));
  t.same(state(5), ['kept'], 'a failed backup may have left a copy');
  log.put(10, ended('backup', 'step.finished', 'finished'));
  log.put(11, ended('other', 'step.finished', 'finished'));
  t.same(state(10 + 119), ['kept'], 'counted from the last outcome');
  t.same(state(10 + 120), ['due']);
  log.put(200, {
    type: 'backup.deleted',
    actor: PEOPLE.dba,
    fields: { about: `5 ${DIGEST}`, step: 'backup' },
    bodies: bodies({ answer: 'rm’d, ticket 4' }),
  });
  t.match(duties(RUNBOOK, log.entries, log.at(300)), [
    { step: 'backup', state: 'deleted', deleted: { at: log.at(200), by: PEOPLE.dba, evidence: 'rm’d, ticket 4' } },
  ]);
});
