/** The lock of a data directory: a living holder is respected, a dead or recycled one followed, and of many that come at once one gets it. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { takeLock } from '../../../server/agent/lock.ts';
import { bootId, processStat } from '../../../server/agent/processes.ts';

const lockIn = (t: { testdir(): string }): string => join(t.testdir(), 'lock');
const start = processStat(process.pid)?.start ?? '';

/** The lock is taken at once here, or not at all. */
async function taken(path: string): Promise<boolean> {
  const taking = takeLock(path).then(
    () => true,
    () => false,
  );
  const late = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([taking, late]);
}

t.test('given back, it can be taken again, under a number never used before', async (t) => {
  const path = lockIn(t);
  for (let round = 1; round <= 3; round++) {
    const release = await takeLock(path);
    t.same(readdirSync(join(path, '..')), [`lock.${round}`]);
    release();
  }
});

t.test('only exactly this process in this boot holds it', async (t) => {
  const cases = [
    { holder: `${process.pid} ${start} ${bootId()}`, free: false, why: 'it lives' },
    { holder: `${process.pid} 1 ${bootId()}`, free: true, why: 'its process id was given to another' },
    { holder: `${process.pid} ${start} 0-0-0`, free: true, why: 'the machine was restarted' },
    { holder: '', free: true, why: 'it gave the lock back' },
  ];
  for (const { holder, free, why } of cases) {
    const path = lockIn(t);
    writeFileSync(`${path}.7`, holder === '' ? '' : `${holder}\n`);
    t.equal(await taken(path), free, why);
    if (free) t.match(readFileSync(`${path}.8`, 'utf8'), new RegExp(`^${process.pid} `));
  }
});

t.test('a holder that was killed is followed by one of many', async (t) => {
  const path = lockIn(t);
  const child = fileURLToPath(new URL('./lock.child.js', import.meta.url));
  const begin = () => {
    const one = spawn(process.execPath, [child, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    one.stdout.on('data', (data: Buffer) => {
      said += data.toString();
    });
    const heard = (pattern: RegExp) =>
      new Promise<string>((resolve) => {
        const look = () => pattern.test(said) && resolve(said);
        one.stdout.on('data', look).on('end', () => resolve(said));
        look();
      });
    return { one, heard };
  };
  const first = begin();
  t.match(await first.heard(/held/), /held/);
  const gone = new Promise((resolve) => first.one.on('exit', resolve));
  first.one.kill('SIGKILL');
  await gone;
  const many = Array.from({ length: 6 }, begin);
  // All are ready before any may try, so that they meet the same dead holder.
  await Promise.all(many.map(({ heard }) => heard(/ready/)));
  for (const { one } of many) one.stdin.write('go\n');
  const answers = await Promise.all(many.map(({ heard }) => heard(/held|free/)));
  t.equal(answers.filter((said) => said.includes('held')).length, 1, 'exactly one holds it');
  for (const { one } of many) one.stdin.end();
});
