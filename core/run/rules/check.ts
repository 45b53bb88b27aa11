/** The small words that every rule is written in. They judge nothing themselves. */
import { fail } from '../../errors.ts';
import { ok, type Result } from '../../result.ts';
import type { RunContext } from '../context.ts';

export type Check = Result<true>;

export const yes: Check = ok(true);
/** The first of some checks that does not hold. */
export const all = (...checks: readonly Check[]): Check => checks.find((check) => !check.ok) ?? yes;
export const later = (why: string): Check => fail('XCK_NOT_NOW', { what: 'this', why });
export const unless = (bad: boolean, check: Check): Check => (bad ? check : yes);
export const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

/** No hold is open or due, and nobody who is needed has gone. */
export function calm(context: RunContext): Check {
  const absent = context.away.filter((seat) => context.runbook.presence.required.includes(seat));
  return all(
    unless(context.holds.length > 0, fail('XCK_HELD', {})),
    unless(context.unheld.length > 0, later(`what went wrong in ${context.unheld[0]?.step} is not held yet`)),
    unless(absent.length > 0, fail('XCK_ABSENT', { seats: absent.join(', ') })),
  );
}

/** The lead is away, or a change of the roster has emptied the seat. */
export const leadless = (context: RunContext): boolean =>
  context.seats['lead'] === undefined || context.away.includes('lead');

export const isLead = (context: RunContext, person: string): boolean => context.seats['lead']?.person === person;
