/** Decisions on who sits where and who is there. What a change of the crew voids is written down with it. */
import type { Draft } from '../log/entry.ts';
import type { Result } from '../result.ts';
import type { Command } from './commands.ts';
import type { Draftbook } from './draftbook.ts';
import { contextOf } from './state.ts';

type CrewCommand = Extract<Command, { readonly type: 'join' | 'leave' | 'lost' | 'back' }>;

export function crew(book: Draftbook, command: CrewCommand): Result<unknown> {
  const { type } = command;
  if (type === 'lost') return lost(book, command.seat);
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
