/** The story of the e-mail column and its way back, told by its transcript. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../helpers/server.ts';
import { Stage, stageSkip } from '../helpers/stage.ts';
import { Transcript } from '../helpers/transcript.ts';

t.test('the e-mail column', { timeout: 600_000, skip: stageSkip() }, async (t) => {
  const stage = await Stage.open(t);
  const tool = (name: string) => join(ROOT, 'runbooks', 'tools', name);
  execFileSync(process.execPath, [tool('make-customers.mjs'), stage.places.data, '--seed', '20']);
  const database = join(stage.places.data, 'customers.db');
  const api = spawn(process.execPath, [tool('customers-api.mjs'), '--port', '0', '--database', database], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => api.kill('SIGTERM'));
  const [line] = await once(api.stdout, 'data');
  await new Transcript(t, stage, { port: new URL(String(line).trim()).port }).play('drop-plaintext-email.txt');
});
