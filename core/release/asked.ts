/** What a seat is still asked in a run, from its questions to its steps. It tells nothing that is blind, and escapes nothing: that is for whoever shows it. */

import { OPENING_GATE, type RunContext } from '../run/context.ts';
import { isDone, undoSteps } from '../run/progress.ts';
import type { Step } from '../runbook/runbook.ts';
import { forwardSteps } from '../runbook/steps.ts';
import { questionsFor } from './briefing.ts';

/** Everything that a seat is still asked, in the order in which it comes. */
export function askedOf(context: RunContext, seat: string): string[] {
  const { runbook, way, votes } = context;
  const questions = questionsFor(context, seat).filter(({ status }) => status === 'NOT RUN' || status === 'FAIL');
  const line = ({ question, status }: (typeof questions)[number]) =>
    `${question.id} (a ${question.answer}${status === 'FAIL' ? ', answered FAIL' : ''}): ${question.ask}`;
  const isBriefing = ({ question }: (typeof questions)[number]) => runbook.briefing.includes(question);
  const polled = runbook.go_no_go.includes(seat) && votes[OPENING_GATE]?.[seat] === undefined;
  const steps = (way === 'back' ? undoSteps(context) : forwardSteps(runbook)).filter((step) => !isDone(context, step));
  return [
    ...questions.filter(isBriefing).map(line),
    ...(polled ? ['go or no-go before the first step'] : []),
    ...steps.flatMap((step) => inStep(step, seat)),
    ...questions.filter((one) => !isBriefing(one)).map(line),
  ];
}

function inStep({ id, title, gate, manual, by, eyes, challenge }: Step, seat: string): string[] {
  const asks = challenge.filter((one) => one.by === seat).map(({ ask }) => ask);
  return [
    ...(gate?.includes(seat) ? [`go or no-go at ${id}: ${title}`] : []),
    ...(manual?.by === seat ? [`to do by hand and attest ${id}: ${title}`] : []),
    ...(eyes > 2 && by.includes(seat)
      ? [`to cross-check ${id}: ${title}${asks.length > 0 ? `; blind: ${asks.join(' ')}` : ''}`]
      : []),
    ...(eyes > 2 && seat === 'lead' ? [`to arm and key ${id}: ${title}`] : []),
  ];
}
