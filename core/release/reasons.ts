/** Why an arming is void, in the words that everybody is told. */
import type { VoidReason } from '../log/tables.ts';

export const VOIDED: Readonly<Record<VoidReason, string>> = {
  agent: 'the agent did not take it',
  clock: 'an undo window that it needs had ended',
  crew: 'the crew changed',
  decided: 'a decision was taken',
  drift: 'a probe had drifted at T-0',
  expired: 'its time was over',
  hold: 'a hold was raised',
  presence: 'somebody who was needed had gone',
  probe: 'a probe could not be measured at T-0',
  rearmed: 'it was armed again',
  refused: 'it was refused',
  roster: 'the roster changed',
  wave: 'an item of its wave did not finish',
  window: 'the release window was closed',
  withdrawn: 'it was withdrawn',
};
