/** An agent in a process of its own that can be told to die by kill -9 at an exact point: `PORT DATA [before-claim|after-claim[:N]]`, N for the N-th start. Its clock is ahead by the ms in DATA/ahead, its commands have the PATH of TEST_PATH. For tests. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Executor, openExecutor } from '../../server/agent/executor.ts';
import { runAgent } from '../../server/agent/main.ts';
import { rememberingVerifier } from '../../server/ports/verify.ts';
import { ahead } from './ahead.ts';

const [port, data = '', at = ''] = process.argv.slice(2);
const [fault, nth = '1'] = at.split(':');
const die = () => process.kill(process.pid, 'SIGKILL');

function faulty(root: string): Executor {
  const real = openExecutor(root);
  let starts = 0;
  return {
    ...real,
    start: (key, spec) => {
      starts += 1;
      const now = starts === Number(nth);
      if (now && fault === 'before-claim') die();
      real.start(key, spec);
      while (now && fault === 'after-claim' && !existsSync(join(root, key, 'claim')));
      if (now && fault === 'after-claim') die();
    },
  };
}

await runAgent({
  server: `ws://127.0.0.1:${port}`,
  data,
  path: process.env['TEST_PATH'] ?? '/usr/bin:/bin',
  log: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
  endWithStdin: true,
  verifyRaw: rememberingVerifier(),
  now: ahead(data),
  openExecutor: faulty,
  until: new AbortController().signal,
});
