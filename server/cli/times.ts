/** Instants as people type them: a time with its zone, or how long from now. A time without a zone is refused, never guessed. */
import { ms } from '../../core/runbook/units.ts';
import { usage } from './exits.ts';

const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970 of `2026-11-20T22:00Z`, or of now and `90m`. */
export function instantOf(text: string, now: number, option: string): number {
  const lasts = /^[1-9]\d{0,5}(ms|s|m|h|d)$/.test(text) ? ms(text) : null;
  if (lasts !== null) return now + lasts;
  const at = INSTANT.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(at))
    throw usage(`--${option} ${text} is no time.`, 'Write a time with its zone, 2026-11-20T22:00Z, or 90m, 2h, 1d.');
  return at;
}
