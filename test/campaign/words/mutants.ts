/** `npm run campaign -- mutants`: genuine records tampered with and sealed again; each is caught, and by the invariant that it breaks. */
import { join } from 'node:path';
import { sideBySide } from '../halves.ts';
import { type Mutated, mutate, type Range } from '../mutants/campaign.ts';
import type { Report } from '../report.ts';
import { countOf, type Given } from './given.ts';

const HALF = join(import.meta.dirname, '..', 'mutants', 'half.js');
/** Mutants between two words on how far it is. */
const PART = 1500;

/** `--only N` plays one mutant again. */
export async function mutants({ seed, values, say }: Given): Promise<Report> {
  const count = countOf(values['count'], 10_000);
  const only = values['only'] === undefined ? undefined : countOf(values['only'], 0);
  const made: Mutated[] = [];
  if (only !== undefined) made.push(await mutate({ seed, from: only, to: only + 1, step: 1 }));
  else
    for (let from = 0; from < count; from += PART) {
      const to = Math.min(count, from + PART);
      const halves = [0, 1].map((half): Range => ({ seed, from: from + half, to, step: 2 }));
      made.push(...(await sideBySide<Range, Mutated>(HALF, halves)));
      say(`${to} of ${count} mutants, ${made.reduce((sum, { failures }) => sum + failures.length, 0)} survive`);
    }
  const kinds = [...new Set(made.flatMap((one) => Object.keys(one.kinds)))];
  const sum = (kind: string) => made.reduce((total, one) => total + (one.kinds[kind] ?? 0), 0);
  return {
    campaign: 'mutants',
    seed,
    counts: [
      ['mutants', kinds.reduce((total, kind) => total + sum(kind), 0)],
      ...kinds.map((kind) => [`${kind}:`, sum(kind)] as const),
    ],
    failures: made.flatMap(({ failures }) => failures),
  };
}
