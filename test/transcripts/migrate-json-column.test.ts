/** The story of the JSON column, told by its transcript. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../helpers/server.ts';
import { Stage, stageSkip } from '../helpers/stage.ts';
import { Transcript } from '../helpers/transcript.ts';

t.test('the JSON column', { timeout: 600_000, skip: stageSkip() }, async (t) => {
  const stage = await Stage.open(t);
  execFileSync(process.execPath, [
    join(ROOT, 'runbooks', 'tools', 'make-accounts.mjs'),
    stage.places.data,
    '--seed',
    '20',
  ]);
  await new Transcript(t, stage).play('migrate-json-column.txt');
});
