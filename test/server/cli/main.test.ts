/** The whole command, as a shell runs it: exit codes, where words and data go, and what needs a terminal. */
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { RUNBOOK } from '../../helpers/site.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const MAIN = join(ROOT, 'build', 'server', 'cli', 'main.js');

function crosscheck(home: string, ...args: string[]) {
  const env = { PATH: process.env['PATH'], HOME: home, XDG_STATE_HOME: join(home, 'state') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { env, encoding: 'utf8', cwd: home });
  return { status, stdout, stderr };
}

t.test('help, and words that do not exist', async (t) => {
  const home = t.testdir();
  t.match(crosscheck(home), { status: 0, stdout: /step check/, stderr: '' });
  t.match(crosscheck(home, 'step', 'check', '--help'), { status: 0, stdout: /cross-checks the armed step/ });
  t.match(crosscheck(home, 'setp', 'check'), { status: 2, stdout: '', stderr: /step check/ });
  t.match(crosscheck(home, 'run', 'start'), { status: 2, stdout: '', stderr: /takes RUNBOOK\|PLAN/ });
  t.match(crosscheck(home, 'server', 'start', '--port', '99999'), { status: 2, stderr: /port/ });
});

t.test('a reader who has seen enough is no error', async (t) => {
  const word = `"${process.execPath}" "${MAIN}" runbook schema | head -c 10`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', word], { encoding: 'utf8' });
  t.match({ status, stdout, stderr }, { status: 0, stdout: '{"$schema"', stderr: '' });
});

t.test('nobody is signed in', async (t) => {
  const home = t.testdir();
  for (const word of [['whoami'], ['run', 'hold', 'R', 'stop'], ['step', 'arm', 'R', 's']])
    t.match(
      crosscheck(home, ...word),
      { status: 4, stdout: '', stderr: /not signed in.*\[XCK_SIGNED_OUT\]/ },
      word.join(' '),
    );
  t.match(crosscheck(home, 'login'), { status: 2, stderr: /Which server/ });
  t.match(crosscheck(home, 'login', '--server', 'nonsense'), { status: 2, stderr: /no address/ });
});

t.test('a confirmation cannot be scripted', async (t) => {
  const home = t.testdir();
  for (const word of [
    ['step', 'check', 'R'],
    ['step', 'key', 'R'],
    ['step', 'attest', 'R', 's', 'pass', '--evidence', 'x'],
    ['step', 'resolve', 'R', 's', 'finished', '--evidence', 'x'],
    ['run', 'lift', 'R'],
    ['run', 'lift', '--plan', 'P'],
    ['run', 'waive', 'R', 'q', '--reason', 'x'],
    ['run', 'deviate', 'R', '--file', 'f.yaml'],
    ['run', 'lead', 'R'],
    ['run', 'close', 'R'],
    ['runbook', 'approve', 'x'],
  ])
    t.match(crosscheck(home, ...word), { status: 2, stdout: '', stderr: /needs a terminal/ }, word.join(' '));
});

t.test('lint says where and how to mend it', async (t) => {
  const programs = ['count', 'has-column', 'restore-drill', 'writers'];
  const bin = () => Object.fromEntries(programs.map((name) => [name, '#!/bin/sh\n']));
  const home = t.testdir({
    good: { 'runbook.yaml': RUNBOOK, bin: bin() },
    bad: { 'runbook.yaml': RUNBOOK.replace('    critical: true\n', '    critcal: true\n'), bin: bin() },
    empty: {},
  });
  for (const name of programs) for (const folder of ['good', 'bad']) chmodSync(join(home, folder, 'bin', name), 0o755);
  t.match(crosscheck(home, 'runbook', 'lint', 'good'), { status: 0, stdout: '', stderr: /no errors/ });
  t.match(crosscheck(home, 'runbook', 'lint', 'bad/'), {
    status: 2,
    stdout: /^bad\/runbook\.yaml:\d+:\d+: error: .*critical/,
  });
  const problems = JSON.parse(crosscheck(home, 'runbook', 'lint', 'bad', '--json').stdout) as {
    line: number;
    mend: string;
  }[];
  t.match(problems[0], { line: Number, mend: /critical/ });
  t.match(crosscheck(home, 'runbook', 'lint', 'empty'), { status: 2, stdout: /runbook\.yaml/ });
  t.match(crosscheck(home, 'runbook', 'lint', 'nowhere'), { status: 2, stderr: /cannot be read/ });
});

const absent = spawnSync('ssh-keygen', ['-?']).error ? 'ssh-keygen is not installed' : false;

t.test('keys are shown for the people file, and none is made over another', { skip: absent }, async (t) => {
  const home = t.testdir();
  t.equal(spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, 'key')]).status, 0);
  t.match(crosscheck(home, 'key', 'enrol', '--key', 'key'), {
    status: 0,
    stdout: /^key: ssh-ed25519 [A-Za-z0-9+/=]+\n$/,
    stderr: /SHA256:/,
  });
  t.match(crosscheck(home, 'key', 'enrol', '--key', 'key', '--generate'), { status: 2, stderr: /exists already/ });
  t.match(crosscheck(home, 'key', 'enrol'), { status: 2, stderr: /no key/ });
  const made = crosscheck(home, 'agent', 'init', '--data', 'agent');
  t.match(made, { status: 0, stdout: /^- id: a-[0-9a-f]{16}\n {2}key: ssh-ed25519 / });
  t.equal(crosscheck(home, 'agent', 'init', '--data', 'agent').stdout, made.stdout, 'an identity is made once');
});
