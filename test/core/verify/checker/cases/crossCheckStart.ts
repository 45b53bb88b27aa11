/** Histories for the claims about what comes before a key and a start, and in which order. */
import { inThisOrder, keyedOnEnough, noStartWithoutQuorum } from '../../../../../core/verify/checker/crossCheck.ts';
import { IDS } from '../../../../helpers/told.ts';
import { breaks, type Claimed, keeps } from '../case.ts';
import { KEYED, PARALLEL, SIX_EYES, THREE, WAVES } from '../runbooks.ts';
import { armed, confirmed, keyed } from './confirmed.ts';

const LATE = 'it comes too late for this arming';
const STOPPED = 'the arming was stopped or started before';
const order: Claimed = {
  claim: inThisOrder,
  keeps: [
    keeps('confirmed, keyed, started', THREE, (run) => run.start(keyed(run))),
    keeps('a void after a hold, which comes of it', THREE, (run) => {
      const arming = keyed(run);
      run.hold('person', 'second', 'dba');
      run.voids(arming);
    }),
    keeps('somebody was away who neither has to be there nor confirmed', THREE, (run) => {
      const arming = confirmed(run);
      run.presence('lost', 'sre');
      run.key(arming);
      run.start(arming);
    }),
    keeps('what a wave has not started is called void', WAVES, (run) => {
      const rest = run.rest();
      run.start(rest, 'item-2');
      run.voids(rest);
    }),
    keeps('withdrawn after the key', THREE, (run) => run.withdraw(keyed(run))),
    keeps('one wrong answer, and then a right one', THREE, (run) => {
      const arming = armed(run);
      run.differ(arming);
      run.confirm(arming);
      run.key(arming);
    }),
  ],
  breaks: [
    breaks('refused after the start', 'I9', LATE, THREE, (run) => {
      const arming = keyed(run);
      run.start(arming);
      run.refuse(arming);
    }),
    breaks('confirmed after a refusal', 'I9', LATE, SIX_EYES, (run) => {
      const arming = armed(run);
      run.refuse(arming);
      run.confirm(arming, 'sre');
    }),
    breaks('confirmed after the second wrong answer', 'I9', LATE, THREE, (run) => {
      const arming = armed(run);
      run.differ(arming);
      run.differ(arming);
      run.confirm(arming);
    }),
    breaks('confirmed after somebody who is required was away', 'I9', LATE, THREE, (run) => {
      const arming = armed(run);
      run.presence('lost', 'dba');
      run.presence('back', 'dba');
      run.confirm(arming);
    }),
    breaks('void after it started', 'I9', LATE, THREE, (run) => {
      const arming = keyed(run);
      run.start(arming);
      run.voids(arming);
    }),
    breaks('void twice', 'I9', LATE, THREE, (run) => {
      const arming = armed(run);
      run.voids(arming);
      run.voids(arming);
    }),
    breaks('keyed after somebody who had confirmed was away', 'I9', STOPPED, SIX_EYES, (run) => {
      const arming = confirmed(run);
      run.confirm(arming, 'sre');
      run.presence('lost', 'sre');
      run.presence('back', 'sre');
      run.key(arming);
    }),
    breaks('confirmed after the key', 'I6', 'the key is turned already', SIX_EYES, (run) => {
      const arming = confirmed(run);
      run.confirm(arming, 'sre');
      run.key(arming);
      run.leave('sre');
      run.sit('sre2', 'verifier', 'sre');
      run.confirm(arming, 'sre2');
    }),
    breaks('keyed after a refusal', 'I9', STOPPED, THREE, (run) => {
      const arming = confirmed(run);
      run.refuse(arming);
      run.key(arming);
    }),
    breaks(
      'keyed after the start',
      'I9',
      STOPPED,
      THREE,
      (run) => {
        const arming = confirmed(run);
        run.start(arming);
        run.key(arming);
      },
      ['no key was turned'],
    ),
    breaks('keyed twice', 'I5', 'the key is turned already', THREE, (run) => run.key(keyed(run))),
  ],
};

const KEYS = 'the confirmations are not by the keys that the step asks for';
const RELIES = 'it does not rely on the confirmations of this arming, each once';
const enough: Claimed = {
  claim: keyedOnEnough,
  keeps: [
    keeps('a security key is both, touched and at a terminal', KEYED, (run) => keyed(run)),
    keeps('one confirmation under four eyes', THREE, keyed),
    keeps('two under six', SIX_EYES, (run) => {
      const arming = confirmed(run);
      run.confirm(arming, 'sre');
      run.key(arming);
    }),
  ],
  breaks: [
    breaks('a confirmation is listed twice', 'I5', RELIES, THREE, (run) => {
      const arming = armed(run);
      const own = run.confirm(arming);
      run.key(arming, 'lead', [own, own]);
    }),
    breaks('a confirmation of an earlier attempt', 'I5', RELIES, THREE, (run) => {
      const before = armed(run);
      const old = run.confirm(before);
      run.voids(before);
      const arming = run.arm('second');
      run.confirm(arming);
      run.key(arming, 'lead', [old]);
    }),
    breaks('nobody confirmed', 'I3', 'not enough people confirmed', THREE, (run) => run.key(armed(run))),
    breaks('by a passkey alone where a terminal is asked for', 'I3', KEYS, KEYED, (run) => {
      const arming = armed(run);
      run.confirm(arming, 'dba', { kind: 'passkey' });
      run.key(arming);
    }),
    breaks('by an SSH key alone where a touch is asked for', 'I3', KEYS, KEYED, (run) => {
      const arming = armed(run);
      run.confirm(arming, 'dba', { kind: 'ssh' });
      run.key(arming);
    }),
    breaks('who confirmed has lost a key', 'I3', 'not enough people confirmed', THREE, (run) => {
      const arming = confirmed(run);
      run.strike({ [IDS.dba]: ['dba'] });
      run.key(arming);
    }),
    breaks('one confirmed under six eyes', 'I3', 'not enough people confirmed', SIX_EYES, (run) =>
      run.key(confirmed(run)),
    ),
    breaks('who confirmed has left', 'I3', 'not enough people confirmed', THREE, (run) => {
      const arming = confirmed(run);
      run.leave('dba');
      run.key(arming);
    }),
    breaks('who confirmed has left and come back', 'I3', 'not enough people confirmed', THREE, (run) => {
      const arming = confirmed(run);
      run.leave('dba');
      run.sit('dba', 'reviewer', 'dba');
      run.key(arming);
    }),
    breaks('a step that takes no key', 'I6', 'the step takes no key', THREE, (run) => run.key(run.arm('first'))),
    breaks('while a hold is open', 'I9', 'a hold is open', THREE, (run) => {
      const arming = confirmed(run);
      run.hold('person', 'second', 'sre');
      run.key(arming);
    }),
    breaks('while somebody who confirmed is away', 'I9', 'somebody who is needed was not there', SIX_EYES, (run) => {
      run.done('first');
      run.presence('lost', 'sre');
      const arming = run.arm('second');
      run.confirm(arming);
      run.confirm(arming, 'sre');
      run.key(arming);
    }),
  ],
};

const STOPS = 'a hold, refusal, withdrawal, void or change came before it';
const start: Claimed = {
  claim: noStartWithoutQuorum,
  keeps: [
    keeps('keyed', THREE, (run) => run.start(keyed(run))),
    keeps('a step that takes no key', THREE, (run) => run.begin('first')),
    keeps('one of two side by side, after the other was called void', PARALLEL, (run) => {
      const left = run.arm('left');
      run.voids(run.arm('right'));
      run.start(left);
    }),
  ],
  breaks: [
    breaks('without the key', 'I6', 'no key was turned', THREE, (run) => run.start(confirmed(run))),
    breaks('without anybody', 'I3', 'not enough people confirmed', THREE, (run) => run.start(armed(run))),
    breaks('after the lead was passed on', 'I9', 'who armed it does not lead any more', THREE, (run) => {
      const arming = keyed(run);
      run.pass('second');
      run.start(arming);
    }),
    breaks('after a refusal', 'I9', STOPS, THREE, (run) => {
      const arming = keyed(run);
      run.refuse(arming);
      run.start(arming);
    }),
    breaks('after a withdrawal', 'I9', STOPS, THREE, (run) => {
      const arming = keyed(run);
      run.withdraw(arming);
      run.start(arming);
    }),
    breaks('after an abort of what it had started', 'I9', STOPS, WAVES, (run) => {
      const rest = run.rest();
      run.abort(run.start(rest, 'item-2'));
      run.start(rest, 'item-3');
    }),
    breaks('after a void', 'I9', STOPS, THREE, (run) => {
      const arming = keyed(run);
      run.voids(arming);
      run.start(arming);
    }),
    breaks('after a hold that was lifted', 'I9', STOPS, THREE, (run) => {
      const arming = keyed(run);
      run.lift(run.hold('person', 'second', 'dba'));
      run.start(arming);
    }),
    breaks('after somebody sat down', 'I9', STOPS, THREE, (run) => {
      const arming = keyed(run);
      run.sit('second', 'deputy', 'release-lead');
      run.start(arming);
    }),
    breaks('after somebody was away for a moment', 'I9', STOPS, THREE, (run) => {
      const arming = keyed(run);
      run.presence('lost', 'dba');
      run.presence('back', 'dba');
      run.start(arming);
    }),
    breaks('while a hold is open', 'I9', 'a hold is open', THREE, (run) => {
      const arming = run.arm('first');
      run.hold('person', 'first', 'dba');
      run.start(arming);
    }),
    breaks('while somebody who is required is away', 'I9', 'somebody who is needed was not there', THREE, (run) => {
      const arming = keyed(run);
      run.presence('lost', 'dba');
      run.start(arming);
    }),
    breaks('who confirmed has left', 'I3', 'not enough people confirmed', THREE, (run) => {
      const arming = keyed(run);
      run.leave('dba');
      run.start(arming);
    }),
  ],
};

export const CROSS_CHECK_START: readonly Claimed[] = [order, enough, start];
