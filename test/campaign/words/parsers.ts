/** `npm run campaign -- parsers`: bad input to every parser. None may throw, accept the near miss, take long or grow. */
import { join } from 'node:path';
import { sideBySide } from '../halves.ts';
import type { Half, Trials } from '../parsers/half.ts';
import { openTable } from '../parsers/table.ts';
import { type Trial, tryParser } from '../parsers/trial.ts';
import type { Report } from '../report.ts';
import { countOf, type Given } from './given.ts';

const HALF = join(import.meta.dirname, '..', 'parsers', 'half.js');

/** `--parser NAME --only N` plays one input again. */
export async function parsers({ seed, values }: Given): Promise<Report> {
  const count = countOf(values['count'], 1_000_000);
  const halves = [0, 1].map((half): Half => ({ seed, count, half }));
  const one = values['parser'];
  const made =
    typeof one === 'string'
      ? [{ trials: [await again(one, seed, countOf(values['only'], 0))], heap: 0 }]
      : await sideBySide<Half, Trials>(HALF, halves);
  const trials = made.flatMap((half) => half.trials);
  const names = [...new Set(trials.map(({ name }) => name))];
  return {
    campaign: 'parsers',
    seed,
    counts: [
      ['bad inputs', trials.reduce((sum, { inputs }) => sum + inputs, 0)],
      ...names.map((name) => [`${name}:`, said(trials.filter((trial) => trial.name === name))] as const),
      ['heap of each process at the end, MB:', made.map(({ heap }) => heap).join(', ')],
    ],
    failures: trials.flatMap(({ failures }) => failures),
  };
}

function said(trials: readonly Trial[]): string {
  const sum = (of: (trial: Trial) => number) => trials.reduce((total, trial) => total + of(trial), 0);
  const slowest = Math.max(...trials.map((trial) => trial.slowest)).toFixed(1);
  return `${sum(({ inputs }) => inputs)} inputs, ${sum(({ accepted }) => accepted)} of them valid, slowest ${slowest} ms`;
}

async function again(name: string, seed: number, number: number): Promise<Trial> {
  const table = await openTable();
  const parser = table.parsers.find((one) => one.name === name);
  if (!parser)
    throw new Error(`There is no parser ${name}; there are ${table.parsers.map((one) => one.name).join(', ')}.`);
  const trial = await tryParser(parser, { seed, from: number, to: number + 1 });
  await table.close();
  return trial;
}
