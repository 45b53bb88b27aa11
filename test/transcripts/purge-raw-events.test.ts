/** The story of rolling forward, told by its transcript. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../helpers/server.ts';
import { Stage, stageSkip } from '../helpers/stage.ts';
import { Transcript } from '../helpers/transcript.ts';

const KEY = 'a key that is no key 7f3a';

t.test('roll forward', { timeout: 600_000, skip: stageSkip() }, async (t) => {
  const stage = await Stage.open(t);
  const maker = join(ROOT, 'runbooks', 'tools', 'make-events.mjs');
  execFileSync(process.execPath, [maker, stage.places.data, '--seed', '20']);
  const secrets = join(stage.places.data, '..', 'secrets', 'live');
  mkdirSync(secrets, { recursive: true });
  writeFileSync(join(secrets, 'pseudonym_key'), `${KEY}\n`);
  await new Transcript(t, stage).play('purge-raw-events.txt');
  const kept = [join(stage.site.data, 'var', 'crosscheck.db'), join(stage.places.work, 'run.tar')];
  for (const file of kept) t.notOk(readFileSync(file).includes(KEY), `${file} has no secret`);
});
