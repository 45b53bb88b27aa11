/** An agent in a process of its own that can be told to die by kill -9 at an exact point: `PORT DATA [before-claim|after-claim]`. For tests. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Executor, openExecutor } from '../../server/agent/executor.ts';
import { runAgent } from '../../server/agent/main.ts';
import { rememberingVerifier } from '../../server/ports/verify.ts';

const [port, data = '', fault] = process.argv.slice(2);
const die = () => process.kill(process.pid, 'SIGKILL');

function faulty(root: string): Executor {
  const real = openExecutor(root);
  return {
    ...real,
    start: (nonce, spec) => {
      if (fault === 'before-claim') die();
      real.start(nonce, spec);
      while (fault === 'after-claim' && !existsSync(join(root, nonce, 'claim')));
      if (fault === 'after-claim') die();
    },
  };
}

await runAgent({
  server: `ws://127.0.0.1:${port}`,
  data,
  path: '/usr/bin:/bin',
  log: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
  endWithStdin: true,
  verifyRaw: rememberingVerifier(),
  openExecutor: faulty,
  until: new AbortController().signal,
});
