/** The README's commands, run as a newcomer would: those that end by themselves, from the project's root, by the shell. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { packBundle } from '../../core/record/bundle.ts';
import { trustText } from '../../core/record/trust.ts';
import { ROOT } from '../helpers/server.ts';
import { testRun } from '../helpers/site.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => (block ?? '').trim().split('\n'));

/** `npm run -s crosscheck -- …` without preparing the checkout again under the feet of the other tests. */
const shell = (command: string) =>
  spawnSync('sh', ['-c', command.replace('npm run -s crosscheck --', 'node build/server/cli/main.js')], {
    cwd: ROOT,
    encoding: 'utf8',
  });

t.test('the README says how to start, test, lint and verify', async (t) => {
  for (const expected of ['npm start', 'npm test', 'runbook lint', 'record verify'])
    t.ok(
      commands.some((command) => command.includes(expected)),
      expected,
    );
});

t.test('words that need nothing do what they say', async (t) => {
  for (const command of commands.filter((one) => /crosscheck -- (help|runbook lint)/.test(one)))
    t.equal(shell(command).status, 0, command);
});

t.test('the command that verifies a record does, with the exit codes that the README lists', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'crosscheck-readme-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const command = commands.find((one) => one.includes('record verify')) ?? '';
  const at = (name: string) => join(folder, name);
  const run = testRun().complete();
  const tar = packBundle(run.bundle());
  writeFileSync(at('trust.txt'), trustText(run.site.trust));
  writeFileSync(at('RUN.crosscheck.tar'), tar);
  const verify = () =>
    shell(command.replace('RUN.crosscheck.tar', at('RUN.crosscheck.tar')).replace('trust.txt', at('trust.txt')));
  t.match(verify(), { status: 0, stdout: /ANCHORED/ });
  const middle = Math.floor(tar.length / 2);
  writeFileSync(
    at('RUN.crosscheck.tar'),
    tar.map((byte, index) => (index === middle ? byte ^ 1 : byte)),
  );
  t.match(verify(), { status: 8, stdout: /INVALID/ });
  writeFileSync(at('RUN.crosscheck.tar'), 'not a record');
  t.equal(verify().status, 2);
});
