/** A process that takes the lock, says whether it has it, and stays until its input ends. Run by lock.test.ts. */
import { existsSync } from 'node:fs';
import { takeLock } from '../../../server/agent/lock.ts';

const path = process.argv[2] ?? '';
const say = (word: string) => process.stdout.write(`${word}\n`);
process.stdin.on('end', () => process.exit(0));
const go = existsSync(`${path}.1`) ? new Promise((resolve) => process.stdin.once('data', resolve)) : Promise.resolve();
process.stdin.resume();
say('ready');
await go;
takeLock(path).then(
  () => say('held'),
  () => say('free'),
);
