/** The story of the search index, told by its transcript. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../helpers/server.ts';
import { Stage, stageSkip } from '../helpers/stage.ts';
import { Transcript } from '../helpers/transcript.ts';

t.test('the search index', { timeout: 600_000, skip: stageSkip() }, async (t) => {
  const stage = await Stage.open(t);
  const maker = join(ROOT, 'runbooks', 'tools', 'make-documents.mjs');
  execFileSync(process.execPath, [maker, stage.places.data, '--seed', '20']);
  await new Transcript(t, stage).play('rebuild-search-index.txt');
});
