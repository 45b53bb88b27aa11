/** Rules of questions and polls: who is asked, when, and that nothing is armed before they are answered. */
import { enough, runDemand } from '../../approval/quorum.ts';
import { fail } from '../../errors.ts';
import type { Question } from '../../runbook/runbook.ts';
import { type EventOf, OPENING_GATE, type RunContext, seatOf } from '../context.ts';
import { agreed, allDone, askedSeats, notGo, turnOf, unanswered, underWay } from '../progress.ts';
import { all, type Check, later, leadless, unless, yes } from './check.ts';
import { collected } from './collected.ts';

const questionOf = ({ runbook }: RunContext, id: string): Question | undefined =>
  [...runbook.briefing, ...runbook.debrief].find((question) => question.id === id);

/** The briefing is over once anything has been armed, the debrief begins when everything is done. */
function inTime(context: RunContext, id: string): Check {
  const debrief = context.runbook.debrief.some((question) => question.id === id);
  if (debrief) return allDone(context) ? yes : later('the debrief is asked after the last step');
  return underWay(context) ? later('the briefing is over') : yes;
}

/** A deputy stands in for a lead who is away: any optional seat of the lead's roles. */
function standsIn(context: RunContext, seat: string, person: string): boolean {
  const crew = context.runbook.crew[seatOf(context, person) ?? ''];
  const roles = context.runbook.crew['lead']?.roles ?? [];
  return (
    seat === 'lead' && leadless(context) && crew?.optional === true && crew.roles.some((role) => roles.includes(role))
  );
}

const speaksFor = (context: RunContext, seat: string, person: string): Check =>
  context.seats[seat]?.person === person || standsIn(context, seat, person) ? yes : fail('XCK_NOT_SEATED', {});

export function mayAnswerQuestion(context: RunContext, event: EventOf<'briefing.answered'>): Check {
  const question = questionOf(context, event.question);
  if (!question) return fail('XCK_UNKNOWN', { what: 'question', name: event.question });
  const seats = askedSeats(context.runbook, question);
  return all(
    unless(!seats.includes(event.seat), fail('XCK_SEAT', { seat: event.seat, needed: seats.join(' or ') })),
    speaksFor(context, event.seat, event.actor),
    unless(context.waived.includes(event.question), later('the question is waived')),
    inTime(context, event.question),
  );
}

export function mayWaive(context: RunContext, event: EventOf<'briefing.waived'>): Check {
  const signers = collected(context, 'waive', context.opened, event);
  if (!signers) return fail('XCK_STALE', { act: 'waive' });
  return all(
    unless(!questionOf(context, event.question), fail('XCK_UNKNOWN', { what: 'question', name: event.question })),
    unless(context.waived.includes(event.question), later('the question is waived')),
    inTime(context, event.question),
    unless(!signers.some((one) => one.seat === 'lead'), fail('XCK_LEAD', { act: 'sign the waiver' })),
    enough(runDemand(context.runbook), context, signers),
  );
}

/** The gate before the first step is open until that is armed, a gate of the runbook while it is its turn. */
export function mayPoll(context: RunContext, event: EventOf<'gate.polled'>): Check {
  const turn = turnOf(context);
  const opening = event.gate === OPENING_GATE;
  const seats = opening ? context.runbook.go_no_go : turn?.id === event.gate ? (turn.gate ?? []) : [];
  return all(
    unless(seats.length === 0, later(`the gate ${event.gate} is not polled`)),
    unless(!seats.includes(event.seat), fail('XCK_SEAT', { seat: event.seat, needed: seats.join(' or ') })),
    speaksFor(context, event.seat, event.actor),
    opening ? unless(underWay(context), later('the briefing is over')) : briefed(context),
    unless(agreed(context, event.gate, [event.seat]) && event.vote === 'go', fail('XCK_TWICE', {})),
  );
}

/** Checks I10: every question is answered or waived, and every seat that is polled has said go. */
export function briefed(context: RunContext): Check {
  const open = unanswered(context, context.runbook.briefing);
  const silent = notGo(context);
  const what = [
    ...open.map(({ question, seat }) => `${question} by ${seat}`),
    ...silent.map((seat) => `go by ${seat}`),
  ].join(', ');
  return what === '' ? yes : fail('XCK_BRIEFING', { missing: what });
}

/** Checks that every question of the debrief is answered or waived. */
export function debriefed(context: RunContext): Check {
  const open = unanswered(context, context.runbook.debrief);
  const missing = open.map(({ question, seat }) => `${question} by ${seat}`).join(', ');
  return missing === '' ? yes : fail('XCK_BRIEFING', { missing });
}
