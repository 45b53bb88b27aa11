/** The short form of the campaign: machine and checker agree on every entry of many sequences, and everybody gets out. */
import fc from 'fast-check';
import t from 'tap';
import { play, shelf, tally, tapes } from './sequences.ts';

const RUNBOOKS = 60;
const SEQUENCES = 20_000;
/** The suite plays the same sequences each time; `npm run campaign` plays new ones. */
const SEED = 347_975_200;

t.test(
  'machine and checker agree on every entry, nothing starts without its quorum, nobody is locked in',
  async (t) => {
    const seed = Number(process.env.CROSSCHECK_SEED ?? SEED);
    const count = tally();
    const ready = shelf(RUNBOOKS);
    t.comment(`CROSSCHECK_SEED=${seed}, ${SEQUENCES} sequences`);
    const done = fc.check(
      fc.property(tapes(RUNBOOKS), (tape) => play(tape, ready, count)),
      { seed, numRuns: SEQUENCES },
    );
    t.notOk(done.failed, 'holds for every sequence', {
      seed,
      tape: JSON.stringify(done.counterexample),
      said: String(done.errorInstance),
    });
    t.ok(count.starts > SEQUENCES / 4, `${count.starts} starts`);
    t.comment(`${count.offered} entries offered, ${count.taken} taken, ${count.starts} starts`);
  },
);
