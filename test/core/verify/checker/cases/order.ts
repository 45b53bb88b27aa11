/** Histories for the claims about what may be armed, started and skipped when. */
import {
  abortedFromASeat,
  armedAlone,
  armedInTurn,
  attemptsAreCounted,
  endedByItsAgent,
  startedOnce,
} from '../../../../../core/verify/checker/order.ts';
import { OTHER_AGENT } from '../../../../helpers/told.ts';
import { breaks, type Claimed, keeps } from '../case.ts';
import { BRIEFED, BY_HAND, PARALLEL, THREE, WAVES } from '../runbooks.ts';
import { REST } from '../story.ts';

const HELD = 'a hold is open';
const ABSENT = 'somebody who is needed is not there';
const UNBRIEFED = 'the briefing is not complete';
const NOT_TURN = 'it is not its turn';

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
    keeps('after every no to the start was overridden', BRIEFED, (run) => {
      run.answers();
      run.votes();
      run.overridden();
      run.overridden();
      run.arm('only');
    }),
    keeps('what comes after a step that people say was done', THREE, (run) => {
      const outcome = run.end(run.begin('first'), 'unknown');
      run.hold('unknown', 'first');
      run.resolve(outcome, 'finished');
      run.arm('second');
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
      run.end(run.start(run.wave('item-1'), 'item-1'), 'unknown');
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
    breaks('before the poll', 'I10', UNBRIEFED, BRIEFED, (run) => {
      run.answers();
      run.arm('only');
    }),
    breaks('before one whom a question asks has answered', 'I10', UNBRIEFED, BRIEFED, (run) => {
      run.answer('plan', 'lead');
      run.answer('leaves', 'lead');
      run.votes();
      run.arm('only');
    }),
    breaks('after a second no to the start, which nobody overrode', 'I10', UNBRIEFED, BRIEFED, (run) => {
      run.answers();
      run.votes();
      run.overridden();
      run.vote('go_no_go', 'dba', 'no-go');
      run.arm('only');
    }),
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
      run.end(run.start(run.rest(), 'item-2'));
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
      const rest = run.rest();
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
      const rest = run.rest();
      run.end(run.start(rest, 'item-2'));
      run.start(rest, 'item-2');
    }),
    breaks('an item of no wave', 'I2', 'the arming does not cover this item', WAVES, (run) =>
      run.start(run.wave('item-1'), 'item-2'),
    ),
    breaks('a step without waves has no items', 'I2', 'the arming does not cover this item', THREE, (run) =>
      run.start(run.arm('first'), 'item-1'),
    ),
    breaks('by another agent', 'I13', 'another agent armed it', THREE, (run) =>
      run.start(run.arm('first'), undefined, OTHER_AGENT),
    ),
    breaks('three at a time where two may', 'I2', 'as many items are running as may run at once', WAVES, (run) => {
      const rest = run.rest();
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

export const ORDER: readonly Claimed[] = [inTurn, alone, counted, once, ended, aborts];
