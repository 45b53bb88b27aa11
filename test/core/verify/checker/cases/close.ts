/** Histories for the claim about the close. */
import { closedAsWhatItIs } from '../../../../../core/verify/checker/close.ts';
import { breaks, type Claimed, keeps } from '../case.ts';
import { BRIEFED, THREE } from '../runbooks.ts';
import type { Run } from '../story.ts';

function allDone(run: Run): void {
  run.done('first');
  run.done('second', true);
  run.done('third');
}

/** Everything of `BRIEFED` but its debrief. */
function beforeDebrief(run: Run): void {
  run.answers();
  run.votes();
  run.done('only');
}

/** The second step fails and the run is decided to go back, which leaves `second-undo` to do. */
function back(run: Run): void {
  run.done('first');
  run.decide(run.fails('second', true), 'back');
}

const asItIs: Claimed = {
  claim: closedAsWhatItIs,
  keeps: [
    keeps('done, with every step and question', BRIEFED, (run) => {
      beforeDebrief(run);
      run.answer('report', 'lead');
      run.close('done', ['lead', 'sre']);
    }),
    keeps('rolled back, with every way back', THREE, (run) => {
      back(run);
      run.done('second-undo', true);
      run.close('rolled-back');
    }),
    keeps('aborted, where what was armed is void', THREE, (run) => {
      run.voids(run.arm('first'));
      run.close('aborted');
    }),
    keeps('aborted, whatever is left', THREE, (run) => {
      run.fails('first');
      run.close('aborted');
    }),
  ],
  breaks: [
    breaks('rolled back, and went forward', 'I12', 'the run went the other way', THREE, (run) => {
      allDone(run);
      run.close('rolled-back');
    }),
    breaks('done, and went back', 'I12', 'the run went the other way', THREE, (run) => {
      back(run);
      run.done('second-undo', true);
      run.close('done');
    }),
    breaks('done, and a step is left', 'I12', 'steps are left to do', THREE, (run) => {
      run.done('first');
      run.close('done');
    }),
    breaks('rolled back, and a way back is left', 'I12', 'steps are left to do', THREE, (run) => {
      back(run);
      run.close('rolled-back');
    }),
    breaks('done, and held', 'I12', 'a hold is open', THREE, (run) => {
      allDone(run);
      run.hold('person', undefined, 'sre');
      run.close('done');
    }),
    breaks('done, and not debriefed', 'I12', 'the debrief is not complete', BRIEFED, (run) => {
      beforeDebrief(run);
      run.close('done', ['lead', 'sre']);
    }),
  ],
};

export const CLOSE: readonly Claimed[] = [asItIs];
