/** Durations and sizes as runbooks write them, in ms and bytes. */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, kB: 1000, MB: 1e6, GB: 1e9 };

const measure = (text: string, units: Readonly<Record<string, number>>): number => {
  const [, amount, unit] = /^(\d+)(\D+)$/.exec(text) ?? [];
  return Number(amount) * (units[unit ?? ''] ?? 0);
};

export const ms = (text: string | undefined): number | null => (text === undefined ? null : measure(text, UNIT_MS));
export const bytes = (text: string | undefined): number | null =>
  text === undefined ? null : measure(text, UNIT_BYTES);

/** The same record with other values. */
export const mapValues = <V, W>(
  record: Readonly<Record<string, V>> | undefined,
  each: (value: V) => W,
): Record<string, W> => Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, each(value)]));
