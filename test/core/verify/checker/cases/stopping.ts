/** Histories for the claims about holds. */
import {
  holdsNameTheirStep,
  liftedOnce,
  raisedByWhomItMay,
  updatedByWhomItMay,
} from '../../../../../core/verify/checker/stopping.ts';
import { breaks, type Claimed, keeps } from '../case.ts';
import { PARALLEL, THREE } from '../runbooks.ts';

const raised: Claimed = {
  claim: raisedByWhomItMay,
  keeps: [
    keeps('a person stops it, the server finds somebody gone', THREE, (run) => {
      run.hold('person', undefined, 'sre');
      run.hold('presence');
    }),
  ],
  breaks: [
    breaks('the server speaks as a person', 'I9', 'its cause is not its actor’s to name', THREE, (run) =>
      run.hold('person'),
    ),
    breaks('a person speaks as a rule', 'I9', 'its cause is not its actor’s to name', THREE, (run) =>
      run.hold('runbook', undefined, 'dba'),
    ),
  ],
};

const WRONG_STEP = 'it does not name the step that it is about';
const named: Claimed = {
  claim: holdsNameTheirStep,
  keeps: [
    keeps('what failed', THREE, (run) => run.fails('first')),
    keeps('what did not start', THREE, (run) => {
      run.end(run.begin('first'), 'not-started');
      run.hold('failed', 'first');
    }),
    keeps('what nobody saw end', THREE, (run) => {
      run.end(run.begin('first'), 'unknown');
      run.hold('unknown', 'first');
    }),
    keeps('whose turn it is', THREE, (run) => run.hold('person', 'first', 'dba')),
    keeps('what is armed, and none', THREE, (run) => {
      run.arm('first');
      run.hold('differed', 'first');
      run.hold('person', undefined, 'dba');
    }),
    keeps('one of two side by side that is armed while the other is done', PARALLEL, (run) => {
      run.arm('right');
      run.done('left');
      run.hold('person', 'right', 'dba');
    }),
  ],
  breaks: [
    breaks('failed, of a step that did not', 'I9', WRONG_STEP, THREE, (run) => run.hold('failed', 'first')),
    breaks('failed, of no step', 'I9', WRONG_STEP, THREE, (run) => run.hold('failed')),
    breaks('unknown, of a step that failed', 'I9', WRONG_STEP, THREE, (run) => {
      run.end(run.begin('first'), 'failed');
      run.hold('unknown', 'first');
    }),
    breaks('differed, of no step', 'I9', WRONG_STEP, THREE, (run) => {
      run.arm('first');
      run.hold('differed');
    }),
    breaks('a later step', 'I9', WRONG_STEP, THREE, (run) => run.hold('person', 'second', 'dba')),
    breaks('a step that is done', 'I9', WRONG_STEP, THREE, (run) => {
      run.done('first');
      run.hold('person', 'first', 'dba');
    }),
  ],
};

const updated: Claimed = {
  claim: updatedByWhomItMay,
  keeps: [
    keeps('conditions by the raiser and by the lead, met by their seats', THREE, (run) => {
      const hold = run.hold('person', undefined, 'dba');
      run.update(hold, 'dba', { conditions: { quiet: 'verifier' }, stance: 'dissent' });
      run.update(hold, 'lead', { conditions: { quiet: 'verifier', copied: 'lead' }, met: ['copied'] });
      run.update(hold, 'sre', { met: ['quiet'] });
      run.update(hold, 'sre', { next_update: 5 });
    }),
  ],
  breaks: [
    breaks('it is lifted', 'I9', 'the hold is not open', THREE, (run) => {
      const hold = run.hold('person', undefined, 'dba');
      run.lift(hold);
      run.update(hold, 'dba', { next_update: 5 });
    }),
    breaks('another takes a stance', 'I9', 'the person did not raise it', THREE, (run) =>
      run.update(run.hold('person', undefined, 'dba'), 'lead', { stance: 'agree' }),
    ),
    breaks('another sets conditions', 'I9', 'the person neither raised it nor leads', THREE, (run) =>
      run.update(run.hold('person', undefined, 'dba'), 'sre', { conditions: { quiet: 'verifier' } }),
    ),
    breaks('a condition of nobody', 'I9', 'a condition belongs to no seat', THREE, (run) =>
      run.update(run.hold('person', undefined, 'dba'), 'dba', { conditions: { quiet: 'constructor' } }),
    ),
    breaks('met by another seat', 'I9', 'the condition is not the person’s to meet', THREE, (run) => {
      const hold = run.hold('person', undefined, 'dba');
      run.update(hold, 'dba', { conditions: { quiet: 'verifier' } });
      run.update(hold, 'dba', { met: ['quiet'] });
    }),
    breaks('a condition that nobody set', 'I9', 'the condition is not the person’s to meet', THREE, (run) =>
      run.update(run.hold('person', undefined, 'dba'), 'dba', { met: ['quiet'] }),
    ),
  ],
};

const CANNOT = 'the hold cannot be lifted';
const lifted: Claimed = {
  claim: liftedOnce,
  keeps: [
    keeps('its conditions are met', THREE, (run) => {
      const hold = run.hold('person', undefined, 'dba');
      run.update(hold, 'dba', { conditions: { quiet: 'verifier' } });
      run.update(hold, 'sre', { met: ['quiet'] });
      run.lift(hold);
    }),
    keeps('a condition stays met where it is set again for the same seat', THREE, (run) => {
      const hold = run.hold('person', undefined, 'dba');
      run.update(hold, 'dba', { conditions: { quiet: 'verifier' } });
      run.update(hold, 'sre', { met: ['quiet'] });
      run.update(hold, 'dba', { conditions: { quiet: 'verifier' } });
      run.lift(hold);
    }),
    keeps('another one, while nobody knows how a step ended', THREE, (run) => {
      run.end(run.begin('first'), 'unknown');
      run.hold('unknown', 'first');
      run.lift(run.hold('person', 'first', 'dba'));
    }),
    keeps('of an end that people say was a failure', THREE, (run) => {
      const outcome = run.end(run.begin('first'), 'unknown');
      const hold = run.hold('unknown', 'first');
      run.resolve(outcome, 'failed');
      run.lift(hold);
    }),
    keeps('of a failure that may be tried again', THREE, (run) => run.lift(run.fails('first'))),
  ],
  breaks: [
    breaks('a condition is not met', 'I9', CANNOT, THREE, (run) => {
      const hold = run.hold('person', undefined, 'dba');
      run.update(hold, 'dba', { conditions: { quiet: 'verifier' } });
      run.lift(hold);
    }),
    breaks('a condition went to another seat after it was met', 'I9', CANNOT, THREE, (run) => {
      const hold = run.hold('person', undefined, 'dba');
      run.update(hold, 'dba', { conditions: { quiet: 'verifier' } });
      run.update(hold, 'sre', { met: ['quiet'] });
      run.update(hold, 'dba', { conditions: { quiet: 'lead' } });
      run.lift(hold);
    }),
    breaks('a condition is set again, and still not met', 'I9', CANNOT, THREE, (run) => {
      const hold = run.hold('person', undefined, 'dba');
      run.update(hold, 'dba', { conditions: { quiet: 'verifier' } });
      run.update(hold, 'dba', { conditions: { quiet: 'verifier' } });
      run.lift(hold);
    }),
    breaks('of an end that people say was a failure, which has to be decided', 'I9', CANNOT, THREE, (run) => {
      run.done('first');
      const outcome = run.end(run.begin('second', true), 'unknown');
      const hold = run.hold('unknown', 'second');
      run.resolve(outcome, 'failed');
      run.lift(hold);
    }),
    breaks('of a failure that has to be decided', 'I9', CANNOT, THREE, (run) => {
      run.done('first');
      run.lift(run.fails('second', true));
    }),
    breaks('of an end that nobody saw', 'I9', CANNOT, THREE, (run) => {
      run.end(run.begin('first'), 'unknown');
      run.lift(run.hold('unknown', 'first'));
    }),
  ],
};

export const STOPPING: readonly Claimed[] = [raised, named, updated, lifted];
