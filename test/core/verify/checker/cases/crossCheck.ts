/** Histories for the claims about the four eyes; in `THREE` the second step is critical and asks the reviewer. */
import {
  answeredFromTheirSeats,
  armedAndKeyedByLead,
  confirmedOnceEach,
  inThisOrder,
  keyedOnEnough,
  noStartWithoutQuorum,
  nothingIsAstray,
  voidedByServerOrAgent,
} from '../../../../../core/verify/checker/crossCheck.ts';
import { AGENT, IDS, OTHER_AGENT } from '../../../../helpers/told.ts';
import { BY_HAND, breaks, type Claimed, keeps, PARALLEL, type Run, SIX_EYES, THREE, WAVES } from '../story.ts';

const armed = (run: Run): string => {
  run.done('first');
  return run.arm('second');
};
const confirmed = (run: Run): string => {
  const arming = armed(run);
  run.confirm(arming);
  return arming;
};
const keyed = (run: Run): string => {
  const arming = confirmed(run);
  run.key(arming);
  return arming;
};

const NOTHING = 'it is about nothing that was armed, was running or waited there';
const astray: Claimed = {
  claim: nothingIsAstray,
  keeps: [
    keeps('from the arming to its outcome', THREE, (run) => run.end(run.start(keyed(run)))),
    keeps('by hand, attested once', BY_HAND, (run) => {
      const started = run.begin('call');
      run.attest(started, 'dba');
      run.end(started);
    }),
    keeps('resolved after an abort that told no outcome', THREE, (run) => {
      const started = run.begin('first');
      run.abort(started);
      run.resolve(started, 'finished');
    }),
  ],
  breaks: [
    breaks('a confirmation of no arming', 'I4', NOTHING, THREE, (run) => {
      armed(run);
      run.confirm(run.standing, 'dba', { armed: run.written[0]?.ref, step: 'second', attempt: 1 });
    }),
    breaks('a confirmation of another attempt', 'I4', NOTHING, THREE, (run) =>
      run.confirm(armed(run), 'dba', { attempt: 2 }),
    ),
    breaks('a start of another step than was armed', 'I4', NOTHING, THREE, (run) => {
      const arming = keyed(run);
      run.tell('step.started', AGENT, { step: 'third', attempt: 1, armed: arming });
    }),
    breaks('a second outcome', 'I11', NOTHING, THREE, (run) => {
      const started = run.begin('first');
      run.end(started);
      run.end(started, 'failed');
    }),
    breaks('the outcome of another item', 'I11', NOTHING, WAVES, (run) => {
      const arming = run.arm('shards', { wave: { items: ['item-1'], of: 4 } });
      run.confirm(arming);
      run.key(arming);
      const about = { step: 'shards', attempt: 1, started: run.start(arming, 'item-1'), checks: {} };
      run.tell('step.finished', AGENT, { ...about, item: 'item-2', result: 'finished' });
    }),
    breaks('attested twice', 'I11', NOTHING, BY_HAND, (run) => {
      const started = run.begin('call');
      run.attest(started, 'dba');
      run.attest(started, 'dba', { result: 'fail' });
    }),
    breaks('a resolution of another step', 'I11', NOTHING, THREE, (run) => {
      run.end(run.begin('first'), 'unknown');
      const outcome = run.standing;
      const signed = run.sign('resolve', outcome, { as: 'finished', evidence: 'Seen' }, ['lead', 'dba']);
      run.effect('step.resolved', ['dba'], { step: 'third', attempt: 1, outcome, as: 'finished', signed });
    }),
    breaks('an abort of what is over', 'I11', NOTHING, THREE, (run) => {
      const started = run.begin('first');
      run.end(started);
      run.abort(started);
    }),
    breaks('an abort of another attempt', 'I11', NOTHING, THREE, (run) => {
      run.begin('first');
      run.tell('step.aborted', IDS.lead, { step: 'first', attempt: 2 });
    }),
    breaks('an abort of what only is armed', 'I11', NOTHING, THREE, (run) => run.abort(run.arm('first'))),
  ],
};

const byLead: Claimed = {
  claim: armedAndKeyedByLead,
  keeps: [
    keeps('by the lead', THREE, keyed),
    keeps('by whoever leads then', THREE, (run) => {
      run.pass('second');
      run.start(keyed(run));
    }),
  ],
  breaks: [
    breaks('another asks for it', 'I3', 'who asked for it does not lead', THREE, (run) =>
      run.arm('first', { asked_by: IDS.sre }),
    ),
    breaks('who led before asks for it', 'I3', 'who asked for it does not lead', THREE, (run) => {
      run.pass('second');
      run.arm('first', { asked_by: IDS.lead });
    }),
    breaks('another turns the key', 'I3', 'who turned the key does not lead', THREE, (run) =>
      run.key(confirmed(run), 'sre'),
    ),
  ],
};

const NOT_ASKED = 'the person does not sit in a seat that is asked';
const fromSeats: Claimed = {
  claim: answeredFromTheirSeats,
  keeps: [
    keeps('the reviewer confirms, and withdraws', THREE, (run) => run.withdraw(confirmed(run))),
    keeps('the reviewer refuses', THREE, (run) => run.refuse(armed(run))),
    keeps('the reviewer answers wrong', THREE, (run) => run.differ(armed(run))),
    keeps('the lead withdraws', THREE, (run) => run.withdraw(armed(run), 'lead')),
  ],
  breaks: [
    breaks('a seat confirms that is not asked', 'I3', NOT_ASKED, THREE, (run) => run.confirm(armed(run), 'sre')),
    breaks('somebody without a seat confirms', 'I3', NOT_ASKED, THREE, (run) =>
      run.confirm(armed(run), 'dba2', { seat: 'reviewer', role: 'dba' }),
    ),
    breaks('from a seat of another', 'I3', NOT_ASKED, SIX_EYES, (run) =>
      run.confirm(armed(run), 'dba', { seat: 'verifier' }),
    ),
    breaks('by another role', 'I3', NOT_ASKED, THREE, (run) => run.confirm(armed(run), 'dba', { role: 'sre' })),
    breaks('a seat refuses that is not asked', 'I3', NOT_ASKED, THREE, (run) => run.refuse(armed(run), 'sre')),
    breaks('a seat answers that is not asked', 'I3', NOT_ASKED, THREE, (run) => run.differ(armed(run), 'sre')),
    breaks('somebody withdraws who did not confirm', 'I3', NOT_ASKED, THREE, (run) =>
      run.withdraw(confirmed(run), 'sre'),
    ),
  ],
};

const NEVER_COUNTS = 'the person never counts in this run';
const TWICE = 'the person or the seat has confirmed this arming';
/** `who` sits down as the reviewer instead of `dba`. */
const reviews = (run: Run, who: 'author' | 'dba2' | 'third'): void => {
  run.leave('dba');
  run.sit(who, 'reviewer', 'dba');
};
const onceEach: Claimed = {
  claim: confirmedOnceEach,
  keeps: [
    keeps('again, of the next attempt', THREE, (run) => {
      run.voids(confirmed(run));
      run.confirm(run.arm('second'));
    }),
    keeps('two people from two seats', SIX_EYES, (run) => run.confirm(confirmed(run), 'sre')),
  ],
  breaks: [
    breaks('an author confirms', 'I3', NEVER_COUNTS, THREE, (run) => {
      reviews(run, 'author');
      run.confirm(armed(run), 'author');
    }),
    breaks('an author refuses', 'I3', NEVER_COUNTS, THREE, (run) => {
      reviews(run, 'author');
      run.refuse(armed(run), 'author');
    }),
    breaks('who led before confirms', 'I3', NEVER_COUNTS, THREE, (run) => {
      run.pass('third');
      run.pass('second');
      reviews(run, 'third');
      run.confirm(armed(run), 'third');
    }),
    breaks('the same person twice', 'I3', TWICE, SIX_EYES, (run) => run.confirm(confirmed(run))),
    breaks('another person from the same seat', 'I3', TWICE, THREE, (run) => {
      const arming = confirmed(run);
      reviews(run, 'dba2');
      run.confirm(arming, 'dba2');
    }),
  ],
};

const voids: Claimed = {
  claim: voidedByServerOrAgent,
  keeps: [
    keeps('by the server', THREE, (run) => run.voids(armed(run))),
    keeps('by the agent that armed it', THREE, (run) => run.voids(armed(run), AGENT)),
  ],
  breaks: [
    breaks('by another agent', 'I9', 'it is not its actor’s to call void', THREE, (run) =>
      run.voids(armed(run), OTHER_AGENT),
    ),
  ],
};

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

const RELIES = 'it does not rely on the confirmations of this arming, each once';
const enough: Claimed = {
  claim: keyedOnEnough,
  keeps: [
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
      const arming = run.arm('shards', { wave: { items: ['item-1'], of: 4 } });
      run.confirm(arming);
      run.key(arming);
      run.end(run.start(arming, 'item-1'));
      const rest = run.arm('shards', { wave: { items: ['item-2', 'item-3', 'item-4'], of: 4 } });
      run.confirm(rest);
      run.key(rest);
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

export const CROSS_CHECK: readonly Claimed[] = [astray, byLead, fromSeats, onceEach, voids, order, enough, start];
