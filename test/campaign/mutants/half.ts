/** One process of the mutants' campaign. */
import { work } from '../halves.ts';
import { type Mutated, mutate, type Range } from './campaign.ts';

await work<Range, Mutated>(mutate);
