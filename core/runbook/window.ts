/** When a run may be opened and a step may start, on the clock of a place. It asks no clock itself. */
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import type { Window } from './runbook.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** The clock of a time zone; undefined where nobody knows the zone. */
export function clockOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
}

/** Whether an instant (ms) lies in the window; `to` is not part of it, and a window that ends earlier than it begins ends the next day. */
export function inWindow(window: Window, at: number): Result<boolean> {
  const clock = clockOf(window.timezone);
  if (!clock) return fail('XCK_INPUT', { where: 'window', why: `the time zone ${window.timezone} is unknown` });
  const parts = new Map(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = (DAYS as readonly string[]).indexOf(parts.get('weekday')?.toLowerCase() ?? '');
  const time = `${parts.get('hour')}:${parts.get('minute')}`;
  const { from, to } = window;
  const begins = (on: number): boolean => window.days.some((name) => name === DAYS[on]);
  if (from < to) return ok(begins(day) && from <= time && time < to);
  return ok((begins(day) && from <= time) || (begins((day + 6) % 7) && time < to));
}
