/** docs/testing.md: every command of it runs as it stands there, and ends with `ok`. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../helpers/server.ts';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { campaign: string } };
const text = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
const block = /```sh\n([^`]+)```/.exec(text)?.[1] ?? '';
const PREFIX = 'npm run campaign -- ';

t.test('the commands of the page run', async (t) => {
  const lines = block.trim().split('\n');
  t.equal(lines.length, 6);
  for (const line of lines) {
    t.ok(line.startsWith(PREFIX), line);
    // Straight to the script: npm would first look whether everything is installed and built.
    const command = `${scripts.campaign} ${line.slice(PREFIX.length)}`;
    const { stdout, status } = spawnSync('sh', ['-c', command], { cwd: ROOT, encoding: 'utf8' });
    t.equal(status, 0, stdout);
    t.match(stdout, /^campaign \w+, seed \d+\n[\s\S]*\n {2}wall time [0-9.]+ s\nok\n$/);
  }
});

t.test('a campaign that is none, or a count that is none, is refused', async (t) => {
  for (const words of ['nothing', 'bytes --seed x', '--sequences=-1']) {
    const { stderr, status } = spawnSync('sh', ['-c', `${scripts.campaign} ${words}`], { cwd: ROOT, encoding: 'utf8' });
    t.not(status, 0, words);
    t.match(stderr, /There is no campaign|is no count/);
  }
});
