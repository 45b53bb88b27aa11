/** What the command gets from the wrapper is exactly what was signed: its environment, its arguments, its order. */
import { realpathSync } from 'node:fs';
import t from 'tap';
import { openExecutor } from '../../../server/agent/executor.ts';
import { ONCE, output } from './scratch.ts';

/** Runs the phases to their end and returns the output. */
async function run(
  t: { testdir(): string },
  phases: readonly (readonly string[])[],
  env: Record<string, string> = {},
): Promise<string> {
  const executor = openExecutor(t.testdir());
  const nonce = 'a'.repeat(64);
  executor.start(nonce, { phases, cwd: '/', env: { PATH: '/usr/bin:/bin', ...env }, ...ONCE });
  await executor.ended(nonce);
  return output(executor, nonce).toString();
}

t.test('no variable that the wrapper needs changes one that was declared', async (t) => {
  const names = [
    'a',
    'at',
    'argv',
    'boot',
    'count',
    'd',
    'dir',
    'field',
    'i',
    'k',
    'line',
    'n',
    'rc',
    'rest',
    'start',
    'stop',
    'total',
    'x',
  ];
  const declared = Object.fromEntries(names.map((name) => [name, `declared ${name}`]));
  const seen = (await run(t, [['/usr/bin/env']], declared)).trim().split('\n');
  // bash tells each command it runs its own path and cannot be kept from it.
  const expected = { ...declared, PATH: '/usr/bin:/bin', CROSSCHECK_STEP: 'a'.repeat(64) };
  const beside = /^CROSSCHECK_OUTPUT=/;
  const own = realpathSync('/bin/sh').endsWith('bash') ? /^_=/ : /^$/;
  t.same(
    seen.filter((line) => !own.test(line) && !beside.test(line)).sort(),
    Object.entries(expected)
      .map(([name, value]) => `${name}=${value}`)
      .sort(),
  );
});

t.test('thousands of arguments arrive verbatim, of each phase its own', async (t) => {
  const args = Array.from({ length: 3000 }, (_, n) => `\${${n}} $(id) "'\\ *`);
  const output = await run(t, [
    ['/usr/bin/printf', '%s\\n', ...args],
    ['/usr/bin/printf', '%s|', 'second', '', '-n'],
  ]);
  t.equal(output, `${args.join('\n')}\nsecond||-n|`);
});

t.test('a program of the folder that is named like a builtin is the program', async (t) => {
  t.match(await run(t, [['eval', 'echo interpreted']]), /not found/);
});
