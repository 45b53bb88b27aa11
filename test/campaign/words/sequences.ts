/** `npm run campaign -- sequences`: many sequences of entries in batches, each with its own printed seed, so that any failure can be played again. */
import fc from 'fast-check';
import type { Failure, Report } from '../report.ts';
import { play, SUITE, shelf, tally, tapes } from '../sequences.ts';
import { countOf, type Given } from './given.ts';

const BATCH = 5000;

export async function sequences({ seed: first, values, say }: Given): Promise<Report> {
  const wanted = countOf(values['sequences'], 1_000_000);
  const ready = shelf(SUITE.runbooks);
  const count = tally();
  const failures: Failure[] = [];
  for (let batch = 0; batch * BATCH < wanted && failures.length === 0; batch++) {
    const [seed, numRuns] = [first + batch, Math.min(BATCH, wanted - batch * BATCH)];
    const done = fc.check(
      fc.property(tapes(SUITE.runbooks), (tape) => play(tape, ready, count)),
      { seed, numRuns },
    );
    say(`seed ${seed}: ${count.sequences} sequences, ${count.offered} entries offered, ${count.starts} starts`);
    if (done.failed)
      failures.push({
        again: `--sequences ${numRuns} --seed ${seed}`,
        why: `${JSON.stringify(done.counterexample)}\n${String(done.errorInstance)}`,
      });
  }
  return {
    campaign: 'sequences',
    seed: first,
    counts: [
      ['sequences', count.sequences],
      ['entries offered', count.offered],
      ['entries taken', count.taken],
      ['starts', count.starts],
      ...[...count.types].sort().map(([type, times]) => [`taken: ${type}`, times] as const),
    ],
    failures,
  };
}
