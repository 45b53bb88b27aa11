#!/usr/bin/env node
/** The entry of `crosscheck`: it finds the word, runs it, and turns whatever ends it into words and an exit code. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { helpText, readArgs } from './args.ts';
import { EXIT, type Exit, Stop } from './exits.ts';
import { WORDS } from './table.ts';
import { clean, openTerminal } from './terminal.ts';

async function main(argv: readonly string[]): Promise<Exit> {
  const { env, stdin, stdout, stderr } = process;
  const terminal = openTerminal(
    { stdin, stdout, stderr },
    { input: !argv.includes('--no-input'), color: !env['NO_COLOR'] },
  );
  try {
    const parsed = readArgs(argv, WORDS);
    if (parsed.kind === 'help') {
      terminal.out(helpText(parsed.words, parsed.word));
      return EXIT.ok;
    }
    const root = fileURLToPath(new URL('../../../', import.meta.url));
    return await parsed.word.run(
      { terminal, env, root, now: Date.now, random: (length) => randomBytes(length) },
      parsed.given,
    );
  } catch (error) {
    const stop =
      error instanceof Stop ? error : new Stop(EXIT.failed, error instanceof Error ? error.message : String(error));
    terminal.say(`crosscheck: ${clean(stop.message)}${stop.code ? ` [${stop.code}]` : ''}`);
    if (stop.hint !== '') terminal.say(`  ${clean(stop.hint)}`);
    return stop.exit;
  } finally {
    terminal.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
