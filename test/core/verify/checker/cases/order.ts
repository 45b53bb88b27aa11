/** Histories for the claims about what may be armed, started and skipped when. */
import type { Runbook } from '../../../../../core/runbook/runbook.ts';
import {
  abortedFromASeat,
  armedAlone,
  armedInTurn,
  attemptsAreCounted,
  endedByItsAgent,
  failuresAreHeld,
  skippedInTurn,
  startedOnce,
  wavesInOrder,
  whileItsClocksRun,
} from '../../../../../core/verify/checker/order.ts';
import { OTHER_AGENT } from '../../../../helpers/told.ts';
import {
  BRIEFED,
  BY_HAND,
  breaks,
  CLOCKED,
  type Claimed,
  keeps,
  PARALLEL,
  type Run,
  THREE,
  WAVES,
  withStep,
} from '../story.ts';

const HELD = 'a hold is open';
const ABSENT = 'somebody who is needed is not there';
const UNBRIEFED = 'the briefing is not complete';
const NOT_TURN = 'it is not its turn';

/** The next wave, confirmed and keyed. */
function wave(run: Run, items: readonly string[], of = 4): string {
  const arming = run.arm('shards', { wave: { items, of } });
  run.confirm(arming);
  run.key(arming);
  return arming;
}
const canary = (run: Run): string => run.end(run.start(wave(run, ['item-1']), 'item-1'));
const REST = ['item-2', 'item-3', 'item-4'];

const inTurn: Claimed = {
  claim: armedInTurn,
  keeps: [
    keeps('one after the other', THREE, (run) => {
      run.done('first');
      run.done('second', true);
      run.arm('third');
    }),
    keeps('two side by side in any order', PARALLEL, (run) => {
      run.done('right');
      run.done('left');
    }),
    keeps('what was resolved as not done', THREE, (run) => {
      run.end(run.begin('first'), 'unknown');
      const outcome = run.standing;
      run.hold('unknown', 'first');
      run.resolve(outcome, 'not-started');
      run.done('first');
    }),
    keeps('the way back, once it is decided', THREE, (run) => {
      run.done('first');
      run.decide(run.fails('second', true), 'back');
      run.arm('second-undo');
    }),
  ],
  breaks: [
    breaks('no such step', 'I16', 'there is no such step that can be armed', THREE, (run) => run.arm('nothing')),
    breaks('a gate', 'I16', 'there is no such step that can be armed', PARALLEL, (run) => run.arm('agree')),
    breaks('what holds the two side by side', 'I16', 'there is no such step that can be armed', PARALLEL, (run) =>
      run.arm('both'),
    ),
    breaks('a later step', 'I16', NOT_TURN, THREE, (run) => run.arm('second')),
    breaks('a step that is done', 'I16', NOT_TURN, THREE, (run) => {
      run.done('first');
      run.arm('first');
    }),
    breaks('a step behind a gate that one seat has not passed', 'I16', NOT_TURN, PARALLEL, (run) => {
      run.done('left');
      run.done('right');
      run.vote('agree', 'dba');
      run.arm('last');
    }),
    breaks('a way back, undecided', 'I16', NOT_TURN, THREE, (run) => {
      run.done('first');
      run.done('second', true);
      run.arm('second-undo');
    }),
    breaks('a way forward once it is decided to go back', 'I16', NOT_TURN, THREE, (run) => {
      run.done('first');
      run.decide(run.fails('second', true), 'back');
      run.arm('third');
    }),
    breaks('the way back of what never ran', 'I16', NOT_TURN, THREE, (run) => {
      run.done('first');
      run.end(run.begin('second', true), 'not-started');
      run.decide(run.hold('failed', 'second'), 'back');
      run.arm('second-undo');
    }),
    breaks('while a hold is open', 'I9', HELD, THREE, (run) => {
      run.hold('person', 'first', 'dba');
      run.arm('first');
    }),
    breaks('while nobody knows how the step ended', 'I9', HELD, THREE, (run) => {
      run.end(run.begin('first'), 'unknown');
      run.hold('unknown', 'first');
      run.arm('first');
    }),
    breaks('while one of its items, resolved as failed, waits for its hold', 'I9', HELD, WAVES, (run) => {
      run.end(run.start(wave(run, ['item-1']), 'item-1'), 'unknown');
      const outcome = run.standing;
      run.hold('unknown', 'shards');
      run.resolve(outcome, 'failed');
      run.arm('shards', { wave: { items: ['item-1'], of: 4 } });
    }),
    breaks('while somebody who is required is away', 'I9', ABSENT, THREE, (run) => {
      run.presence('lost', 'dba');
      run.arm('first');
    }),
    breaks('before the briefing', 'I10', UNBRIEFED, BRIEFED, (run) => run.arm('only')),
  ],
};

const alone: Claimed = {
  claim: armedAlone,
  keeps: [
    keeps('the other of two side by side', PARALLEL, (run) => {
      run.begin('left');
      run.arm('right');
    }),
    keeps('one of two side by side again, after a void', PARALLEL, (run) => {
      run.begin('left');
      run.voids(run.arm('right'));
      run.arm('right');
    }),
    keeps('again, after a void', THREE, (run) => {
      run.voids(run.arm('first'));
      run.arm('first');
    }),
  ],
  breaks: [
    breaks('the same step twice', 'I16', 'first is armed or running', THREE, (run) => {
      run.arm('first');
      run.arm('first');
    }),
    breaks('one of two side by side twice', 'I16', 'left is armed or running', PARALLEL, (run) => {
      run.arm('left');
      run.arm('left');
    }),
    breaks('a wave of which one item is over', 'I16', 'shards is armed or running', WAVES, (run) => {
      canary(run);
      run.end(run.start(wave(run, REST), 'item-2'));
      run.arm('shards', { wave: { items: ['item-3', 'item-4'], of: 4 } });
    }),
    breaks('a step that runs', 'I16', 'first is armed or running', THREE, (run) => {
      run.begin('first');
      run.arm('first');
    }),
  ],
};

const counted: Claimed = {
  claim: attemptsAreCounted,
  keeps: [
    keeps('each step from one', THREE, (run) => {
      run.voids(run.arm('first'));
      run.done('first');
      run.arm('second');
    }),
  ],
  breaks: [
    breaks('it begins at two', 'I2', 'it is attempt 1 of its step', THREE, (run) => run.arm('first', { attempt: 2 })),
    breaks('the same attempt twice', 'I2', 'it is attempt 2 of its step', THREE, (run) => {
      run.voids(run.arm('first'));
      run.arm('first', { attempt: 1 });
    }),
    breaks('a nonce twice', 'I5', 'its nonce was used before', THREE, (run) => {
      const nonce = 'a'.repeat(64);
      run.voids(run.arm('first', { nonce }));
      run.arm('first', { nonce });
    }),
  ],
};

const once: Claimed = {
  claim: startedOnce,
  keeps: [
    keeps('each item of a wave, two at a time', WAVES, (run) => {
      canary(run);
      const rest = wave(run, REST);
      const one = run.start(rest, 'item-2');
      run.start(rest, 'item-3');
      run.end(one);
      run.start(rest, 'item-4');
    }),
    keeps('a step again, by its next attempt', THREE, (run) => {
      run.lift(run.fails('first'));
      run.begin('first');
    }),
  ],
  breaks: [
    breaks('a step starts again', 'I2', 'it has started already', THREE, (run) => {
      const arming = run.arm('first');
      run.end(run.start(arming));
      run.start(arming);
    }),
    breaks('an item starts again', 'I2', 'it has started already', WAVES, (run) => {
      canary(run);
      const rest = wave(run, REST);
      run.end(run.start(rest, 'item-2'));
      run.start(rest, 'item-2');
    }),
    breaks('an item of no wave', 'I2', 'the arming does not cover this item', WAVES, (run) =>
      run.start(wave(run, ['item-1']), 'item-2'),
    ),
    breaks('a step without waves has no items', 'I2', 'the arming does not cover this item', THREE, (run) =>
      run.start(run.arm('first'), 'item-1'),
    ),
    breaks('by another agent', 'I13', 'another agent armed it', THREE, (run) =>
      run.start(run.arm('first'), undefined, OTHER_AGENT),
    ),
    breaks('three at a time where two may', 'I2', 'as many items are running as may run at once', WAVES, (run) => {
      canary(run);
      const rest = wave(run, REST);
      for (const item of REST) run.start(rest, item);
    }),
  ],
};

const NOT_THEIRS = 'it is not this person’s to attest';
const ended: Claimed = {
  claim: endedByItsAgent,
  keeps: [
    keeps('by its agent', THREE, (run) => run.done('first')),
    keeps('by hand, once its seat said that it went well', BY_HAND, (run) => {
      const started = run.begin('call');
      run.attest(started, 'dba');
      run.end(started);
    }),
    keeps('by hand, and it went wrong', BY_HAND, (run) => {
      const started = run.begin('call');
      run.attest(started, 'dba', { result: 'fail' });
      run.end(started, 'failed');
    }),
  ],
  breaks: [
    breaks('by another agent', 'I13', 'another agent armed it', THREE, (run) =>
      run.end(run.begin('first'), 'finished', OTHER_AGENT),
    ),
    breaks('by hand, and nobody said so', 'I11', 'nobody attested that it was done', BY_HAND, (run) =>
      run.end(run.begin('call')),
    ),
    breaks('by hand, though it went wrong', 'I11', 'nobody attested that it was done', BY_HAND, (run) => {
      const started = run.begin('call');
      run.attest(started, 'dba', { result: 'fail' });
      run.end(started);
    }),
    breaks('another seat says so', 'I11', NOT_THEIRS, BY_HAND, (run) => run.attest(run.begin('call'), 'sre')),
    breaks('somebody else says so from that seat', 'I11', NOT_THEIRS, BY_HAND, (run) =>
      run.attest(run.begin('call'), 'sre', { seat: 'reviewer', role: 'dba' }),
    ),
    breaks('of a step that is not done by hand', 'I11', NOT_THEIRS, THREE, (run) =>
      run.attest(run.begin('first'), 'dba'),
    ),
  ],
};

const aborts: Claimed = {
  claim: abortedFromASeat,
  keeps: [keeps('by anybody with a seat', THREE, (run) => run.abort(run.begin('first'), 'sre'))],
  breaks: [
    breaks('by somebody without one', 'I11', 'the person has no seat', THREE, (run) =>
      run.abort(run.begin('first'), 'guest'),
    ),
    breaks('by somebody who left', 'I11', 'the person has no seat', THREE, (run) => {
      const started = run.begin('first');
      run.leave('sre');
      run.abort(started, 'sre');
    }),
  ],
};

const NO_SUCH_WAVE = 'it has waves where its step has none, or none where it has';
const OTHER_ITEMS = 'those are not the items whose turn it is';
const waves: Claimed = {
  claim: wavesInOrder,
  keeps: [
    keeps('the canary, then the rest, then the next step', WAVES, (run) => {
      canary(run);
      const rest = wave(run, REST);
      for (const item of REST) run.end(run.start(rest, item));
      run.arm('after');
    }),
    keeps('after a failure what is left of the wave', WAVES, (run) => {
      canary(run);
      const rest = wave(run, REST);
      run.end(run.start(rest, 'item-2'));
      run.end(run.start(rest, 'item-3'), 'failed');
      run.lift(run.hold('failed', 'shards'));
      wave(run, ['item-3', 'item-4']);
    }),
  ],
  breaks: [
    breaks('a step without waves', 'I16', NO_SUCH_WAVE, THREE, (run) =>
      run.arm('first', { wave: { items: ['item-1'], of: 1 } }),
    ),
    breaks('a step with waves, as a whole', 'I16', NO_SUCH_WAVE, WAVES, (run) => run.arm('shards')),
    breaks('another number of items than before', 'I16', 'the step has another number of items', WAVES, (run) => {
      canary(run);
      run.arm('shards', { wave: { items: ['item-2', 'item-3'], of: 3 } });
    }),
    breaks('all at once', 'I16', OTHER_ITEMS, WAVES, (run) =>
      run.arm('shards', { wave: { items: ['item-1', ...REST], of: 4 } }),
    ),
    breaks('the rest first', 'I16', OTHER_ITEMS, WAVES, (run) => run.arm('shards', { wave: { items: REST, of: 4 } })),
    breaks('in another order', 'I16', OTHER_ITEMS, WAVES, (run) => {
      canary(run);
      run.arm('shards', { wave: { items: REST.toReversed(), of: 4 } });
    }),
    breaks('what is finished once more', 'I16', OTHER_ITEMS, WAVES, (run) => {
      canary(run);
      run.arm('shards', { wave: { items: ['item-1', ...REST], of: 4 } });
    }),
  ],
};

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

export const ORDER: readonly Claimed[] = [inTurn, alone, counted, once, ended, aborts, waves, clocks, skipped, heldFor];
