/** Histories for the claims about waves, clocks and skipped steps, and about what went wrong: the rest of the order of a run. */
import type { Runbook } from '../../../../../core/runbook/runbook.ts';
import {
  failuresAreHeld,
  skippedInTurn,
  wavesInOrder,
  whileItsClocksRun,
} from '../../../../../core/verify/checker/order.ts';
import { breaks, type Claimed, keeps } from '../case.ts';
import { BRIEFED, BY_HAND, CLOCKED, PARALLEL, THREE, WAVES, withStep } from '../runbooks.ts';
import { REST, type Run } from '../story.ts';

const HELD = 'a hold is open';
const ABSENT = 'somebody who is needed is not there';
const UNBRIEFED = 'the briefing is not complete';
const NOT_TURN = 'it is not its turn';

const NO_SUCH_WAVE = 'it has waves where its step has none, or none where it has';
const OTHER_ITEMS = 'those are not the items whose turn it is';
const waves: Claimed = {
  claim: wavesInOrder,
  keeps: [
    keeps('the canary, then the rest, then the next step', WAVES, (run) => {
      const rest = run.rest();
      for (const item of REST) run.end(run.start(rest, item));
      run.arm('after');
    }),
    keeps('after a failure what is left of the wave', WAVES, (run) => {
      const rest = run.rest();
      run.end(run.start(rest, 'item-2'));
      run.end(run.start(rest, 'item-3'), 'failed');
      run.lift(run.hold('failed', 'shards'));
      run.wave('item-3', 'item-4');
    }),
  ],
  breaks: [
    breaks('a step without waves', 'I16', NO_SUCH_WAVE, THREE, (run) =>
      run.arm('first', { wave: { items: ['item-1'], of: 1 } }),
    ),
    breaks('a step with waves, as a whole', 'I16', NO_SUCH_WAVE, WAVES, (run) => run.arm('shards')),
    breaks('another number of items than before', 'I16', 'the step has another number of items', WAVES, (run) => {
      run.end(run.start(run.wave('item-1'), 'item-1'));
      run.arm('shards', { wave: { items: ['item-2', 'item-3'], of: 3 } });
    }),
    breaks('all at once', 'I16', OTHER_ITEMS, WAVES, (run) =>
      run.arm('shards', { wave: { items: ['item-1', ...REST], of: 4 } }),
    ),
    breaks('the rest first', 'I16', OTHER_ITEMS, WAVES, (run) => run.arm('shards', { wave: { items: REST, of: 4 } })),
    breaks('in another order', 'I16', OTHER_ITEMS, WAVES, (run) => {
      run.end(run.start(run.wave('item-1'), 'item-1'));
      run.arm('shards', { wave: { items: REST.toReversed(), of: 4 } });
    }),
    breaks('what is finished once more', 'I16', OTHER_ITEMS, WAVES, (run) => {
      run.end(run.start(run.wave('item-1'), 'item-1'));
      run.arm('shards', { wave: { items: ['item-1', ...REST], of: 4 } });
    }),
  ],
};

const FOUR_EYES = { critical: true, eyes: 4, by: ['reviewer'] } as const;
const OUT = 'a clock that it needs has run out';
const passes = (run: Run): void => {
  run.now += 3_600_000;
  run.clock();
};
const clocks: Claimed = {
  claim: whileItsClocksRun,
  keeps: [
    keeps('while it runs', CLOCKED, (run) => {
      run.done('first');
      run.done('second');
    }),
    keeps('it ran out while the step ran', CLOCKED, (run) => {
      run.done('first');
      const started = run.begin('second');
      passes(run);
      run.end(started);
    }),
  ],
  breaks: [
    breaks('armed after it', 'I16', OUT, CLOCKED, (run) => {
      run.done('first');
      passes(run);
      run.arm('second');
    }),
    breaks('keyed after it', 'I16', OUT, withStep(CLOCKED, 'second', FOUR_EYES), (run) => {
      run.done('first');
      const arming = run.arm('second');
      run.confirm(arming);
      passes(run);
      run.key(arming);
    }),
    breaks('started after it', 'I16', OUT, CLOCKED, (run) => {
      run.done('first');
      const arming = run.arm('second');
      passes(run);
      run.start(arming);
    }),
  ],
};

const NO_SKIP = 'there is no such step that can be skipped';
const BEGUN = 'it is armed, or has run';
const MAYBE = { when: 'run.mode == "rehearsal"' };
const called = (run: Run): void => {
  const started = run.begin('call');
  run.attest(started, 'dba');
  run.end(started);
};
const MAYBE_ONLY: Runbook = withStep(BRIEFED, 'only', MAYBE);
const MAYBE_BOTH: Runbook = withStep(PARALLEL, 'both', MAYBE);

const skipped: Claimed = {
  claim: skippedInTurn,
  keeps: [
    keeps('in its turn', BY_HAND, (run) => {
      called(run);
      run.skip('maybe');
      run.arm('last');
    }),
    keeps('after a void', BY_HAND, (run) => {
      called(run);
      run.voids(run.arm('maybe'));
      run.skip('maybe');
    }),
  ],
  breaks: [
    breaks('no such step', 'I16', NO_SKIP, THREE, (run) => run.skip('nothing')),
    breaks('a step without a condition', 'I16', NO_SKIP, THREE, (run) => run.skip('first')),
    breaks('a later step', 'I16', NOT_TURN, BY_HAND, (run) => run.skip('maybe')),
    breaks('twice', 'I16', NOT_TURN, BY_HAND, (run) => {
      called(run);
      run.skip('maybe');
      run.skip('maybe');
    }),
    breaks('while it is armed', 'I16', BEGUN, BY_HAND, (run) => {
      called(run);
      run.arm('maybe');
      run.skip('maybe');
    }),
    breaks('after it ran', 'I16', BEGUN, BY_HAND, (run) => {
      called(run);
      run.lift(run.fails('maybe'), ['lead']);
      run.skip('maybe');
    }),
    breaks('two side by side after one of them ran', 'I16', BEGUN, MAYBE_BOTH, (run) => {
      run.done('left');
      run.skip('both');
    }),
    breaks('while a hold is open', 'I9', HELD, BY_HAND, (run) => {
      called(run);
      run.hold('person', undefined, 'dba');
      run.skip('maybe');
    }),
    breaks('while somebody who is required is away', 'I9', ABSENT, BY_HAND, (run) => {
      called(run);
      run.presence('lost', 'dba');
      run.skip('maybe');
    }),
    breaks('before the briefing', 'I10', UNBRIEFED, MAYBE_ONLY, (run) => run.skip('only')),
  ],
};

const UNHELD = 'what went wrong before was not held';
const heldFor: Claimed = {
  claim: failuresAreHeld,
  keeps: [
    keeps('a failure, held and lifted', THREE, (run) => {
      run.lift(run.fails('first'));
      run.arm('first');
    }),
    keeps('one of two side by side may end unheld while nothing else starts', PARALLEL, (run) => {
      const left = run.begin('left');
      run.end(run.begin('right'), 'failed');
      run.end(left);
      run.hold('failed', 'right');
    }),
  ],
  breaks: [
    breaks('armed again', 'I9', UNHELD, THREE, (run) => {
      run.end(run.begin('first'), 'failed');
      run.arm('first');
    }),
    breaks('armed again while nobody knows how it ended', 'I9', UNHELD, THREE, (run) => {
      run.end(run.begin('first'), 'unknown');
      run.arm('first');
    }),
    breaks('armed again after what did not start', 'I9', UNHELD, THREE, (run) => {
      run.end(run.begin('first'), 'not-started');
      run.arm('first');
    }),
    breaks('held for another reason', 'I9', UNHELD, THREE, (run) => {
      run.end(run.begin('first'), 'failed');
      run.lift(run.hold('person', 'first', 'dba'));
      run.arm('first');
    }),
    breaks('the other of two side by side starts', 'I9', UNHELD, PARALLEL, (run) => {
      const left = run.arm('left');
      run.end(run.begin('right'), 'failed');
      run.start(left);
    }),
    breaks('a step beside it is skipped', 'I9', UNHELD, BY_HAND, (run) => {
      called(run);
      run.end(run.begin('maybe'), 'failed');
      run.skip('maybe');
    }),
  ],
};

export const ORDER_ON: readonly Claimed[] = [waves, clocks, skipped, heldFor];
