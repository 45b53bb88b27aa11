/** Histories for the claims about the four eyes; in `THREE` the second step is critical and asks the reviewer. */
import {
  answeredFromTheirSeats,
  armedAndKeyedByLead,
  confirmedByRealKeys,
  confirmedOnceEach,
  nothingIsAstray,
  voidedByServerOrAgent,
} from '../../../../../core/verify/checker/crossCheck.ts';
import { AGENT, IDS, OTHER_AGENT } from '../../../../helpers/told.ts';
import { breaks, type Claimed, keeps } from '../case.ts';
import { BY_HAND, FOR_EVER, SIX_EYES, THREE, WAVES } from '../runbooks.ts';
import type { Run } from '../story.ts';
import { armed, confirmed, keyed } from './confirmed.ts';

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
      const about = { step: 'shards', attempt: 1, started: run.start(run.wave('item-1'), 'item-1'), checks: {} };
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
    keeps('one of two who confirmed withdraws', SIX_EYES, (run) => {
      const arming = confirmed(run);
      run.confirm(arming, 'sre');
      run.withdraw(arming, 'dba');
    }),
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

const realKeys: Claimed = {
  claim: confirmedByRealKeys,
  keeps: [
    keeps('by a key of a page, and it can be undone', THREE, (run) =>
      run.confirm(armed(run), 'dba', { kind: 'browser' }),
    ),
    keeps('by an SSH key, and it cannot be undone', FOR_EVER, (run) => run.confirm(armed(run), 'dba', { kind: 'ssh' })),
  ],
  breaks: [
    breaks(
      'by a key of a page, and it cannot be undone',
      'I3',
      'a key of a page confirms nothing that cannot be undone',
      FOR_EVER,
      (run) => run.confirm(armed(run), 'dba', { kind: 'browser' }),
    ),
  ],
};

export const CROSS_CHECK: readonly Claimed[] = [astray, byLead, fromSeats, onceEach, realKeys, voids];
