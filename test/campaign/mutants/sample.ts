/** The mutants of the suite: the same each time, each kind at least twice. `npm run campaign -- mutants` makes new ones. */
import { KINDS } from './table.ts';

export const SEED = 735_114_022;
export const COUNT = Object.keys(KINDS).length * 2;
