/** Probes that answer, err, hang or flood: what is no fact is told apart from one, and nothing of it lives on. */
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { measure } from '../../../server/agent/measure.ts';
import { runChecks } from '../../../server/agent/measurements.ts';
import { processStat } from '../../../server/agent/processes.ts';
import { scratch, until } from './scratch.ts';

const ERROR = { ok: false, reason: 'error' };

t.test('a program as probe', async (t) => {
  const cwd = scratch(t);
  const sh = (script: string, timeoutMs?: number) =>
    measure(
      { run: ['/bin/sh', '-c', script], http: null },
      { cwd, env: { PATH: '/usr/bin:/bin', ONE: '1' } },
      timeoutMs,
    );
  t.same(await sh('printf "\\t 42 \\n\\n"'), {
    ok: true,
    value: '42',
    status: null,
    stdout: '\t 42 \n\n',
    exit_code: 0,
  });
  t.match(await sh('echo $ONE$HOME'), { value: '1' }, 'nothing of the environment is inherited');
  t.match(await sh('echo fact; echo noise >&2'), { value: 'fact' });
  t.match(await sh('printf "\\302\\240x"'), { value: '\u00a0x' }, 'only ASCII space is trimmed');
  t.same(await sh('echo 42; exit 1'), ERROR);
  t.same(await sh('echo 42; kill -9 $$'), ERROR);
  t.same(await sh('printf "\\377"'), ERROR, 'bytes that are no text');
  t.same(await sh('exec cat /dev/zero'), ERROR, 'a flood');
  t.same(await measure({ run: [join(cwd, 'gone')], http: null }, { cwd, env: {} }), ERROR);
  t.same(await measure({ run: ['/bin/echo', 'a\0b'], http: null }, { cwd, env: {} }), ERROR);
  t.same(await measure({ run: [], http: null }, { cwd, env: {} }), ERROR);
  t.same(await measure({ run: null, http: null }, { cwd, env: {} }), ERROR);
});

t.test('a probe that hangs is killed with its whole group, and nobody else', async (t) => {
  const cwd = scratch(t);
  const script = 'trap "" TERM; sleep 1000 & echo $! $$ >pids.new; mv pids.new pids; wait';
  const hanging = measure(
    { run: ['/bin/sh', '-c', script], http: null },
    { cwd, env: { PATH: '/usr/bin:/bin' } },
    2000,
  );
  await until('it hangs', () => existsSync(join(cwd, 'pids')));
  const pids = readFileSync(join(cwd, 'pids'), 'utf8').trim().split(' ').map(Number);
  t.same(await hanging, { ok: false, reason: 'timeout' });
  for (const pid of pids) await until('it is dead', () => [undefined, 'Z'].includes(processStat(pid)?.state));
  t.ok(processStat(process.ppid), 'our parent lives');
});

t.test('a child that keeps the output open does not hold up the timeout', async (t) => {
  const cwd = scratch(t);
  const measured = await measure(
    { run: ['/bin/sh', '-c', 'setsid sleep 5 & echo 42'], http: null },
    { cwd, env: { PATH: '/usr/bin:/bin' } },
    300,
  );
  t.same(measured, { ok: false, reason: 'timeout' });
});

t.test('a check that hangs does not hold, and the others are heard', async (t) => {
  const check = (script: string) => ({ title: 'One', run: ['/bin/sh', '-c', script], expect: 'value == "0"' });
  const where = { cwd: scratch(t), env: { PATH: '/usr/bin:/bin' }, mask: (text: string) => text };
  const verify = { hangs: check('echo 0; exec sleep 1000'), gone: check('echo 0'), there: check('echo 1') };
  t.same(await runChecks({ verify }, where, 2000), { hangs: false, gone: true, there: false });
  const slow = { verify: { slow: check('sleep 11; echo 0') } };
  t.same(await runChecks(slow, where), { slow: true }, 'unlike a probe it may take more than ten seconds');
});

t.test('HTTP as probe', async (t) => {
  const answers: Record<string, RequestListener> = {
    '/ok': (_, answer) => answer.end(' up \n'),
    '/down': (_, answer) => answer.writeHead(503).end('maintenance'),
    '/moved': (_, answer) => answer.writeHead(302, { location: '/ok' }).end('elsewhere'),
    '/flood': (_, answer) => answer.end(Buffer.alloc(70_000, 120)),
    '/hang': () => {},
    '/cut': (_, answer) => {
      answer.writeHead(200, { 'content-length': 10 });
      answer.write('half');
      answer.destroy();
    },
  };
  const server = createServer((request, answer) => answers[request.url ?? '']?.(request, answer));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const get = (path: string, timeoutMs?: number) =>
    measure({ run: null, http: { url: `http://127.0.0.1:${port}${path}` } }, { cwd: '/', env: {} }, timeoutMs);
  t.match(await get('/ok'), { ok: true, value: 'up', status: 200, stdout: ' up \n' });
  t.match(await get('/down'), { ok: true, value: 'maintenance', status: 503 });
  t.match(await get('/moved'), { ok: true, value: 'elsewhere', status: 302 }, 'no redirect is followed');
  t.same(await get('/flood'), ERROR);
  t.same(await get('/cut'), ERROR);
  t.same(await get('/hang', 300), { ok: false, reason: 'timeout' });
  t.same(await measure({ run: null, http: { url: 'http://127.0.0.1:1/' } }, { cwd: '/', env: {} }), ERROR);
});
