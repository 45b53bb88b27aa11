/** A command line as a word gets it. For tests. */
import { type Given, readArgs } from '../../../server/cli/args.ts';
import { WORDS } from '../../../server/cli/table.ts';

export function given(...argv: string[]): Given {
  const parsed = readArgs(argv, WORDS);
  if (parsed.kind !== 'word') throw new Error('it is help');
  return parsed.given;
}
