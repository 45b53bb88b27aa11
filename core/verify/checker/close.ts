/** The claim about the close: that it says what became of the run. That nothing is armed then, each signature of it says (acts.ts). */
import { broken, type Claim } from './claim.ts';

/** Checks that a run is called done only once every step and question is, and rolled back only once it was undone. */
export const closedAsWhatItIs: Claim = function* ({ input, timeline, holds, steps, gates }) {
  for (const line of timeline.of('run.closed')) {
    const { result } = line.entry;
    if (result === 'aborted') continue;
    if ((result === 'rolled-back') !== line.at > steps.back) yield broken('I12', line, 'the run went the other way');
    if (!steps.allDone(line.at)) yield broken('I12', line, 'steps are left to do');
    if (holds.anyOpen(line.at)) yield broken('I12', line, 'a hold is open');
    if (gates.unanswered(input.runbook.debrief, line.at).length > 0)
      yield broken('I12', line, 'the debrief is not complete');
  }
};
