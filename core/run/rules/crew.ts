/** Rules of seats, presence and the lead. Who counts in a quorum is not said here. */
import { fail } from '../../errors.ts';
import { refIndex } from '../../log/entry.ts';
import { type EventOf, type RunContext, seatOf } from '../context.ts';
import { all, type Check, later, unless, yes } from './check.ts';
import { collected } from './collected.ts';

export function maySit(context: RunContext, event: EventOf<'seat.taken'>): Check {
  const seat = Object.hasOwn(context.runbook.crew, event.seat) ? context.runbook.crew[event.seat] : undefined;
  const holder = context.seats[event.seat];
  const own = seatOf(context, event.actor);
  if (!seat) return fail('XCK_UNKNOWN', { what: 'seat', name: event.seat });
  if (holder) return fail('XCK_SEAT_TAKEN', { seat: event.seat });
  if (own) return fail('XCK_TWO_SEATS', { seat: own });
  if (event.seat === 'lead') return later('the lead is taken over by a signed act');
  const has = seat.roles.includes(event.role) && (context.roles[event.actor] ?? []).includes(event.role);
  return has ? yes : fail('XCK_ROLE', { seat: event.seat, roles: seat.roles.join(' or ') });
}

export function mayLeave(context: RunContext, event: EventOf<'seat.left'>): Check {
  if (context.seats[event.seat]?.person !== event.actor) return fail('XCK_NOT_SEATED', {});
  return event.seat === 'lead' ? later('the lead leaves by handing over or by closing the run') : yes;
}

export function presence(context: RunContext, event: EventOf<'presence.lost' | 'presence.back'>): Check {
  if (context.seats[event.seat]?.person !== event.person) return fail('XCK_NOT_SEATED', {});
  const away = context.away.includes(event.seat);
  return away === (event.type === 'presence.back') ? yes : later('the presence of this seat has not changed');
}

/** Versions of the roster are followed one by one, and only take away; which they take from whom, the verifier computes from the roster. */
export function mayFollow(context: RunContext, { roster, struck }: EventOf<'roster.followed'>): Check {
  const grants = Object.entries(struck).some(([person, roles]) =>
    roles.some((role) => !(context.roles[person] ?? []).includes(role)),
  );
  return all(
    unless(refIndex(roster) !== refIndex(context.roster) + 1, later('it is not the next version of the roster')),
    unless(grants, later('a run grants no role')),
  );
}

/** Checks that a person may become the lead at all: by a role of the seat, and without a confirmation of theirs in this run. */
export function mayLead(context: RunContext, person: string, role: string): Check {
  const roles = context.runbook.crew['lead']?.roles ?? [];
  return all(
    unless(
      !roles.includes(role) || !(context.roles[person] ?? []).includes(role),
      fail('XCK_ROLE', { seat: 'lead', roles: roles.join(' or ') }),
    ),
    unless(context.confirmed.includes(person), fail('XCK_CONFIRMED', {})),
    unless(context.seats['lead']?.person === person, later('this person leads already')),
  );
}

/** Checks a change of the lead: the taker signs, and one present holder of a required seat. It lifts nothing. */
export function mayHandOver(context: RunContext, event: EventOf<'lead.taken'>): Check {
  const signers = collected(context, 'lead', context.last, event);
  if (!signers) return fail('XCK_STALE', { act: 'lead' });
  const { required } = context.runbook.presence;
  const second = signers.some(
    ({ person, seat }) =>
      person !== event.person &&
      required.includes(seat) &&
      context.seats[seat]?.person === person &&
      !context.away.includes(seat),
  );
  return all(
    mayLead(context, event.person, event.role),
    unless(context.lead !== event.from, fail('XCK_STALE', { act: 'lead' })),
    unless(!signers.some(({ person }) => person === event.person), fail('XCK_QUORUM', { missing: 1, seats: 'lead' })),
    unless(!second, fail('XCK_QUORUM', { missing: 1, seats: required.join(' or ') })),
  );
}
