/** One process of the parser campaign: its half of each parser's inputs. */
import { work } from '../halves.ts';
import { openTable, sharesOf } from './table.ts';
import { type Trial, tryParser } from './trial.ts';

export interface Half {
  readonly seed: number;
  readonly count: number;
  /** 0 or 1. */
  readonly half: number;
}

export interface Trials {
  readonly trials: readonly Trial[];
  /** Megabytes of heap that the process ended with. */
  readonly heap: number;
}

await work(async ({ seed, count, half }: Half): Promise<Trials> => {
  const table = await openTable();
  const shares = sharesOf(table.parsers, count);
  const trials: Trial[] = [];
  for (const parser of table.parsers) {
    const middle = Math.ceil((shares.get(parser.name) ?? 0) / 2);
    const row = half === 0 ? { from: 0, to: middle } : { from: middle, to: shares.get(parser.name) ?? 0 };
    trials.push(await tryParser(parser, { seed, ...row }));
  }
  await table.close();
  return { trials, heap: Math.round(process.memoryUsage().heapUsed / 1e6) };
});
