#!/usr/bin/env node
/** The entry of `crosscheck`: it gives the command line the real world. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { runLine } from './line.ts';

const { env, stdin, stdout, stderr } = process;
// A reader who has seen enough (`| head`) closes the pipe; that ends the word, and is no failure of it.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await runLine(process.argv.slice(2), {
  ...{ env, stdin, stdout, stderr },
  root: fileURLToPath(new URL('../../../', import.meta.url)),
  now: Date.now,
  random: (length) => randomBytes(length),
});
