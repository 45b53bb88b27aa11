/** Times, durations and foreign text as people read them; foreign text never comes out with an invisible character. */

const two = (value: number): string => String(value).padStart(2, '0');

/** `13:04:31`, UTC. */
export const utc = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
/** `2026-11-19 13:04:31`, UTC. */
export const utcDay = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** `2026-11-19 13:04`, UTC, as `instantOf` reads it back. */
export const utcMinute = (ms: number): string => utcDay(ms).slice(0, 16);

const DAY_MS = 86_400_000;
const DAY_TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)Z?$/;

/** The instant of `2026-11-19 13:04` or of the next `13:04` in UTC; undefined where it is neither. */
export function instantOf(text: string, now: number): number | undefined {
  const given = text.trim();
  if (/^\d{2}:\d{2}$/.test(given)) {
    const today = Date.parse(`${utcDay(now).slice(0, 10)}T${given}:00Z`);
    return Number.isNaN(today) ? undefined : today <= now ? today + DAY_MS : today;
  }
  const [, day, time] = DAY_TIME.exec(given) ?? [];
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T${time}Z`);
  // The calendar must have the day: 31 April would roll over into May.
  return Number.isNaN(at) || utcDay(at).slice(0, 10) !== day ? undefined : at;
}

/** The reader's own clock and the name of their zone's city. */
export function local(ms: number): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const time = new Date(ms).toLocaleTimeString('en-GB', { hour12: false });
  return `${time} ${(zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')}`;
}

/** `2:39`, `1:47:46`; never below zero. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `55 min`, `14 days`, `30 s`. */
export function about(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}

/** `1.2 MB (1234567 bytes)` */
export const bytes = (n: number): string =>
  n < 1000 ? `${n} bytes` : `${n < 1e6 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`} (${n} bytes)`;

const writtenOut = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Surrogate}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;

/** Foreign text with everything that shows nothing, moves the cursor or turns the direction written out as `\u{…}`. */
export const visible = (text: string): string => text.replace(HIDDEN, writtenOut);

/** What runs, in ASCII: every other UTF-16 unit as `\u` and four digits, as in the statement. */
export const ascii = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** `one`, `2` … small numbers as words where a sentence starts with them. */
export const counted = (n: number, one: string, many: string): string =>
  `${n === 1 ? 'one' : n} ${n === 1 ? one : many}`;
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const ordinal = (n: number): string => ['', 'first', 'second', 'third', 'fourth'][n] ?? `${n}th`;
