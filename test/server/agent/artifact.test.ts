/** A backup's artifact is what was promised, or nothing. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkArtifact } from '../../../server/agent/artifact.ts';

t.test('there, regular, big and young enough', async (t) => {
  const root = t.testdir();
  const bytes = Buffer.alloc(300_000, 'dump');
  writeFileSync(join(root, 'dump'), bytes);
  const check = (path: string, min_size: number | null = null, max_age: number | null = null) =>
    checkArtifact({ path, min_size, max_age }, root);
  const good = { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, size: bytes.length };
  t.same(await check('dump'), good);
  t.same(await check(join(root, 'dump'), bytes.length, 60_000), good);
  t.equal(await check('dump', bytes.length + 1), null, 'too small');

  const aged = (name: string, seconds: number) => {
    writeFileSync(join(root, name), 'x');
    utimesSync(join(root, name), new Date(), new Date(Date.now() - 1000 * seconds));
    return name;
  };
  t.equal(await check(aged('old', 120), null, 60_000), null, 'too old');
  t.equal(await check(aged('future', -3600), null, 60_000), null, 'a file of tomorrow proves no age');
  t.not(await check('old'), null, 'no age was asked');

  symlinkSync('dump', join(root, 'link'));
  mkdirSync(join(root, 'directory'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  for (const path of ['link', 'directory', 'pipe', 'none', '']) t.equal(await check(path), null, JSON.stringify(path));
});
