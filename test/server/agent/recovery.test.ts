/** kill -9 of the agent at every point of a start: the command ran at most once, and the next agent tells the truth about it. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { type CommandSpec, openExecutor } from '../../../server/agent/executor.ts';
import { members, signal } from '../../../server/agent/processes.ts';
import { ONCE, output, scratch, until } from './scratch.ts';

const AGENT = fileURLToPath(new URL('./doomedAgent.js', import.meta.url));
const newNonce = () => randomBytes(16).toString('hex');
const marked = (nonce: string) => members(null, `CROSSCHECK_STEP=${nonce}`);

/** Starts a script through an agent that is then killed with SIGKILL once `when` holds. */
async function killedAgent(
  root: string,
  how: 'prepare' | 'start' | 'start-and-die',
  script: string,
  when: () => boolean = () => true,
  more: Partial<CommandSpec> = {},
) {
  const nonce = newNonce();
  const spec: CommandSpec = {
    phases: [['/bin/sh', '-c', script]],
    cwd: root,
    env: { PATH: '/usr/bin:/bin' },
    ...ONCE,
    ...more,
  };
  const agent = spawn(process.execPath, [AGENT, join(root, 'steps'), nonce, how, JSON.stringify(spec)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(agent, 'exit');
  if (how !== 'start-and-die') {
    await once(agent.stdout, 'data');
    await until('the moment to kill', when);
    agent.kill('SIGKILL');
  }
  t.same(await gone, [null, 'SIGKILL']);
  return nonce;
}

const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
const COUNT = 'echo ran >>count; echo begun';

t.test('killed before the claim: not started, for ever', async (t) => {
  const root = scratch(t);
  const nonce = await killedAgent(root, 'prepare', COUNT);
  for (const time of ['first', 'second']) {
    const executor = openExecutor(join(root, 'steps'));
    executor.forbid(nonce);
    t.same(await executor.ended(nonce), { kind: 'not-started' }, time);
    executor.start(nonce, { phases: [['/bin/sh', '-c', COUNT]], cwd: root, env: {}, ...ONCE });
    t.same(await executor.ended(nonce), { kind: 'not-started' }, time);
  }
  t.equal(read(join(root, 'count')), '');
});

t.test('killed right after the spawn: whoever won the claim, nothing contradicts it', async (t) => {
  for (let round = 0; round < 12; round++) {
    const root = scratch(t);
    const nonce = await killedAgent(root, 'start-and-die', COUNT);
    const executor = openExecutor(join(root, 'steps'));
    executor.forbid(nonce);
    const ended = await executor.ended(nonce);
    await until('nothing of it lives', () => marked(nonce).length === 0);
    if (ended.kind === 'not-started') t.equal(read(join(root, 'count')), '');
    else {
      t.match(ended, { kind: 'exited', code: 0 });
      t.equal(read(join(root, 'count')), 'ran\n');
    }
  }
});

t.test('killed mid-command: re-attached, with the output and the true exit, having run once', async (t) => {
  const root = scratch(t);
  const nonce = await killedAgent(
    root,
    'start',
    `${COUNT}; while [ ! -e gate ]; do sleep 0.02; done; echo done; exit 7`,
    () => existsSync(join(root, 'count')),
  );
  const executor = openExecutor(join(root, 'steps'));
  executor.forbid(nonce);
  const ended = executor.ended(nonce);
  executor.start(nonce, { phases: [['/bin/sh', '-c', COUNT]], cwd: root, env: {}, ...ONCE });
  writeFileSync(join(root, 'gate'), '');
  t.same(await ended, { kind: 'exited', code: 7, signal: null, leftovers: false });
  t.equal(output(executor, nonce).toString(), 'begun\ndone\n');
  t.equal(read(join(root, 'count')), 'ran\n');
});

t.test('killed, and the command ended meanwhile: the exit is read', async (t) => {
  const root = scratch(t);
  const nonce = await killedAgent(root, 'start', `${COUNT}; exit 5`, () => existsSync(join(root, 'count')));
  await until('it has ended', () => marked(nonce).length === 0);
  t.match(await openExecutor(join(root, 'steps')).ended(nonce), { kind: 'exited', code: 5 });
});

t.test('a re-attached command can be aborted', async (t) => {
  const root = scratch(t);
  const nonce = await killedAgent(root, 'start', `${COUNT}; sleep 1000`, () => existsSync(join(root, 'count')));
  const executor = openExecutor(join(root, 'steps'), 400);
  t.equal(await executor.abort(nonce), 'stopped');
  t.match(await executor.ended(nonce), { kind: 'exited', signal: 'SIGTERM' });
});

t.test('the wrapper killed too: running while its child lives, then unknown, never started again', async (t) => {
  const root = scratch(t);
  const nonce = await killedAgent(root, 'start', `${COUNT}; while [ ! -e gate ]; do sleep 0.02; done`, () =>
    existsSync(join(root, 'count')),
  );
  const wrapper = Number.parseInt(read(join(root, 'steps', nonce, 'id')), 10);
  process.kill(wrapper, 'SIGKILL');
  await until('the wrapper is dead', () => !marked(nonce).some(({ pid }) => pid === wrapper));
  const executor = openExecutor(join(root, 'steps'), 400);
  executor.forbid(nonce);
  let answered = false;
  const ended = executor.ended(nonce).then((end) => {
    answered = true;
    return end;
  });
  t.ok(marked(nonce).length > 0);
  await new Promise((resolve) => setImmediate(resolve));
  t.notOk(answered, 'the child still runs');
  writeFileSync(join(root, 'gate'), '');
  t.same(await ended, { kind: 'unknown' });
  executor.start(nonce, { phases: [['/bin/sh', '-c', COUNT]], cwd: root, env: {}, ...ONCE });
  t.same(await executor.ended(nonce), { kind: 'unknown' });
  t.equal(read(join(root, 'count')), 'ran\n');
});

t.test('killed between two tries: the rest of them goes on, and each phase ran as often as it was tried', async (t) => {
  const root = scratch(t);
  const script = `${COUNT}; [ -e gate ] || exit 9`;
  const retries = { count: 100, delayMs: 20 };
  const nonce = await killedAgent(root, 'start', script, () => read(join(root, 'count')).length > 8, { retries });
  const executor = openExecutor(join(root, 'steps'));
  executor.forbid(nonce);
  const ended = executor.ended(nonce);
  writeFileSync(join(root, 'gate'), '');
  t.match(await ended, { kind: 'exited', code: 0 });
  const tries = read(join(root, 'count')).split('\n').length - 1;
  t.equal(output(executor, nonce).toString().split('begun').length - 1, tries);
  t.match(output(executor, nonce).toString(), new RegExp(`try ${tries} of 101`));
});

t.test('a half-written status is none', async (t) => {
  const root = scratch(t);
  const nonce = await killedAgent(root, 'start', COUNT, () => existsSync(join(root, 'count')));
  await until('it has ended', () => marked(nonce).length === 0);
  writeFileSync(join(root, 'steps', nonce, 'rc'), '0');
  t.same(await openExecutor(join(root, 'steps')).ended(nonce), { kind: 'unknown' });
});

t.test('another boot', async (t) => {
  const root = scratch(t);
  const otherBoot = (nonce: string) =>
    writeFileSync(join(root, 'steps', nonce, 'prepared'), '00000000-0000-0000-0000-000000000000 none\n');
  const executor = openExecutor(join(root, 'steps'), 200);

  await t.test('mid-command is unknown, and so is the answer to an abort', async (t) => {
    const nonce = await killedAgent(root, 'start', `${COUNT}; sleep 1000`, () => existsSync(join(root, 'count')));
    t.teardown(() => {
      for (const one of marked(nonce)) signal(one, 'SIGKILL');
    });
    otherBoot(nonce);
    t.same(await executor.ended(nonce), { kind: 'unknown' });
    t.equal(await executor.abort(nonce), 'unknown');
    t.ok(marked(nonce).length > 0, 'a process that only looks like it is not signalled');
  });

  await t.test('a claim that is missing proves nothing: it need not have reached the disk', async (t) => {
    const nonce = await killedAgent(root, 'prepare', COUNT);
    otherBoot(nonce);
    executor.forbid(nonce);
    t.same(await executor.ended(nonce), { kind: 'unknown' });
    t.same(await executor.ended(nonce), { kind: 'unknown' });
  });

  await t.test('a whole status is still the truth', async (t) => {
    rmSync(join(root, 'count'), { force: true });
    const nonce = await killedAgent(root, 'start', `${COUNT}; exit 4`, () => existsSync(join(root, 'count')));
    await until('it has ended', () => marked(nonce).length === 0);
    otherBoot(nonce);
    t.match(await executor.ended(nonce), { kind: 'exited', code: 4 });
  });

  await t.test('never prepared is never started, whatever the boot', async (t) => {
    const nonce = newNonce();
    mkdirSync(join(root, 'steps', nonce));
    t.same(await executor.ended(nonce), { kind: 'not-started' });
  });
});
