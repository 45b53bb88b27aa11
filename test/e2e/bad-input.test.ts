/** Bad input at the doors: each a clear error, a refusal or a hold, and nothing is lost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { WebSocket } from 'ws';
import { utf8 } from '../../core/bytes/encoding.ts';
import type { Command } from '../../core/run/commands.ts';
import { contextOf } from '../../core/run/state.ts';
import type { LiveRun } from '../../server/runner/runs.ts';
import { DROP_FOLDER, dropSite } from '../helpers/drop.ts';
import { Person } from '../helpers/person.ts';
import { armed, ROOT, testSite, until } from '../helpers/server.ts';

const yaml = new TextDecoder().decode(DROP_FOLDER[0]?.bytes);
const withYaml = (text: string) =>
  DROP_FOLDER.map((file) => (file.path === 'runbook.yaml' ? { ...file, bytes: utf8(text) } : file));

t.test('a folder that does not lint is not registered', async (t) => {
  const drop = await dropSite(t);
  for (const [what, text, where] of [
    ['broken YAML', yaml.replace('crew:', 'crew: ['), /runbook\.yaml:\d+:\d+/],
    ['an unknown key', yaml.replace('title: Drop the thing\n', 'titel: Drop the thing\n'), /titel.*|title/],
    ['no cross-check for what cannot be undone', yaml.replace('    critical: true\n', ''), /critical/],
  ] as const) {
    const before = drop.running.engine.log.size;
    await t.rejects(drop.lead.register(withYaml(text), 'drop-thing'), where, what);
    t.notMatch(drop.running.engine.site.runbooks.size, 2);
    t.equal(drop.running.engine.log.size, before, 'nothing is written');
  }
});

t.test('an input of the wrong type, an unknown and a missing one', async (t) => {
  const text = yaml.replace('crew:\n', 'inputs:\n  rows: {type: integer, minimum: 1}\ncrew:\n');
  const drop = await dropSite(t);
  const runbook = await drop.lead.register(withYaml(text), 'drop-thing');
  await drop.reviewer.approve(runbook);
  await t.rejects(drop.lead.open(runbook, { rows: 'many' }), /input rows.*integer/s);
  await t.rejects(drop.lead.open(runbook, { rows: 3, extra: 1 }), /extra/);
  await t.rejects(drop.lead.open(runbook, {}), /rows.*missing/s);
  await t.rejects(drop.lead.open(runbook, { rows: 0 }), /at least 1/);
  t.ok(await drop.lead.open(runbook, { rows: 3 }));
});

const closing = async (socket: WebSocket): Promise<number> => ((await once(socket, 'close')) as [number])[0];

t.test('sockets: foreign origin, no origin, no ticket, a used ticket, a 10 MB frame, an unreadable one', async (t) => {
  const drop = await dropSite(t);
  const url = `ws://127.0.0.1:${drop.running.port}/api/room`;
  const origin = `http://${drop.site.host}`;
  const open = async (given: string | undefined) => {
    const socket = new WebSocket(url, ['crosscheck.v1'], given === undefined ? {} : { origin: given });
    const answer = await once(socket, 'open').then(
      () => 'open',
      (error: Error) => error.message,
    );
    return { socket, answer };
  };
  t.match((await open('http://evil.example')).answer, /403/, 'a foreign page');
  t.match((await open(undefined)).answer, /403/, 'no origin');
  const ticket = async () => (await drop.lead.must<{ ticket: string }>('POST', '/api/tickets')).ticket;
  const hello = (one: string) => JSON.stringify({ type: 'hello', ticket: one, run: drop.run, after: -1 });

  const good = await open(origin);
  const used = await ticket();
  good.socket.send(hello(used));
  const [first] = (await once(good.socket, 'message')) as [Buffer];
  t.match(JSON.parse(first.toString()), { type: 'welcome' });
  const again = await open(origin);
  again.socket.send(hello(used));
  t.equal(await closing(again.socket), 4003, 'a ticket is good once');
  const huge = await open(origin);
  huge.socket.on('error', () => {});
  huge.socket.send('x'.repeat(10 * 1024 * 1024));
  t.ok([1006, 1009].includes(await closing(huge.socket)), 'a 10 MB frame closes its socket');
  good.socket.send('{"type":"here","more":1}');
  t.equal(await closing(good.socket), 4002, 'a frame with more than its fields');
  t.match(await drop.lead.call('GET', '/api/me'), { ok: true }, 'everything else goes on');
});

t.test('requests: foreign pages, huge bodies, unknown fields, nobody signed in', async (t) => {
  const drop = await dropSite(t);
  const foreign = await drop.lead.call('POST', '/api/tickets', undefined, { origin: 'http://evil.example' });
  t.match(foreign, { ok: false, problem: { code: 'XCK_ORIGIN' } });
  t.match(await drop.lead.call('POST', '/api/commands', { type: 'hold', run: drop.run, text: 'x', extra: 1 }), {
    ok: false,
    problem: { status: 400 },
  });
  t.match(await drop.lead.call('POST', '/api/commands', { type: 'hold', run: 'nope', text: 'x' }), {
    ok: false,
    problem: { status: 400 },
  });
  const nobody = new Person(drop.running.port, drop.site.host, drop.lead.key);
  t.match(await nobody.call('POST', '/api/commands', { type: 'hold', run: drop.run, text: 'x' }), {
    ok: false,
    problem: { code: 'XCK_SIGNED_OUT' },
  });
  t.match(await nobody.call('GET', '/api/home'), { ok: false, problem: { code: 'XCK_SIGNED_OUT' } });
});

t.test('a missing program, a probe that hangs', async (t) => {
  const text = yaml
    .replace('run: [echo, done]', 'run: [no-such-program]')
    .replace("run: [bin/rows, '${{ run.data }}']", "run: [sleep, '600']");
  const drop = await dropSite(t, { files: withYaml(text) });
  await until(() => existsSync(drop.file('.')), 'the agent');
  await t.rejects(armed(drop, 'drop'), /XCK_PROBE.*did not answer in time/s);
  t.same(contextOf((await drop.lead.state(drop.run)).state).armings, {});
  const missing = await dropSite(t, { files: withYaml(yaml.replace('run: [bin/drop,', 'run: [no-such-program,')) });
  await t.rejects(armed(missing, 'drop'), /XCK_PROGRAM.*no-such-program/s);
});

t.test('a full disk stops the server and loses nothing', async (t) => {
  const site = await testSite();
  t.teardown(site.remove);
  const script = join(ROOT, 'build', 'test', 'helpers', 'server-process.js');
  const start = async (limit: string) => {
    const child = spawn(
      '/bin/sh',
      ['-c', `ulimit -f ${limit}; exec "$0" "$@"`, process.execPath, script, JSON.stringify(site)],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    await once(child.stdout, 'data');
    return child;
  };
  const tight = await start('600');
  const origin = /^origin (.*)$/m.exec(readFileSync(join(site.data, 'var', 'trust.txt'), 'utf8'))?.[1] ?? '';
  const lead = new Person(site.port, site.host, site.keys.lead);
  await lead.signIn(origin);
  const acknowledged: string[] = [];
  let stopped: { code: string } | undefined;
  for (let i = 0; i < 200 && !stopped; i++) {
    const folder = withYaml(yaml.replace('title: Drop the thing\n', `title: Drop number ${i}\n`));
    const done = await lead.register(folder, 'drop-thing').catch((error: Error) => error);
    if (typeof done === 'string') acknowledged.push(done);
    else stopped = { code: done.message };
  }
  t.match(stopped?.code, /XCK_/, 'it says that it stopped');
  const ready = await lead.call('GET', '/readyz');
  t.equal(ready.ok, false, 'and that it is not ready');
  tight.kill('SIGKILL');
  await once(tight, 'exit');
  const roomy = await start('unlimited');
  t.teardown(() => roomy.kill('SIGKILL'));
  await lead.signIn(origin);
  const { runbooks } = await lead.must<{ runbooks: { runbook: string }[] }>('GET', '/api/home');
  const known = runbooks.map(({ runbook }) => runbook);
  t.ok(
    acknowledged.length > 0 && acknowledged.every((one) => known.includes(one)),
    `all ${acknowledged.length} that were acknowledged are there`,
  );
});

t.test('what no verifier could read is not appended, whoever says it', async (t) => {
  const drop = await dropSite(t);
  await armed(drop, 'drop');
  const { engine } = drop.running;
  const open = () => Object.values(contextOf((engine.openRun(drop.run) as LiveRun).state).armings);
  const [arming] = open();
  const word = { type: 'void', by: arming?.agent, nonce: arming?.nonce, probes: {} };
  const before = engine.log.size;
  t.match(await engine.submit(drop.run, { ...word, reason: 'because' } as unknown as Command), {
    ok: false,
    refusal: { code: 'XCK_BYTES' },
  });
  t.equal(engine.log.size, before);
  t.equal(open().length, 1, 'nothing has changed');
  t.match(await engine.submit(drop.run, { ...word, reason: 'drift' } as unknown as Command), { ok: true });
});
