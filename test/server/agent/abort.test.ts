/** An abort gives everything of the step the same grace; what uses it to end well is neither killed nor called left behind. */
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openExecutor } from '../../../server/agent/executor.ts';
import { ONCE, output } from './scratch.ts';

/** Another session than the command's, and a whole second to clean up. */
const SLOW = `setsid sh -c 'trap "sleep 1; echo cleaned; exit" TERM; echo ready; while :; do sleep 0.05; done' & exec sleep 1000`;

t.test('a stray that cleans up within the grace', async (t) => {
  const root = t.testdir();
  const nonce = 'b'.repeat(64);
  const executor = openExecutor(root, 10_000);
  const told = () => output(executor, nonce).toString();
  executor.start(nonce, {
    phases: [['/bin/sh', '-c', SLOW]],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    ...ONCE,
  });
  t.teardown(() => executor.abort(nonce));
  const ended = executor.ended(nonce);
  const watcher = watch(join(root, nonce));
  while (!told().includes('ready')) await once(watcher, 'change');
  watcher.close();
  const [first, second] = await Promise.all([executor.abort(nonce), executor.abort(nonce)]);
  t.same([first, second], ['stopped', 'stopped']);
  t.same(await ended, { kind: 'exited', code: null, signal: 'SIGTERM', leftovers: false });
  t.match(told(), /cleaned/);
});
