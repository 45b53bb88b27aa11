/** Every step of a runbook, by its id: those of the list, the children of a `parallel`, and their ways back. It imports nothing that a page may not. */
import type { Runbook, Step } from './runbook.ts';

/** A step and the steps inside it: the children of its `parallel`, and every undo. */
export const withInner = (step: Step): Step[] =>
  [step, ...step.children].flatMap((one) => (one.undo ? [one, one.undo.step] : [one]));

/** Every step that can ever be armed or polled, in order. */
export const allSteps = (runbook: Pick<Runbook, 'steps'>): Step[] => runbook.steps.flatMap(withInner);

export const stepOf = (runbook: Pick<Runbook, 'steps'>, id: string): Step | undefined =>
  allSteps(runbook).find((step) => step.id === id);
