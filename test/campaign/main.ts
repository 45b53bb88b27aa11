/** The campaign as a command: many sequences in batches, each with its own printed seed, so that any failure can be played again. `npm run campaign -- --sequences N --seed S`. */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { play, shelf, tally, tapes } from './sequences.ts';

const RUNBOOKS = 60;
const BATCH = 5000;

const { values } = parseArgs({ options: { sequences: { type: 'string' }, seed: { type: 'string' } } });
const wanted = Number(values.sequences ?? 1_000_000);
const first = Number(values.seed ?? Date.now() % 2 ** 30);
const ready = shelf(RUNBOOKS);
const count = tally();
const began = performance.now();
for (let batch = 0; batch * BATCH < wanted; batch++) {
  const [seed, numRuns] = [first + batch, Math.min(BATCH, wanted - batch * BATCH)];
  const done = fc.check(
    fc.property(tapes(RUNBOOKS), (tape) => play(tape, ready, count)),
    { seed, numRuns },
  );
  const rate = Math.round(count.sequences / ((performance.now() - began) / 1000));
  process.stdout.write(
    `seed ${seed}: ${done.failed ? 'FAILED' : 'ok'}; ${count.sequences} sequences, ${count.offered} entries offered, ${count.taken} taken, ${count.starts} starts, ${rate} sequences/s\n`,
  );
  if (done.failed) {
    process.stdout.write(`${JSON.stringify(done.counterexample)}\n${String(done.errorInstance)}\n`);
    process.exitCode = 1;
    break;
  }
}
for (const [type, times] of [...count.types].sort()) process.stdout.write(`  ${type} ${times}\n`);
