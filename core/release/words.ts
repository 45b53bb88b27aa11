/** Times, durations and lists as sentences need them, in UTC and English only, so that every reader says the same. */

/** `2026-11-20 22:04:05Z` */
export const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ').concat('Z');

/** `13d 4h`, `4m 10s`: the two largest units that are not zero; never below zero. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const from = parts.findIndex(([count]) => count > 0);
  const shown = from === -1 ? parts.slice(-1) : parts.slice(from, from + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count}${unit}`).join(' ');
}

/** `a`, `a and b`, `a, b and c` */
export const listed = (items: readonly string[], word = 'and'): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;

/** `1 update`, `2 updates` */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** Says a person; without names it is what the log knows them by. */
export type Say = (person: string) => string;
