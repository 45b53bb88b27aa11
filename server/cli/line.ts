/** One command line from its arguments to its exit code: finds the word, runs it, and turns whatever ends it into words. It takes the world as arguments. */
import { helpText, readArgs } from './args.ts';
import { EXIT, type Exit, Stop } from './exits.ts';
import { WORDS } from './table.ts';
import { clean, openTerminal, type Streams } from './terminal.ts';

export interface World extends Streams {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of this installation. */
  readonly root: string;
  /** ms since 1970 */
  readonly now: () => number;
  readonly random: (length: number) => Uint8Array;
}

export async function runLine(argv: readonly string[], world: World): Promise<Exit> {
  const { env, root, now, random } = world;
  const terminal = openTerminal(world, { input: !argv.includes('--no-input'), color: !env['NO_COLOR'] });
  try {
    const parsed = readArgs(argv, WORDS);
    if (parsed.kind === 'help') {
      terminal.out(helpText(parsed.words, parsed.word));
      return EXIT.ok;
    }
    return await parsed.word.run({ terminal, env, root, now, random }, parsed.given);
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
