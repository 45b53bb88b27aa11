/** The steps of a runbook as one list: those in order, the children of its `parallel` and their ways back. It knows no run. */
import type { Runbook, Step } from './runbook.ts';

/** Steps as they run forward: a `parallel` is followed by its children. */
export const forwardSteps = (runbook: Pick<Runbook, 'steps'>): Step[] =>
  runbook.steps.flatMap((step) => (step.kind === 'parallel' ? [step, ...step.children] : [step]));

/** Every step that has a place in the run, each followed by its undo step, if it has one. */
export const allSteps = (runbook: Pick<Runbook, 'steps'>): Step[] =>
  forwardSteps(runbook).flatMap((step) => (step.undo ? [step, step.undo.step] : [step]));

/** A step with the steps inside it: children and undo steps. */
export const withInner = (step: Step): Step[] => allSteps({ steps: [step] });

export const stepOf = (runbook: Pick<Runbook, 'steps'>, id: string): Step | undefined =>
  allSteps(runbook).find((step) => step.id === id);

/** The `parallel` that a step is a child of. */
export const parallelOf = (runbook: Pick<Runbook, 'steps'>, id: string): Step | undefined =>
  runbook.steps.find((step) => step.children.some((child) => child.id === id));

/** Steps that have a way back, the last one first: the order of undoing. */
export const undoOrder = (runbook: Pick<Runbook, 'steps'>): Step[] =>
  forwardSteps(runbook)
    .filter((step) => step.undo !== null)
    .reverse();
