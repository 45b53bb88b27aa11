/** Decisions on answers and votes. An objection is a hold in the same transaction. */
import { fail } from '../errors.ts';
import type { Result } from '../result.ts';
import type { Command } from './commands.ts';
import { OPENING_GATE, type RunContext, seatOf } from './context.ts';
import type { Draftbook } from './draftbook.ts';
import { askedSeats, turnOf } from './progress.ts';
import { contextOf } from './state.ts';

type BriefingCommand = Extract<Command, { readonly type: 'answer' | 'poll' }>;

export function briefing(book: Draftbook, command: BriefingCommand): Result<unknown> {
  const context = contextOf(book.state);
  const asked = command.type === 'answer' ? asks(context, command.question) : polls(context, command.gate);
  const own = seatOf(context, command.person);
  if (own === undefined) return fail('XCK_NOT_SEATED', {});
  // A deputy speaks for a lead who is away; the rule says whether they may.
  const seat = asked.includes(own) || !asked.includes('lead') ? own : 'lead';
  return command.type === 'answer' ? answer(book, command, seat) : poll(book, command, seat);
}

function asks({ runbook }: RunContext, id: string): string[] {
  const question = [...runbook.briefing, ...runbook.debrief].find((one) => one.id === id);
  return question ? askedSeats(runbook, question) : [];
}

const polls = (context: RunContext, gate: string): readonly string[] =>
  gate === OPENING_GATE ? context.runbook.go_no_go : (turnOf(context)?.gate ?? []);

const answer = (book: Draftbook, command: Extract<Command, { type: 'answer' }>, seat: string): Result<unknown> =>
  book.put({
    type: 'briefing.answered',
    actor: command.person,
    fields: { question: command.question, seat, result: command.result },
    bodies: { answer: command.answer },
  });

function poll(book: Draftbook, command: Extract<Command, { type: 'poll' }>, seat: string): Result<unknown> {
  const { gate, vote, person, text } = command;
  if (vote === 'no-go' && text === null) return fail('XCK_NOT_NOW', { what: 'a no-go', why: 'it says why' });
  const bodies = text === null ? {} : { bodies: { answer: text } };
  const done = book.put({ type: 'gate.polled', actor: person, fields: { gate, seat, vote }, ...bodies });
  if (!done.ok || vote === 'go') return done;
  return book.hold(person, 'objection', gate === OPENING_GATE ? null : gate, text);
}
