/** The story of the release hold, told by its transcript. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../helpers/server.ts';
import { Stage, stageSkip } from '../helpers/stage.ts';
import { Transcript } from '../helpers/transcript.ts';

t.test('the release hold', { timeout: 600_000, skip: stageSkip() }, async (t) => {
  const stage = await Stage.open(t);
  const maker = join(ROOT, 'runbooks', 'tools', 'make-orders.mjs');
  execFileSync(process.execPath, [maker, stage.places.data, '--seed', '20']);
  execFileSync(process.execPath, [maker, stage.places.staging, '--seed', '21', '--complete']);
  await new Transcript(t, stage).play('recompute-aggregates.txt');
});
