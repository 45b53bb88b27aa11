/** All words of the command line with their one line of help. Each loads its code only when it is used. */
import type { Word } from './args.ts';
import { ENDS } from './table/ends.ts';
import { PEOPLE } from './table/people.ts';
import { RUNBOOKS } from './table/runbooks.ts';
import { RUNS } from './table/runs.ts';
import { SITE } from './table/site.ts';
import { STEPS } from './table/steps.ts';
import { UPKEEP } from './table/upkeep.ts';

export const WORDS: readonly Word[] = [
  ...RUNBOOKS,
  ...RUNS,
  ...ENDS,
  ...STEPS,
  ...PEOPLE,
  ...SITE,
  ...UPKEEP,
  {
    name: 'completion',
    takes: '',
    help: 'prints the completion script for bash',
    options: {},
    positionals: [0, 0],
    run: async (cli) => (await import('./words/completion.ts')).completion(cli, WORDS),
  },
];
