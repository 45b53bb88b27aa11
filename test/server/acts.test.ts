/** Acts at a real server, each by real people with keys: plans, holds outside a run, locks, skips, two who act at once, and what is told outside. */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import t from 'tap';
import { utf8 } from '../../core/bytes/encoding.ts';
import type { Home, PlanView } from '../../core/protocol/frames.ts';
import { closeContent } from '../../core/run/lines.ts';
import { contextOf } from '../../core/run/state.ts';
import { realPorts } from '../../server/ports/real.ts';
import { type Person, ulid } from '../helpers/person.ts';
import { at, serve, signedIn, testSite, until } from '../helpers/server.ts';

interface Scope {
  teardown(then: () => unknown): void;
}

const yaml = (more: string, steps: string, crew = '') => `apiVersion: crosscheck/v1
id: small
title: A small run
inputs: {table: {type: string, default: customers}}
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
${crew}presence: {required: [lead, reviewer], grace: 1h}
${more}steps:
${steps}`;
const CRITICAL = '  - {id: drop, title: Drop it, critical: true, timeout: 1m, run: [echo, drop]}\n';

interface Scene {
  readonly lead: Person;
  readonly reviewer: Person;
  readonly verifier: Person;
  readonly runbook: string;
  readonly running: Awaited<ReturnType<typeof serve>>;
}

async function scene(
  t: Scope,
  text: string,
  ports = realPorts(),
  env: Readonly<Record<string, string>> = {},
): Promise<Scene> {
  const site = await testSite();
  const running = await serve(site, ports, undefined, env);
  t.teardown(async () => {
    await running.close();
    site.remove();
  });
  const people = await signedIn(site, at(running));
  const runbook = await people.lead.register([{ path: 'runbook.yaml', mode: '0644', bytes: utf8(text) }], 'small');
  await people.reviewer.approve(runbook);
  return { ...people, runbook, running };
}

const INPUTS = { table: 'customers' };
const context = async (person: Person, run: string) => contextOf((await person.state(run)).state);

t.test('a plan says what stands against it, and becomes one run', async (t) => {
  const { lead, runbook, verifier } = await scene(t, yaml('', CRITICAL));
  const plan = ulid();
  const document = { inputs: INPUTS, crew: { reviewer: verifier.me.person }, note: null };
  await lead.do({ type: 'plan', plan, runbook, mode: 'live', planned_for: null, document });
  const view = await lead.must<PlanView>('GET', `/api/plans/${plan}`);
  t.match(view, { plan, mode: 'live', opened: false });
  t.ok(
    view.preflight.some(({ step, seat }) => step === 'drop' && seat === 'reviewer'),
    'the preflight names the step and the seat',
  );
  await t.rejects(lead.open(runbook, INPUTS, plan), /XCK_PREFLIGHT/);
});

t.test(
  'a hold on a runbook refuses its opening, holds its open runs at once, and is lifted by lead and quorum',
  async (t) => {
    const { lead, reviewer, verifier, runbook, running } = await scene(t, yaml('', CRITICAL));
    const run = await lead.open(runbook, INPUTS);
    const before = running.engine.log.size;
    await verifier.do({ type: 'hold_on', runbook, text: 'Totals are 10 % off' });
    const own = running.engine.run(run)?.entries.at(-1)?.entry;
    t.match([own?.type, own?.seq], ['hold.raised', before + 1], 'right behind the hold, in one transaction');
    t.match((await context(lead, run)).holds, [{ cause: 'runbook', by: 'server' }]);
    await t.rejects(lead.open(runbook, INPUTS), /XCK_HOLD_ON/);
    const home = await lead.must<Home>('GET', '/api/home');
    t.match(home.holds, [{ runbook, text: 'Totals are 10 % off', by: verifier.me.person }]);
    t.match(
      await reviewer.send({
        type: 'update',
        run: null,
        hold: home.holds[0]?.hold ?? '',
        document: {},
        conditions: null,
        met: [],
        stance: null,
      }),
      { ok: false },
      'an update is a whole document',
    );
  },
);

t.test('a lock is held by an open run', async (t) => {
  const { lead, runbook } = await scene(t, yaml("locks: ['db:${{ inputs.table }}']\n", CRITICAL));
  const run = await lead.open(runbook, INPUTS);
  await t.rejects(lead.open(runbook, INPUTS), /XCK_(LOCKED|PREFLIGHT)/);
  await lead.open(runbook, { table: 'orders' });
  t.ok(run);
});

t.test('a window that is closed refuses a live opening', async (t) => {
  const monday = Date.UTC(2026, 10, 23, 3, 0, 0);
  const real = realPorts();
  const shift = monday - real.now();
  const window = "window: {days: [mon], from: '09:00', to: '16:00', timezone: Europe/Warsaw}\n";
  let hours = 0;
  const ports = { ...real, now: () => real.now() + shift + hours * 3_600_000 };
  const { lead, runbook } = await scene(t, yaml(window, CRITICAL), ports);
  await t.rejects(lead.open(runbook, INPUTS), /XCK_(WINDOW|PREFLIGHT)/, 'at four in Warsaw');
  hours = 6;
  t.ok(await lead.open(runbook, INPUTS), 'at ten in Warsaw');
});

t.test('a step whose condition is false is skipped by the server, after the briefing and not before', async (t) => {
  const steps = `  - {id: maybe, title: Maybe, when: inputs.table == "orders", run: [echo, maybe]}\n${CRITICAL}`;
  const briefing = 'briefing:\n  - {id: plan, ask: Which test plan was run?, answer: link, by: lead}\n';
  const { lead, runbook, running } = await scene(t, yaml(briefing, steps));
  const run = await lead.open(runbook, INPUTS);
  const types = () => running.engine.run(run)?.entries.map(({ entry }) => entry.type) ?? [];
  t.notOk(types().includes('step.skipped'));
  await lead.do({
    type: 'answer',
    run,
    question: 'plan',
    result: 'pass',
    value: 'https://ci.example/7',
    evidence: null,
  });
  await until(() => types().includes('step.skipped'), 'the skip');
  t.match(
    await lead.send({
      type: 'answer',
      run,
      question: 'plan',
      result: 'fail',
      value: 'https://ci.example/8',
      evidence: null,
    }),
    { ok: false, problem: { code: 'XCK_NOT_NOW' } },
    'the briefing is over',
  );
});

t.test('of two who act at once on one head, one acts and the other is told that the run has moved', async (t) => {
  const { lead, reviewer, verifier, runbook } = await scene(t, yaml('', CRITICAL));
  const run = await lead.open(runbook, INPUTS);
  await reviewer.do({ type: 'join', run, seat: 'reviewer', role: 'dba' });
  await verifier.do({ type: 'join', run, seat: 'verifier', role: 'sre' });
  const { state } = await lead.state(run);
  const about = contextOf(state).last;
  const done = await lead.act(run, 'close', about, closeContent(state, 'aborted'));
  const change = {
    before: 'drop',
    inputs: null,
    reason: 'Look once more',
    steps: [{ id: 'look', title: 'Look', run: ['echo', 'look'], timeout: '1m' }],
  };
  const deviation = await lead.act(run, 'deviate', about, change);
  const answers = await Promise.all([lead.send(done), lead.send(deviation)]);
  t.same(
    answers.map(({ ok }) => ok),
    [true, true],
    'each signature stands',
  );
  const second = await reviewer.act(run, 'close', about, closeContent(state, 'aborted'));
  await reviewer.send(second);
  const now = await context(lead, run);
  t.equal(now.closed, null, 'two acts never add up to one');
  t.equal(now.inserted.length, 0);
});

t.test('killing a held run lets nothing proceed', async (t) => {
  const { lead, reviewer, runbook } = await scene(t, yaml('', CRITICAL));
  const run = await lead.open(runbook, INPUTS);
  await reviewer.do({ type: 'join', run, seat: 'reviewer', role: 'dba' });
  await reviewer.do({ type: 'hold', run, text: 'Somebody still writes' });
  await lead.do(await lead.close(run, 'aborted'));
  await reviewer.do(await reviewer.close(run, 'aborted'));
  t.equal((await context(lead, run)).closed, 'aborted');
  t.match(await lead.send({ type: 'arm', run, step: 'drop', target: 'local' }), { ok: false });
  t.match(await lead.send({ type: 'join', run, seat: 'verifier', role: 'sre' }), { ok: false });
});

t.test(
  'what a runbook asks to be told is told, signed, without a value; a receiver that is down costs nothing',
  async (t) => {
    const got: { headers: Record<string, unknown>; body: string }[] = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        got.push({ headers: request.headers, body });
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    t.teardown(() => receiver.close());
    const secret = Buffer.alloc(24, 7);
    const { port } = receiver.address() as { port: number };
    const env = {
      TEST_WEBHOOK: `http://127.0.0.1:${port}/`,
      TEST_WEBHOOK_SECRET: `whsec_${secret.toString('base64')}`,
      TEST_DEAD: 'http://127.0.0.1:1/',
    };
    const notify =
      'notify:\n  - {webhook: {env: TEST_WEBHOOK}, on: [run.opened, hold.raised]}\n  - {webhook: {env: TEST_DEAD}, on: [run.opened]}\n';
    const { lead, runbook } = await scene(t, yaml(notify, CRITICAL), realPorts(), env);
    const run = await lead.open(runbook, { table: 'very_private' });
    await lead.do({ type: 'hold', run, text: 'Wait' });
    await until(() => got.length === 2, 'both messages');
    t.same(
      got.map(({ body }) => (JSON.parse(body) as { type: string }).type),
      ['run.opened', 'hold.raised'],
    );
    for (const { headers, body } of got) {
      t.notMatch(body, 'very_private');
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      const expected = createHmac('sha256', secret).update(signed).digest('base64');
      t.equal(headers['webhook-signature'], `v1,${expected}`);
    }
  },
);
