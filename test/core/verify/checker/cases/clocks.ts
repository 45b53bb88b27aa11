/** Histories for the claim about undo windows: in `CLOCKED` one lasts an hour from the start of `first`. */
import { clocksPassOnce } from '../../../../../core/verify/checker/clocks.ts';
import { breaks, type Claimed, keeps } from '../case.ts';
import { CLOCKED } from '../runbooks.ts';
import type { Run } from '../story.ts';

const HOUR = 3_600_000;

/** The clock runs out at the very millisecond, or `early` before. */
function passes(run: Run, early = 0): void {
  const started = run.now + 1000;
  run.done('first');
  run.now = started + HOUR - early;
  run.clock();
}

export const CLOCKS: readonly Claimed[] = [
  {
    claim: clocksPassOnce,
    keeps: [
      keeps('an hour after its step began', CLOCKED, (run) => passes(run)),
      keeps('an hour after its step began, which had been armed before', CLOCKED, (run) => {
        run.voids(run.arm('first'));
        passes(run);
      }),
    ],
    breaks: [
      breaks('a millisecond early', 'I16', 'the clock has not run out', CLOCKED, (run) => passes(run, 1)),
      breaks('before its step began', 'I16', 'the clock has not run out', CLOCKED, (run) => {
        run.now += HOUR;
        run.clock();
      }),
      breaks('there is no such clock', 'I16', 'the clock has not run out', CLOCKED, (run) => {
        run.done('first');
        run.now += HOUR;
        run.clock('constructor');
      }),
      breaks('twice', 'I16', 'the clock ran out already', CLOCKED, (run) => {
        passes(run);
        run.clock();
      }),
    ],
  },
];
