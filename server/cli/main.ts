#!/usr/bin/env node
/** The entry of `crosscheck`: it gives the command line the real world. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { runLine } from './line.ts';

const { env, stdin, stdout, stderr } = process;
process.exitCode = await runLine(process.argv.slice(2), {
  ...{ env, stdin, stdout, stderr },
  root: fileURLToPath(new URL('../../../', import.meta.url)),
  now: Date.now,
  random: (length) => randomBytes(length),
});
