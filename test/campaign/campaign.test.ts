/** The short form of the campaign: machine and checker agree on every entry of many sequences, and everybody gets out. */
import fc from 'fast-check';
import t from 'tap';
import { play, SUITE, shelf, tally, tapes } from './sequences.ts';

t.test(
  'machine and checker agree on every entry, nothing starts without its quorum, nobody is locked in',
  async (t) => {
    const seed = Number(process.env.CROSSCHECK_SEED ?? SUITE.seed);
    const count = tally();
    const ready = shelf(SUITE.runbooks);
    t.comment(`CROSSCHECK_SEED=${seed}, ${SUITE.sequences} sequences`);
    const done = fc.check(
      fc.property(tapes(SUITE.runbooks), (tape) => play(tape, ready, count)),
      { seed, numRuns: SUITE.sequences },
    );
    t.notOk(done.failed, 'holds for every sequence', {
      seed,
      tape: JSON.stringify(done.counterexample),
      said: String(done.errorInstance),
    });
    t.ok(count.starts > SUITE.sequences / 4, `${count.starts} starts`);
    t.comment(`${count.offered} entries offered, ${count.taken} taken, ${count.starts} starts`);
  },
);
