/** Histories for the claims about decisions, deviations and the way back. */
import {
  backOnlyWhereItLeads,
  decidedAtRest,
  deviatesInTurn,
  forwardPassesTheFailed,
} from '../../../../../core/verify/checker/ways.ts';
import { stepWith } from '../../../../helpers/context.ts';
import { breaks, type Claimed, keeps } from '../case.ts';
import { CLOCKED, PARALLEL, THREE, withStep } from '../runbooks.ts';
import type { Run } from '../story.ts';

/** The second step failed and is held for it. */
const failed = (run: Run): string => {
  run.done('first');
  return run.fails('second', true);
};
/** The second step failed, and `second-undo` is what is left. */
const back = (run: Run): void => {
  run.decide(failed(run), 'back');
};
const held = (run: Run): string => run.hold('person', undefined, 'dba');

const decided: Claimed = {
  claim: decidedAtRest,
  keeps: [
    keeps('back', THREE, back),
    keeps('back, whatever the conditions', THREE, (run) => {
      const hold = held(run);
      run.update(hold, 'dba', { conditions: { quiet: 'verifier' } });
      run.decide(hold, 'back');
    }),
    keeps('before the end of a step that nobody saw', THREE, (run) => {
      run.decide(held(run), 'forward');
      run.end(run.begin('first'), 'unknown');
      run.hold('unknown', 'first');
    }),
    keeps('forward, with its conditions met', THREE, (run) => {
      const hold = failed(run);
      run.update(hold, 'lead', { conditions: { quiet: 'verifier' } });
      run.update(hold, 'sre', { met: ['quiet'] });
      run.decide(hold, 'forward', { step: 'second' });
    }),
  ],
  breaks: [
    breaks(
      'a hold that was lifted',
      'I9',
      'the hold is not open',
      THREE,
      (run) => {
        const hold = held(run);
        run.lift(hold);
        run.decide(hold, 'back');
      },
      ['there is nothing here to decide', 'there is nothing here to decide'],
    ),
    breaks('forward, with a condition unmet', 'I9', 'the conditions of the hold are not met', THREE, (run) => {
      const hold = held(run);
      run.update(hold, 'dba', { conditions: { quiet: 'verifier' } });
      run.decide(hold, 'forward');
    }),
    breaks('while something is armed', 'I16', 'something is armed or running', THREE, (run) => {
      run.arm('first');
      run.decide(run.hold('person', 'first', 'dba'), 'back');
    }),
    breaks('while nobody knows how a step ended', 'I11', 'nobody knows yet how a step ended', THREE, (run) => {
      run.end(run.begin('first'), 'unknown');
      run.decide(run.hold('unknown', 'first'), 'back');
    }),
    breaks('again, while it is being undone', 'I16', 'the run is being undone already', THREE, (run) => {
      back(run);
      run.decide(held(run), 'forward');
    }),
    breaks('its content says another way', 'I15', 'what was decided cannot be read', THREE, (run) =>
      run.decide(held(run), 'back', {}, { way: 'forward' }),
    ),
    breaks('back, with a change', 'I15', 'what was decided cannot be read', THREE, (run) =>
      run.decide(held(run), 'back', {}, { deviation: { before: null, inputs: null, reason: 'So', steps: null } }),
    ),
    breaks('forward, without a test', 'I15', 'what was decided cannot be read', THREE, (run) =>
      run.decide(held(run), 'forward', {}, { test: '' }),
    ),
  ],
};

const STUCK = withStep(THREE, 'first', { irreversible: true });
/** Undoing `first` needs the hour that its start begins. */
const LIMITED = withStep(CLOCKED, 'first', {
  undo: { from: null, reason: 'It is a copy', takes_ms: null, step: stepWith({ id: 'first-undo', while: ['raw'] }) },
});

const leadsBack: Claimed = {
  claim: backOnlyWhereItLeads,
  keeps: [
    keeps('before anything irreversible ran', STUCK, (run) => {
      run.end(run.begin('first'), 'not-started');
      run.decide(run.hold('failed', 'first'), 'back');
    }),
    keeps('while the clock of the way back runs', LIMITED, (run) => {
      run.done('first');
      run.decide(held(run), 'back');
    }),
  ],
  breaks: [
    breaks('it passes a step', 'I16', 'it passes a step', THREE, (run) =>
      run.decide(failed(run), 'back', { step: 'second' }),
    ),
    breaks('after an irreversible step', 'I16', 'there is no way back from first', STUCK, (run) => {
      run.done('first');
      run.decide(held(run), 'back');
    }),
    breaks('after an irreversible step that failed', 'I16', 'there is no way back from first', STUCK, (run) =>
      run.decide(run.fails('first'), 'back'),
    ),
    breaks('after the clock', 'I16', 'a clock of the way back has run out', LIMITED, (run) => {
      run.done('first');
      run.now += 3_600_000;
      run.clock();
      run.decide(held(run), 'back');
    }),
  ],
};

const OTHER = 'it does not pass the step that failed';
const passes: Claimed = {
  claim: forwardPassesTheFailed,
  keeps: [
    keeps('the step that failed', THREE, (run) => {
      run.decide(failed(run), 'forward', { step: 'second' });
      run.arm('third');
    }),
    keeps('none, where nothing failed', THREE, (run) => run.decide(held(run), 'forward')),
    keeps('none, where it only did not start', THREE, (run) => {
      run.end(run.begin('first'), 'not-started');
      run.decide(run.hold('failed', 'first'), 'forward');
    }),
  ],
  breaks: [
    breaks('none, where one failed', 'I16', OTHER, THREE, (run) => run.decide(failed(run), 'forward')),
    breaks('another', 'I16', OTHER, THREE, (run) => run.decide(failed(run), 'forward', { step: 'third' })),
    breaks('one, where nothing failed', 'I16', OTHER, THREE, (run) =>
      run.decide(run.hold('person', 'first', 'dba'), 'forward', { step: 'first' }),
    ),
  ],
};

const EXTRA = { id: 'index', title: 'Add the index', run: ['echo', 'index'], timeout: '1m' };
const change = (fields: object = {}, step: object = {}) => ({
  before: 'first',
  inputs: null,
  reason: 'It was missed',
  steps: [{ ...EXTRA, ...step }],
  ...fields,
});
const NOT_THERE = 'its steps do not stand before the one whose turn it is';
const BUSY = 'something is armed or running';
const CANNOT = 'index cannot be inserted';

const deviates: Claimed = {
  claim: deviatesInTurn,
  keeps: [
    keeps('before the next step, which waits for it', THREE, (run) => {
      run.deviate(change());
      run.done('index', true);
      run.arm('first');
    }),
    keeps('at the end, when all is done', THREE, (run) => {
      run.done('first');
      run.done('second', true);
      run.done('third');
      run.deviate(change({ before: null }));
      run.arm('index');
    }),
    keeps('with the decision to go forward, before the step after the failed one', THREE, (run) => {
      run.decide(failed(run), 'forward', { step: 'second' }, { deviation: change({ before: 'third' }) });
      run.arm('index');
    }),
  ],
  breaks: [
    breaks('it cannot be read', 'I15', 'what was changed cannot be read', THREE, (run) =>
      run.deviate(change({ before: 1 })),
    ),
    breaks('its inputs are a text', 'I15', 'what was changed cannot be read', THREE, (run) =>
      run.deviate(change({ inputs: 'table' })),
    ),
    breaks('its inputs are a list', 'I15', 'what was changed cannot be read', THREE, (run) =>
      run.deviate(change({ inputs: [] })),
    ),
    breaks('a step that cannot be read', 'I15', 'what was changed cannot be read', THREE, (run) =>
      run.deviate(change({}, { cross_check: null })),
    ),
    breaks('before a later step', 'I15', NOT_THERE, THREE, (run) => run.deviate(change({ before: 'second' }))),
    breaks('at the end, when a step is left', 'I15', NOT_THERE, THREE, (run) => run.deviate(change({ before: null }))),
    breaks('while something is armed', 'I15', BUSY, THREE, (run) => {
      run.arm('first');
      run.deviate(change());
    }),
    breaks('between two side by side', 'I15', BUSY, PARALLEL, (run) => {
      run.done('left');
      run.deviate(change({ before: 'both' }));
    }),
    breaks('while nobody knows how a step ended', 'I11', 'nobody knows yet how a step ended', THREE, (run) => {
      run.end(run.begin('first'), 'unknown');
      run.hold('unknown', 'first');
      run.deviate(change());
    }),
    breaks('while it is being undone', 'I15', 'the run is being undone', THREE, (run) => {
      back(run);
      run.deviate(change({ before: 'second' }));
    }),
    breaks('a step that there is', 'I15', 'there is a step third already', THREE, (run) =>
      run.deviate(change({}, { id: 'third' })),
    ),
    breaks('the same step twice', 'I15', 'there is a step index already', THREE, (run) =>
      run.deviate(change({ steps: [EXTRA, EXTRA] })),
    ),
    breaks('an inserted gate', 'I15', CANNOT, THREE, (run) =>
      run.deviate(change({ steps: [{ id: 'index', title: 'Agree', gate: { of: ['reviewer'] } }] })),
    ),
    breaks('a step with a way back', 'I15', CANNOT, THREE, (run) =>
      run.deviate(change({}, { undo: { reason: 'It is a copy', run: ['echo', 'undone'] } })),
    ),
    breaks('a step that nobody checks', 'I15', CANNOT, THREE, (run) =>
      run.deviate(change({}, { cross_check: { eyes: 2 } })),
    ),
    breaks('a step that a seat of nobody checks', 'I15', 'a seat of index does not exist', THREE, (run) =>
      run.deviate(change({}, { cross_check: { by: ['reviewer', 'constructor'] } })),
    ),
    breaks('no such input', 'I15', 'there is no such input', THREE, (run) =>
      run.deviate(change({ inputs: { table: 'users' } })),
    ),
  ],
};

export const WAYS: readonly Claimed[] = [decided, leadsBack, passes, deviates];
