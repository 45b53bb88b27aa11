/** Alarms by a clock that the test moves: updates of holds that do not come, windows that run out, and all of it again after a restart. */
import t, { type Test } from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { EMPTY_HOLD } from '../../../core/release/holdDocument.ts';
import { contextOf } from '../../../core/run/state.ts';
import { openAlarms } from '../../../server/notify/alarms.ts';
import type { Event } from '../../../server/notify/event.ts';
import { realPorts } from '../../../server/ports/real.ts';
import { startAgentProcess } from '../../helpers/agent.ts';
import { killed } from '../../helpers/agent-site.ts';
import { ManualClock } from '../../helpers/clock.ts';
import type { Person } from '../../helpers/person.ts';
import { receiver } from '../../helpers/receiver.ts';
import { armed, at, type Release, released, serve, testSite, until } from '../../helpers/server.ts';

const MINUTE = 60_000;
const RUNBOOK = `apiVersion: crosscheck/v1
id: windows
title: A window runs
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
presence: {required: [lead], grace: 10h}
clocks: {raw: {lasts: 100m, starts: drop, means: The rows are still there}}
notify:
  - {webhook: {env: TEST_HOOK}, on: [hold.overdue, clock.alarm, clock.passed]}
steps:
  - {id: drop, title: Drop, run: [echo, drop]}
  - {id: look, title: Look, run: [echo, look]}
`;
const FOLDER = [{ path: 'runbook.yaml', mode: '0644' as const, bytes: utf8(RUNBOOK) }];

type Running = Awaited<ReturnType<typeof serve>>;

/** A site whose server is started again and again, by a clock that stands still. */
async function place(t: Test, env: Record<string, string> = {}) {
  const site = await testSite();
  const clock = new ManualClock(Date.now());
  let running: Running | undefined;
  const stop = async () => {
    await running?.close();
    running = undefined;
  };
  t.teardown(async () => {
    await stop();
    site.remove();
  });
  const start = async () => {
    running = await serve(site, { ...realPorts(), now: clock.now, later: clock.later }, undefined, env);
    return running;
  };
  return { site, clock, start, stop };
}

/** Alarms of their own beside the server's, and what they told. */
function listening({ engine, store }: Running, clock: ManualClock) {
  const told: Event[] = [];
  const ports = { ...realPorts(), now: clock.now, later: clock.later };
  const alarms = openAlarms({ engine, store, ports, tell: (event) => void told.push(event) });
  engine.listen(alarms.committed);
  /** Since it was asked last. */
  const since = () => told.splice(0).map(({ type, run, clock: named, path }) => [type, run, named ?? null, path]);
  return { alarms, told, since };
}

const heldBy = async (person: Person, run: string) => contextOf((await person.state(run)).state).holds[0]?.ref ?? '';
const update = (hold: string, next: number | null, run: string | null) => ({
  type: 'update' as const,
  ...{ run, hold, document: { ...EMPTY_HOLD, next_update: next }, conditions: null, met: [], stance: null },
});

t.test('an update of a hold that is promised and does not come rings once, a moment too late', async (t) => {
  const { site, clock, start } = await place(t);
  const running = await start();
  const { told, since } = listening(running, clock);
  const { lead, reviewer, run } = await released(site, at(running), FOLDER, 'windows');
  await reviewer.do({ type: 'hold', run, text: 'Somebody still writes' });
  const hold = await heldBy(lead, run);
  const promise = (ms: number | null) => lead.do(update(hold, ms === null ? null : clock.now() + ms, run));
  const overdue = ['hold.overdue', run, null, `/runs/${run}`];

  clock.jump(10 * MINUTE);
  t.same(since(), [], 'nobody promised anything');
  await promise(5 * MINUTE);
  clock.jump(5 * MINUTE);
  t.same(since(), [], 'it may still come');
  clock.jump(1);
  t.match(told, [{ at: clock.now(), key: `overdue ${hold} ${clock.now() - 1}` }]);
  t.same(since(), [overdue]);
  await reviewer.do({ type: 'leave', run, seat: 'reviewer' });
  clock.jump(60 * MINUTE);
  t.same(since(), [], 'it rings once, whatever else happens');

  await promise(5 * MINUTE);
  clock.jump(4 * MINUTE);
  await promise(5 * MINUTE);
  clock.jump(5 * MINUTE);
  t.same(since(), [], 'the update came, and promised another');
  clock.jump(1);
  t.same(since(), [overdue]);

  await promise(5 * MINUTE);
  clock.pass(5 * MINUTE + 1);
  await reviewer.do({ type: 'join', run, seat: 'reviewer', role: 'dba' });
  clock.jump(0);
  t.same(since(), [overdue], 'a timer that is late is not forgotten for what comes in between');

  await promise(5 * MINUTE);
  await lead.do(await lead.lift(run));
  if ((await heldBy(lead, run)) !== '') await reviewer.do(await reviewer.lift(run));
  t.equal(await heldBy(lead, run), '', 'it is lifted');
  clock.jump(60 * MINUTE);
  t.same(since(), []);
});

t.test('so does one of a hold on a runbook', async (t) => {
  const { site, clock, start } = await place(t);
  const running = await start();
  const { since } = listening(running, clock);
  const { lead, reviewer } = await released(site, at(running), FOLDER, 'windows');
  const [runbook = ''] = [...running.engine.site.runbooks.keys()];
  await reviewer.do({ type: 'hold_on', runbook, text: 'Totals are 10 % off' });
  const hold = running.engine.site.holds.open[0]?.ref ?? '';
  await lead.do(update(hold, clock.now() + MINUTE, null));
  clock.jump(MINUTE);
  t.same(since(), []);
  clock.jump(1);
  t.same(since(), [['hold.overdue', null, null, `/runbooks/${runbook}`]]);
});

/** A run whose window has just begun. */
async function begun(t: Test, { site, clock }: Awaited<ReturnType<typeof place>>, running: Running) {
  const agent = startAgentProcess(site);
  t.teardown(() => killed(agent));
  const release = await released(site, at(running), FOLDER, 'windows');
  await through(release, 'drop');
  const context = async () => contextOf((await release.lead.state(release.run)).state);
  t.same((await context()).clocks['raw'], { since: clock.now(), ends: clock.now() + 100 * MINUTE, passed: false });
  return { ...release, context };
}

async function through(release: Release, step: string): Promise<void> {
  const { lead, run } = release;
  await armed(release, step);
  await lead.do({ type: 'start', run, step });
  await until(async () => contextOf((await lead.state(run)).state).outcomes[step] === 'finished', `the end of ${step}`);
}

t.test('a window rings at 50, 80 and 95 per cent, and passes as an entry', async (t) => {
  const own = await place(t);
  const { clock } = own;
  const running = await own.start();
  const { told, since } = listening(running, clock);
  const release = await begun(t, own, running);
  const { run, context } = release;
  const rings = async (percent: number) => {
    clock.jump(1);
    t.match(told, [{ key: `alarm ${run} raw ${percent}` }]);
    t.same(since(), [['clock.alarm', run, 'raw', `/runs/${run}`]], `${percent} per cent`);
  };
  clock.jump(50 * MINUTE - 1);
  t.same(since(), []);
  await rings(50);
  clock.jump(30 * MINUTE - 1);
  t.same(since(), []);
  clock.pass(1);
  await through(release, 'look');
  clock.pass(-1);
  await rings(80);
  clock.jump(15 * MINUTE - 1);
  t.same(since(), []);
  await rings(95);
  clock.jump(5 * MINUTE - 1);
  t.equal((await context()).clocks['raw']?.passed, false);
  clock.jump(1);
  await until(async () => (await context()).clocks['raw']?.passed === true, 'the entry');
  t.same(since(), [], 'that it has passed is an entry, and told as one');
});

t.test('a jump over several alarms rings once, not for each', async (t) => {
  const own = await place(t);
  const running = await own.start();
  const { since } = listening(running, own.clock);
  await begun(t, own, running);
  own.clock.jump(97 * MINUTE);
  t.equal(since().length, 1);
  own.clock.jump(MINUTE);
  t.same(since(), []);
});

t.test('after a restart every timer runs again, and what was due meanwhile is told', async (t) => {
  const to = await receiver(t);
  const own = await place(t, { TEST_HOOK: `http://127.0.0.1:${to.port}/` });
  const { clock, start, stop } = own;
  const { lead, reviewer, run } = await begun(t, own, await start());
  await reviewer.do({ type: 'hold', run, text: 'Somebody still writes' });
  await lead.do(update(await heldBy(lead, run), clock.now() + 60 * MINUTE, run));
  const told = async (count: number) => {
    await until(() => to.got.length >= count, `message ${count}`);
    return to.got.map(({ body }) => {
      const { type, data } = JSON.parse(body) as { type: string; data: { run: string; clock?: string } };
      return [type, data.run, data.clock ?? null];
    });
  };
  const [alarm, overdue] = [
    ['clock.alarm', run, 'raw'],
    ['hold.overdue', run, null],
  ];

  await stop();
  t.same(clock.waiting, [], 'a server that has stopped waits for nothing');
  await start();
  clock.jump(50 * MINUTE);
  t.same(await told(1), [alarm], 'at 50 per cent');
  clock.jump(10 * MINUTE + 1);
  t.same(await told(2), [alarm, overdue], 'the update did not come');

  await stop();
  clock.jump(25 * MINUTE);
  await start();
  clock.jump(0);
  const again = (await told(4)).slice(2);
  t.same(again.sort(), [alarm, overdue].sort(), 'at 85 per cent: what was missed, and what nobody knows was heard');
  const ids = to.got.map(({ headers }) => headers['webhook-id'] ?? '');
  t.equal(new Set(ids).size, 3, 'the same message has the same id');

  await lead.do(await lead.close(run, 'aborted'));
  const { closed } = contextOf((await lead.state(run)).state);
  if (closed === null) await reviewer.do(await reviewer.close(run, 'aborted'));
  await stop();
  const last = await start();
  t.same((await told(5))[4], alarm, 'the window runs on after the close');
  clock.jump(15 * MINUTE);
  t.ok(
    (await told(6)).slice(5).some(([type]) => type === 'clock.passed'),
    'and passes',
  );
  t.match(last.store.entriesAfter(run), [{ type: 'clock.passed' }], 'as an entry after the close');
});
