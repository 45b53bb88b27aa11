/** The late joiner's brief: where the run stands, what happened last, and what this person will be asked. No value that is blind is in it. */
import { questionsFor } from '../../core/release/briefing.ts';
import { OPENING_GATE, type RunContext, seatOf } from '../../core/run/context.ts';
import { isDone, undoSteps } from '../../core/run/progress.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Step } from '../../core/runbook/runbook.ts';
import { forwardSteps } from '../../core/runbook/steps.ts';
import type { OpenRun } from './run-client.ts';
import { modeText } from './show.ts';
import { waitingFor } from './standing.ts';
import { entryLine } from './story.ts';
import { clean } from './terminal.ts';

const LAST = 5;

export function briefLines({ folded, names }: OpenRun, person: string): string[] {
  const { state, entries } = folded;
  const context = contextOf(state);
  const seat = seatOf(context, person);
  const told = entries.filter(({ entry }) => !entry.type.startsWith('presence.')).slice(-LAST);
  const asked = seat === undefined ? [] : askedOf(context, seat);
  return [
    `${modeText(state.facts)} ${state.facts.run}: ${clean(context.runbook.title)}. ${waitingFor(state)}`,
    'Last events',
    ...told.map((sealed) => `  ${entryLine(sealed, names)}`),
    seat === undefined ? 'You hold no seat of this run; you can hold it at any time.' : `As ${seat} you will be asked`,
    ...(seat !== undefined && asked.length === 0 ? ['  nothing more'] : asked.map((line) => `  ${line}`)),
  ];
}

/** Everything that a seat is still asked, in the order in which it comes. */
export function askedOf(context: RunContext, seat: string): string[] {
  const { runbook, way, votes } = context;
  const questions = questionsFor(context, seat).filter(({ status }) => status === 'NOT RUN' || status === 'FAIL');
  const line = ({ question, status }: (typeof questions)[number]) =>
    `${question.id} (a ${question.answer}${status === 'FAIL' ? ', answered FAIL' : ''}): ${clean(question.ask)}`;
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
  const asks = challenge.filter((one) => one.by === seat).map(({ ask }) => clean(ask));
  return [
    ...(gate?.includes(seat) ? [`go or no-go at ${id}: ${clean(title)}`] : []),
    ...(manual?.by === seat ? [`to do by hand and attest ${id}: ${clean(title)}`] : []),
    ...(eyes > 2 && by.includes(seat)
      ? [`to cross-check ${id}: ${clean(title)}${asks.length > 0 ? `; blind: ${asks.join(' ')}` : ''}`]
      : []),
    ...(eyes > 2 && seat === 'lead' ? [`to arm and key ${id}: ${clean(title)}`] : []),
  ];
}
