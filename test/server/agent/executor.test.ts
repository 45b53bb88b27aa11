/** What the executor runs and how it tells the end: arguments, environment, output, exit, leftovers, timeout and abort, with real processes. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type CommandSpec, openExecutor } from '../../../server/agent/executor.ts';
import { members, processStat } from '../../../server/agent/processes.ts';
import { WRAPPER } from '../../../server/agent/wrapper.ts';
import { ONCE, output, scratch, until } from './scratch.ts';

const GRACE_MS = 400;
const newNonce = () => randomBytes(16).toString('hex');
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const marked = (nonce: string) => members(null, `CROSSCHECK_STEP=${nonce}`);

function setUp(t: Parameters<typeof scratch>[0]) {
  const root = scratch(t);
  const executor = openExecutor(join(root, 'steps'), GRACE_MS);
  const sh = (nonce: string, script: string, timeoutMs: number | null = null) =>
    executor.start(nonce, {
      phases: [['/bin/sh', '-c', script]],
      cwd: root,
      env: { PATH: '/usr/bin:/bin' },
      ...ONCE,
      timeoutMs,
    });
  return { root, executor, sh };
}

t.test(
  'arguments arrive verbatim, the environment is the declared one, stdout and stderr keep their order',
  async (t) => {
    const { root, executor } = setUp(t);
    const nonce = newNonce();
    const args = ['$(id)', ';', '|', '`id`', '', 'two  spaces', '*', "it's", '"q"', '-n', 'a\nb', '$1', '\\', 'ü'];
    const program =
      'process.stdout.write(JSON.stringify([process.argv.slice(1), process.env, process.cwd()])+"\\n"); process.stderr.write("err\\n")';
    executor.start(nonce, {
      phases: [[process.execPath, '-e', program, '--', ...args]],
      cwd: root,
      env: { A: 'b $c', LANG: 'C' },
      ...ONCE,
    });
    t.same(await executor.ended(nonce), { kind: 'exited', code: 0, signal: null, leftovers: false });
    const [json = '', error] = text(output(executor, nonce)).split('\n');
    const [argv, env, cwd] = JSON.parse(json);
    t.same(argv, args);
    const { PWD, SHLVL, _, OLDPWD, ...declared } = env;
    t.same(
      declared,
      { A: 'b $c', LANG: 'C', CROSSCHECK_STEP: nonce, CROSSCHECK_OUTPUT: join(root, 'steps', nonce, 'outputs') },
      'only what a shell itself sets stands beside it',
    );
    t.equal(cwd, root);
    t.equal(error, 'err');
  },
);

t.test('a program named like a shell builtin is no builtin', async (t) => {
  const { root, executor } = setUp(t);
  const nonce = newNonce();
  executor.start(nonce, {
    phases: [['eval', 'echo pwned']],
    cwd: root,
    env: { PATH: '/usr/bin:/bin' },
    ...ONCE,
  });
  t.match(await executor.ended(nonce), { kind: 'exited', code: 127 });
  t.notMatch(text(output(executor, nonce)), /^pwned$/m);
});

t.test('exit codes, signals and phases', async (t) => {
  const { root, executor } = setUp(t);
  const ends = async (...scripts: string[]) => {
    const nonce = newNonce();
    const phases = scripts.map((script) => ['/bin/sh', '-c', script]);
    executor.start(nonce, { phases, cwd: root, env: { PATH: '/usr/bin:/bin' }, ...ONCE });
    return [await executor.ended(nonce), text(output(executor, nonce))];
  };
  t.same(await ends('echo one', 'echo two'), [
    { kind: 'exited', code: 0, signal: null, leftovers: false },
    'one\ntwo\n',
  ]);
  t.same(await ends('echo one; exit 7', 'echo two'), [
    { kind: 'exited', code: 7, signal: null, leftovers: false },
    'one\n',
  ]);
  t.same(await ends('kill -9 $$'), [{ kind: 'exited', code: null, signal: 'SIGKILL', leftovers: false }, '']);
  t.same(await ends('kill -TERM $$'), [{ kind: 'exited', code: null, signal: 'SIGTERM', leftovers: false }, '']);
});

t.test('a nonce starts once, and a second start touches nothing', async (t) => {
  const { root, executor, sh } = setUp(t);
  const nonce = newNonce();
  sh(nonce, 'echo ran >>count; echo output; while [ ! -e gate ]; do sleep 0.02; done');
  await until('it runs', () => existsSync(join(root, 'count')));
  sh(nonce, 'echo again >>count');
  writeFileSync(join(root, 'gate'), '');
  t.match(await executor.ended(nonce), { kind: 'exited', code: 0 });
  sh(nonce, 'echo again >>count');
  t.match(await executor.ended(nonce), { kind: 'exited', code: 0 });
  t.equal(readFileSync(join(root, 'count'), 'utf8'), 'ran\n');
  t.equal(text(output(executor, nonce)), 'output\n');
});

t.test('what is forbidden never starts', async (t) => {
  const { root, executor, sh } = setUp(t);
  const nonce = newNonce();
  executor.forbid(nonce);
  sh(nonce, 'echo ran >count');
  t.same(await executor.ended(nonce), { kind: 'not-started' });
  t.equal(await executor.abort(nonce), 'stopped');
  t.notOk(existsSync(join(root, 'count')));
  t.same(await executor.ended(newNonce()), { kind: 'not-started' }, 'nor what was never started');
});

t.test('a nonce is no path', async (t) => {
  const { root, executor } = setUp(t);
  for (const nonce of ['', '.', '..', '../0123456789abcdef', 'ABCDEF0123456789', '0123456789abcdef/..']) {
    t.throws(() => executor.forbid(nonce), { message: 'this is no key of an attempt' });
    t.throws(() => output(executor, nonce));
    await t.rejects(async () => executor.abort(nonce));
  }
  t.same(readdirSync(join(root, 'steps')), []);
});

t.test('what cannot be spawned has not started', async (t) => {
  const { root, executor } = setUp(t);
  const [gone, nul] = [newNonce(), newNonce()];
  executor.start(gone, { phases: [['/bin/true']], cwd: join(root, 'gone'), env: {}, ...ONCE });
  t.same(await executor.ended(gone), { kind: 'not-started' });
  executor.start(nul, { phases: [['/bin/echo', 'a\0b']], cwd: root, env: {}, ...ONCE });
  t.same(await executor.ended(nul), { kind: 'not-started' });
});

t.test('exit 0 with a child left in the group is told, and the child is killed', async (t) => {
  const { root, executor, sh } = setUp(t);
  const nonce = newNonce();
  sh(nonce, 'sleep 1000 & echo $! >child; exit 0');
  t.same(await executor.ended(nonce), { kind: 'exited', code: 0, signal: null, leftovers: true });
  const child = Number(readFileSync(join(root, 'child'), 'utf8'));
  await until('it is dead', () => [undefined, 'Z'].includes(processStat(child)?.state));
});

t.test('a child that dropped the marker is found by its group', async (t) => {
  const { root, executor, sh } = setUp(t);
  const nonce = newNonce();
  sh(nonce, '/usr/bin/env -i /bin/sleep 1000 & echo $! >child; exit 0');
  t.match(await executor.ended(nonce), { code: 0, leftovers: true });
  const child = Number(readFileSync(join(root, 'child'), 'utf8'));
  await until('it is dead', () => [undefined, 'Z'].includes(processStat(child)?.state));
});

t.test('a wrapper that lost the claim runs nothing', async (t) => {
  const { root, executor } = setUp(t);
  const nonce = newNonce();
  executor.forbid(nonce);
  const args = [
    '-c',
    WRAPPER,
    'crosscheck-step',
    join(root, 'steps', nonce),
    '0',
    '0',
    '2',
    '/usr/bin/touch',
    join(root, 'ran'),
  ];
  const [code] = await once(spawn('/bin/sh', args, { stdio: 'ignore' }), 'exit');
  t.equal(code, 0);
  t.same(readdirSync(join(root, 'steps', nonce)), ['claim']);
  t.notOk(existsSync(join(root, 'ran')));
});

t.test('abort', async (t) => {
  const { root, executor, sh } = setUp(t);
  await t.test('TERM is enough where it is heeded', async (t) => {
    const nonce = newNonce();
    sh(nonce, 'echo on >up1; sleep 1000');
    await until('it runs', () => existsSync(join(root, 'up1')));
    t.equal(await executor.abort(nonce), 'stopped');
    t.match(await executor.ended(nonce), { kind: 'exited', signal: 'SIGTERM' });
  });
  await t.test('a command that ends with 0 when it is told to stop has not succeeded', async (t) => {
    const nonce = newNonce();
    sh(nonce, 'trap "exit 0" TERM; echo on >up2; while :; do sleep 0.02; done');
    await until('it runs', () => existsSync(join(root, 'up2')));
    t.equal(await executor.abort(nonce), 'stopped');
    t.match(await executor.ended(nonce), { kind: 'exited', signal: 'SIGTERM' });
  });
  await t.test('KILL where TERM is ignored, children included, and the status is still written', async (t) => {
    const nonce = newNonce();
    sh(nonce, 'trap "" TERM; (while :; do sleep 0.05; done) & echo on >up3; while :; do sleep 0.05; done');
    await until('it runs', () => existsSync(join(root, 'up3')));
    t.equal(await executor.abort(nonce), 'stopped');
    t.match(await executor.ended(nonce), { kind: 'exited', signal: 'SIGKILL', leftovers: false });
    t.same(marked(nonce), []);
  });
  await t.test('a stray in a session of its own is found by its marker; a bystander is left alone', async (t) => {
    const nonce = newNonce();
    const bystander = spawn('/bin/sleep', ['1000'], {
      detached: true,
      stdio: 'ignore',
      env: { CROSSCHECK_STEP: `${nonce}x` },
    });
    t.teardown(() => bystander.kill('SIGKILL'));
    sh(
      nonce,
      'setsid sh -c \'trap "" TERM; echo $$ >stray.new; mv stray.new stray; while :; do sleep 0.05; done\' & while :; do sleep 0.05; done',
    );
    await until('the stray runs', () => existsSync(join(root, 'stray')));
    const stray = Number(readFileSync(join(root, 'stray'), 'utf8'));
    t.equal(processStat(stray)?.group, stray, 'it left the group');
    t.equal(await executor.abort(nonce), 'stopped');
    t.ok([undefined, 'Z'].includes(processStat(stray)?.state));
    t.equal(processStat(bystander.pid ?? 0)?.state, 'S');
  });
  await t.test('after the end it is stopped already', async (t) => {
    const nonce = newNonce();
    sh(nonce, 'exit 3');
    await executor.ended(nonce);
    t.equal(await executor.abort(nonce), 'stopped');
    t.match(await executor.ended(nonce), { kind: 'exited', code: 3 });
  });
});

t.test('a timeout takes the same path and is said in the output', async (t) => {
  const { executor, sh } = setUp(t);
  const nonce = newNonce();
  sh(nonce, 'echo begun; trap "" TERM; while :; do sleep 0.05; done', 2000);
  t.match(await executor.ended(nonce), { kind: 'exited', signal: 'SIGKILL', leftovers: false });
  t.match(text(output(executor, nonce)), /^begun\n\n\[crosscheck: stopped at its timeout\]\n/);
});

t.test('output is followed from its beginning, in order', async (t) => {
  const { root, executor, sh } = setUp(t);
  const nonce = newNonce();
  sh(
    nonce,
    'echo first; while [ ! -e more ]; do sleep 0.02; done; i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done',
  );
  const pieces: Buffer[] = [];
  const following = executor.follow(nonce, (bytes) => void pieces.push(Buffer.from(bytes)));
  await until('the first line', () => pieces.length > 0);
  t.equal(Buffer.concat(pieces).toString(), 'first\n', 'before the command ends');
  writeFileSync(join(root, 'more'), '');
  t.match(await executor.ended(nonce), { code: 0 });
  following.flush();
  following.close();
  t.ok(Buffer.concat(pieces).equals(output(executor, nonce)));
  t.ok(output(executor, nonce).length > 100_000);
});

t.test('retries', async (t) => {
  const { root, executor } = setUp(t);
  const tried = async (count: number, script: string, more: Partial<CommandSpec> = {}) => {
    const nonce = newNonce();
    const phases = [['/bin/sh', '-c', script]];
    const env = { PATH: '/usr/bin:/bin' };
    executor.start(nonce, { phases, cwd: root, env, ...ONCE, retries: { count, delayMs: 1 }, ...more });
    return { nonce, ended: await executor.ended(nonce), output: text(output(executor, nonce)) };
  };
  await t.test('only the last status counts, and each try is noted', async (t) => {
    const done = await tried(3, 'echo try >>tries; [ $(wc -l <tries) -ge 3 ]');
    t.match(done.ended, { kind: 'exited', code: 0 });
    t.equal(readFileSync(join(root, 'tries'), 'utf8'), 'try\ntry\ntry\n');
    const note = (n: number) => `\n[crosscheck: ended with status 1; try ${n} of 4 follows]\n`;
    t.equal(done.output, `${note(2)}${note(3)}`);
  });
  await t.test('there are no more than that', async (t) => {
    const done = await tried(2, 'echo no; exit 4');
    t.match(done.ended, { code: 4 });
    t.equal(done.output.split('no\n').length - 1, 3);
  });
  await t.test('a try has an outputs file of its own', async (t) => {
    const { nonce } = await tried(1, 'echo "n=$$" >>"$CROSSCHECK_OUTPUT"; [ -e again ] || { >again; exit 1; }');
    t.equal(readFileSync(executor.at(nonce).outputs, 'utf8').split('\n').length, 2);
  });
  await t.test('all phases are tried again, with their arguments', async (t) => {
    const script = 'echo "$1"; [ "$1" = a ] || [ -e both ] || { >both; exit 1; }';
    const phases = ['a', 'b $c'].map((argument) => ['/bin/sh', '-c', script, 'sh', argument]);
    const done = await tried(1, '', { phases });
    t.match(done.ended, { code: 0 });
    t.match(done.output, /^a\nb \$c\n\n\[.*\]\na\nb \$c\n$/);
  });
  await t.test('an abort between two tries ends them', async (t) => {
    const nonce = newNonce();
    const phases = [['/bin/sh', '-c', 'echo begun >>begun; exit 3']];
    executor.start(nonce, { phases, cwd: root, env: {}, ...ONCE, retries: { count: 5, delayMs: 600_000 } });
    await until('it waits for the second try', () => text(output(executor, nonce)).includes('try 2 of 6'));
    t.equal(await executor.abort(nonce), 'stopped');
    t.match(await executor.ended(nonce), { kind: 'exited', code: 3, leftovers: false });
    t.equal(readFileSync(join(root, 'begun'), 'utf8'), 'begun\n');
  });
  await t.test('the timeout is over all of them', async (t) => {
    const done = await tried(1000, 'sleep 0.05; exit 1', { timeoutMs: 2000 });
    t.match(done.ended, { kind: 'exited' });
    t.match(done.output, /stopped at its timeout/);
  });
});

t.test('zombies are not alive, and nobody is found by nothing', async (t) => {
  const { root } = setUp(t);
  const nonce = newNonce();
  // A shell that has become something else never reaps the child that it had.
  const script = 'CROSSCHECK_STEP=$1 sh -c "while [ ! -e gate ]; do sleep 0.02; done" & echo $! >pid; exec sleep 1000';
  const parent = spawn('/bin/sh', ['-c', script, 'sh', nonce], { cwd: root, stdio: 'ignore' });
  t.teardown(() => parent.kill('SIGKILL'));
  await until('the shell has become sleep', () => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n');
  const zombie = Number(readFileSync(join(root, 'pid'), 'utf8'));
  await until('it is seen while it lives', () => marked(nonce).some(({ pid }) => pid === zombie));
  writeFileSync(join(root, 'gate'), '');
  await until('it is a zombie', () => processStat(zombie)?.state === 'Z');
  t.same(marked(nonce), []);
  t.same(
    members(processStat(zombie)?.group ?? null, null).filter(({ pid }) => pid === zombie),
    [],
  );
  t.throws(() => members(null, ''));
  t.throws(() => members(0, null));
  t.throws(() => members(1, null));
});
