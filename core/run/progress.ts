/** Where a run stands, read off its context: which step's turn it is, what is done, what still must be answered. It changes nothing. */
import type { Question, Runbook, Step } from '../runbook/runbook.ts';
import { undoOrder } from '../runbook/steps.ts';
import { OPENING_GATE, type RunContext, unresolvedItems } from './context.ts';

/** Where one step stands in its own little machine. */
export type Phase = 'ready' | 'armed' | 'keyed' | 'running' | 'failed' | 'unknown' | 'done';

/** Whether nothing more is asked of a step. */
export function isDone(context: RunContext, step: Step): boolean {
  const standing = context.outcomes[step.id];
  if (standing === 'passed' || standing === 'skipped' || standing === 'finished') return true;
  if (step.kind === 'parallel') return step.children.every((child) => isDone(context, child));
  return step.gate !== null && agreed(context, step.id, step.gate);
}

/** Whether every seat has voted go at a gate, or its no-go was overridden. */
export const agreed = (context: RunContext, gate: string, seats: readonly string[]): boolean =>
  seats.every((seat) => ['go', 'overridden'].includes(context.votes[gate]?.[seat] ?? ''));

export function phaseOf(context: RunContext, step: Step): Phase {
  if (isDone(context, step)) return 'done';
  const arming = context.armings[step.id];
  if (arming) return arming.started !== null ? 'running' : arming.keyed !== null ? 'keyed' : 'armed';
  if (unresolvedItems(context, step.id).length > 0) return 'unknown';
  return ['failed', 'not-started'].includes(context.outcomes[step.id] ?? '') ? 'failed' : 'ready';
}

/** Whether anything of a step was ever started that was not surely nothing, in any attempt. */
export const hasStarted = (context: RunContext, step: Step): boolean =>
  context.ran.includes(step.id) || unresolvedItems(context, step.id).length > 0;

/** The undo steps of this run, in the order in which they run. */
export const undoSteps = (context: RunContext): Step[] =>
  undoOrder(context.runbook).flatMap((step) => (step.undo && hasStarted(context, step) ? [step.undo.step] : []));

/** The step whose turn it is: the first of the run, or of the way back, that is not done; null when all are. */
export function turnOf(context: RunContext): Step | null {
  const steps = context.way === 'back' ? undoSteps(context) : context.runbook.steps;
  return steps.find((step) => !isDone(context, step)) ?? null;
}

/** The steps that may be armed now, but for holds and people: the turn, or the children of a `parallel` whose turn it is. */
export function armable(context: RunContext): Step[] {
  const turn = turnOf(context);
  if (!turn || turn.kind === 'gate') return [];
  const steps = turn.kind === 'parallel' ? turn.children : [turn];
  return steps.filter((step) => ['ready', 'failed'].includes(phaseOf(context, step)));
}

/** The seats that a question asks. */
export const askedSeats = (runbook: Runbook, question: Question): string[] =>
  question.by === 'each' ? Object.keys(runbook.crew).filter((seat) => !runbook.crew[seat]?.optional) : [question.by];

export interface Missing {
  readonly question: string;
  readonly seat: string;
}

/** What is still missing of some questions: answered FAIL, or not at all, and not waived. */
export const unanswered = (context: RunContext, questions: readonly Question[]): Missing[] =>
  questions
    .filter(({ id }) => !context.waived.includes(id))
    .flatMap((question) =>
      askedSeats(context.runbook, question)
        .filter((seat) => context.answers[question.id]?.[seat] !== 'pass')
        .map((seat) => ({ question: question.id, seat })),
    );

/** The seats that have not agreed before the first step. */
export const notGo = (context: RunContext): string[] =>
  context.runbook.go_no_go.filter((seat) => !agreed(context, OPENING_GATE, [seat]));

/** Whether anything of the run has been armed, skipped or polled on its way: then the briefing is over. */
export const underWay = (context: RunContext): boolean =>
  Object.keys(context.attempts).length > 0 || Object.keys(context.outcomes).length > 0;

/** Whether all steps are done, or undone, and nothing is under way: the time of the debrief and the close. */
export const allDone = (context: RunContext): boolean =>
  turnOf(context) === null && Object.keys(context.armings).length === 0;
