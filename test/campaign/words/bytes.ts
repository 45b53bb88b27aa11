/** `npm run campaign -- bytes`: every byte of a record, its trust file and a receipt, changed in every way. */
import { join } from 'node:path';
import { Changes } from '../bytes/changes.ts';
import { referenceOf } from '../bytes/reference.ts';
import { type Range, type Tampered, tamper, tamperBeside } from '../bytes/tampering.ts';
import { sideBySide } from '../halves.ts';
import type { Report } from '../report.ts';
import type { Given } from './given.ts';

const HALF = join(import.meta.dirname, '..', 'bytes', 'half.js');
/** Parts are small enough to tell how far it is. */
const PARTS = 20;

/** `--only N` plays one change again, `--beside` the trust file and the receipt alone. */
export async function bytes({ seed, values, say }: Given): Promise<Report> {
  const reference = referenceOf(seed);
  const { count } = new Changes(reference, seed);
  const only = values['only'] === undefined ? undefined : Number(values['only']);
  const beside = only === undefined ? await tamperBeside(seed) : { trust: 0, receipt: 0, failures: [] };
  const all: Tampered[] = [];
  if (only !== undefined) all.push(await tamper({ seed, from: only, to: only + 1, step: 1 }));
  else if (values['beside'] !== true) all.push(...(await every(seed, count, say)));
  const kinds = [...new Set(all.flatMap((one) => Object.keys(one.kinds)))].sort();
  const sum = (kind: string) => all.reduce((total, one) => total + (one.kinds[kind] ?? 0), 0);
  return {
    campaign: 'bytes',
    seed,
    counts: [
      ['bytes of the record', reference.tar.length],
      ...kinds.map((kind) => [`changes of the record: ${kind}`, sum(kind)] as const),
      ['changes of the trust file', beside.trust],
      ['changes of a receipt', beside.receipt],
      ['slowest verdict, ms', Math.round(Math.max(0, ...all.map(({ slowest }) => slowest)))],
    ],
    failures: [...beside.failures, ...all.flatMap(({ failures }) => failures)],
  };
}

async function every(seed: number, count: number, say: Given['say']): Promise<Tampered[]> {
  const made: Tampered[] = [];
  const size = Math.ceil(count / PARTS);
  for (let part = 0; part < PARTS; part++) {
    const to = Math.min(count, (part + 1) * size);
    // Neighbouring numbers go to different processes, so that both have as much to do.
    const halves = [0, 1].map((half): Range => ({ seed, from: part * size + half, to, step: 2 }));
    made.push(...(await sideBySide<Range, Tampered>(HALF, halves)));
    say(`${to} of ${count} changes, ${made.reduce((sum, { failures }) => sum + failures.length, 0)} undetected`);
  }
  return made;
}
