/** One process of the campaign on checks, inside the copied build. */
import { work } from '../halves.ts';
import { COUNT, SEED } from '../mutants/sample.ts';
import { played, type Sampled, sampled } from './samples.ts';

/** How many of the suite's sequences a rule is missed in, or never. */
const SEQUENCES = 3000;

export interface Half {
  readonly by: 'mutants' | 'sequences';
  readonly numbers: readonly number[];
}

await work<Half, Sampled>(({ by, numbers }) =>
  by === 'mutants' ? sampled(SEED, COUNT, numbers) : played(SEQUENCES, numbers),
);
