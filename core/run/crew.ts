/** Decisions on who sits where and who is there. What a change of the crew voids is written down with it. */
import type { Draft } from '../log/entry.ts';
import type { Result } from '../result.ts';
import type { Command } from './commands.ts';
import { seatOf } from './context.ts';
import type { Draftbook } from './draftbook.ts';
import { contextOf } from './state.ts';

type CrewCommand = Extract<Command, { readonly type: 'join' | 'leave' | 'lost' | 'back' | 'roster' }>;

export function crew(book: Draftbook, command: CrewCommand): Result<unknown> {
  const { type } = command;
  if (type === 'lost') return lost(book, command.seat);
  if (type === 'roster') return follow(book, command);
  if (type === 'back') {
    const fields = { seat: command.seat, person: holder(book, command.seat) };
    return book.put({ type: 'presence.back', actor: 'server', fields });
  }
  const { person: actor, seat } = command;
  const draft =
    type === 'join'
      ? ({ type: 'seat.taken', actor, fields: { seat, role: command.role } } as const)
      : ({ type: 'seat.left', actor, fields: { seat } } as const);
  const done = book.put(draft as Draft<'seat.taken'>);
  return done.ok ? book.voidedAll('server', 'crew') : done;
}

/** Taking something from somebody of the crew voids what is armed. A lost lead, or a key that another suspended, is a hold as well. */
function follow(book: Draftbook, command: Extract<CrewCommand, { readonly type: 'roster' }>): Result<unknown> {
  const { roster, called } = command;
  const struck = Object.fromEntries(Object.entries(command.struck).map(([person, roles]) => [person, [...roles]]));
  const seats = Object.keys(struck).flatMap((person) => seatOf(contextOf(book.state), person) ?? []);
  const done = book.put({ type: 'roster.followed', actor: 'server', fields: { roster, struck } });
  if (!done.ok || Object.keys(struck).length === 0) return done;
  const holds = seats.includes('lead') || (called && seats.length > 0);
  return holds ? book.hold('server', 'roster', null, null, 'roster') : book.voidedAll('server', 'roster');
}

const holder = (book: Draftbook, seat: string): string => contextOf(book.state).seats[seat]?.person ?? '';

/** A required seat's absence is a hold; anybody's who has confirmed voids the arming. */
function lost(book: Draftbook, seat: string): Result<unknown> {
  const { runbook, armings } = contextOf(book.state);
  const done = book.put({ type: 'presence.lost', actor: 'server', fields: { seat, person: holder(book, seat) } });
  if (!done.ok) return done;
  if (runbook.presence.required.includes(seat)) return book.hold('server', 'presence', null, null, 'presence');
  const confirmed = Object.values(armings).find(({ confirmations }) => confirmations.some((one) => one.seat === seat));
  return confirmed ? book.voided(confirmed.step, 'server', 'presence') : done;
}
