/** The unpacked browser: whole for everybody who finds it, however many begin at once. */

import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { unpacked } from './chromium.ts';

t.test('whoever unpacks at the same time finds one whole browser and leaves nothing beside it', async (t) => {
  const home = join(t.testdir(), 'unpacked');
  const [one, other] = await Promise.all([unpacked(home), unpacked(home)]);
  t.equal(one, other);
  t.same(readdirSync(join(home, '..')), ['unpacked']);
  const { stdout } = await promisify(execFile)(one, ['--version']);
  t.match(stdout, /Chrom/);
  t.equal(await unpacked(home), one, 'and later it is found');
});
