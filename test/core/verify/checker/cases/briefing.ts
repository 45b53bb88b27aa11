/** Histories for the claims about what is asked; `BRIEFED` asks and polls before its one step, and asks once more after it. */
import type { Runbook } from '../../../../../core/runbook/runbook.ts';
import { answeredByWhomItAsks, polledInTurn, waivedOnce } from '../../../../../core/verify/checker/briefing.ts';
import { breaks, type Claimed, keeps } from '../case.ts';
import { BRIEFED, PARALLEL, THREE, withStep } from '../runbooks.ts';
import type { Run } from '../story.ts';

/** Everything that comes before the first step. */
const briefed = (run: Run): void => {
  run.answers();
  run.votes();
};
/** The lead is away, and the deputy sits. */
const stoodIn = (run: Run): void => {
  run.sit('second', 'deputy', 'release-lead');
  run.presence('lost', 'lead');
};
/** A step that may be skipped stands before the gate. */
const MAY_SKIP = withStep(BRIEFED, 'only', { when: 'run.mode == "rehearsal"' });
/** Two questions after the last step; a deputy of several roles, and a verifier who need not be there. */
const WIDER: Runbook = {
  ...BRIEFED,
  crew: {
    ...BRIEFED.crew,
    verifier: { roles: ['sre'], optional: true },
    deputy: { roles: ['release-lead', 'sre'], optional: true },
  },
  debrief: [...BRIEFED.debrief, { id: 'next', ask: 'What comes next?', answer: 'text', by: 'lead' }],
};
const NOT_ASKED = 'the question does not ask this person';
const OVER = 'the briefing is over';

const answered: Claimed = {
  claim: answeredByWhomItAsks,
  keeps: [
    keeps('each whom it asks, and again after a fail', BRIEFED, (run) => {
      run.answer('plan', 'lead', { result: 'fail' });
      run.answers();
    }),
    keeps('the deputy for a lead who is away', BRIEFED, (run) => {
      stoodIn(run);
      run.answer('plan', 'second', { seat: 'lead' });
    }),
    keeps('a deputy of several roles', WIDER, (run) => {
      stoodIn(run);
      run.answer('plan', 'second', { seat: 'lead' });
    }),
    keeps('the debrief when all is done', BRIEFED, (run) => {
      briefed(run);
      run.done('only');
      run.answer('report', 'lead');
    }),
  ],
  breaks: [
    breaks('no such question', 'I10', NOT_ASKED, BRIEFED, (run) => run.answer('constructor', 'lead')),
    breaks('of another seat', 'I10', NOT_ASKED, BRIEFED, (run) => run.answer('plan', 'dba')),
    breaks('for another seat', 'I10', NOT_ASKED, BRIEFED, (run) => run.answer('plan', 'dba', { seat: 'lead' })),
    breaks('by somebody without a seat', 'I10', NOT_ASKED, BRIEFED, (run) =>
      run.answer('plan', 'second', { seat: 'lead' }),
    ),
    breaks('by the deputy while the lead is there', 'I10', NOT_ASKED, BRIEFED, (run) => {
      run.sit('second', 'deputy', 'release-lead');
      run.answer('plan', 'second', { seat: 'lead' });
    }),
    breaks('by somebody who need not be there either, while the lead is away', 'I10', NOT_ASKED, WIDER, (run) => {
      run.presence('lost', 'lead');
      run.answer('plan', 'sre', { seat: 'lead' });
    }),
    breaks('by a seat that is not the deputy’s while the lead is away', 'I10', NOT_ASKED, BRIEFED, (run) => {
      run.presence('lost', 'lead');
      run.answer('plan', 'dba', { seat: 'lead' });
    }),
    breaks('after it was waived', 'I10', 'the question is waived', BRIEFED, (run) => {
      run.waive('plan');
      run.answer('plan', 'lead');
    }),
    breaks('after something was armed', 'I10', OVER, BRIEFED, (run) => {
      briefed(run);
      run.arm('only');
      run.answer('plan', 'lead');
    }),
    breaks('after something was skipped', 'I10', OVER, MAY_SKIP, (run) => {
      briefed(run);
      run.skip('only');
      run.answer('plan', 'lead');
    }),
    breaks('the debrief while a step is left', 'I10', 'steps are left to do', WIDER, (run) =>
      run.answer('report', 'lead'),
    ),
  ],
};

const waived: Claimed = {
  claim: waivedOnce,
  keeps: [
    keeps('a question of the briefing, and one of the debrief when all is done', BRIEFED, (run) => {
      run.waive('plan');
      run.waive('leaves');
      run.votes();
      run.done('only');
      run.waive('report');
    }),
  ],
  breaks: [
    breaks('no such question', 'I10', 'there is no such question', BRIEFED, (run) => run.waive('nothing')),
    breaks('twice', 'I10', 'it is waived already', BRIEFED, (run) => {
      run.waive('plan');
      run.waive('plan');
    }),
    breaks('after something was armed', 'I10', OVER, BRIEFED, (run) => {
      briefed(run);
      run.done('only');
      run.waive('plan');
    }),
    breaks('the debrief while a step is left', 'I10', 'steps are left to do', WIDER, (run) => run.waive('report')),
  ],
};

const sides = (run: Run): void => {
  run.done('left');
  run.done('right');
};
const polled: Claimed = {
  claim: polledInTurn,
  keeps: [
    keeps('each seat before the first step, which may change its mind', BRIEFED, (run) => {
      run.vote('go_no_go', 'lead');
      run.vote('go_no_go', 'dba', 'no-go');
      run.vote('go_no_go', 'dba');
      run.vote('go_no_go', 'lead', 'no-go');
    }),
    keeps('a gate once all before it is done', PARALLEL, (run) => {
      sides(run);
      run.vote('agree', 'dba');
      run.vote('agree', 'sre');
      run.done('last');
    }),
    keeps('the deputy for a lead who is away', BRIEFED, (run) => {
      stoodIn(run);
      run.vote('go_no_go', 'second', 'go', 'lead');
    }),
    keeps('an objection that was overridden', BRIEFED, (run) => {
      run.answers();
      run.vote('go_no_go', 'lead');
      run.overridden();
      run.done('only');
    }),
  ],
  breaks: [
    breaks('a seat that it does not ask', 'I10', 'the gate does not ask this person', BRIEFED, (run) =>
      run.vote('go_no_go', 'sre'),
    ),
    breaks('for another seat', 'I10', 'the gate does not ask this person', PARALLEL, (run) => {
      sides(run);
      run.vote('agree', 'dba', 'go', 'verifier');
    }),
    breaks('no such gate', 'I10', 'the gate does not ask this person', THREE, (run) => run.vote('nothing', 'dba')),
    breaks('before its turn', 'I16', 'it is not its turn', PARALLEL, (run) => run.vote('agree', 'dba')),
    breaks('after it was passed', 'I16', 'it is not its turn', PARALLEL, (run) => {
      sides(run);
      run.vote('agree', 'dba');
      run.vote('agree', 'sre');
      run.vote('agree', 'dba', 'no-go');
    }),
    breaks('the opening gate once something is armed', 'I16', 'it is not its turn', BRIEFED, (run) => {
      briefed(run);
      run.arm('only');
      run.vote('go_no_go', 'dba', 'no-go');
    }),
    breaks('go, twice', 'I10', 'the seat has agreed', BRIEFED, (run) => {
      run.vote('go_no_go', 'dba');
      run.vote('go_no_go', 'dba');
    }),
    breaks('go, after its objection was overridden', 'I10', 'the seat has agreed', BRIEFED, (run) => {
      run.overridden();
      run.vote('go_no_go', 'dba');
    }),
  ],
};

export const BRIEFING: readonly Claimed[] = [answered, waived, polled];
