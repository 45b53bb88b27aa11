/** Drift and nearness on exact decimals: whether a value measured again is still the one that people signed. No floating point. */
import type { DriftRule } from './runbook.ts';

const DECIMAL = /^-?\d+(\.\d+)?$/;
const PERCENT = /^(\d+(?:\.\d+)?)%$/;

const ASCII_SPACE = ' \t\n\r\f\v';

/** Drops ASCII space at both ends; nothing else is forgiven. */
export function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && ASCII_SPACE.includes(text.charAt(from))) from++;
  while (to > from && ASCII_SPACE.includes(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

/** A decimal as an integer number of 10^-scale. */
function scaled(text: string, scale: number): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(scale, '0'));
  return text.startsWith('-') ? -value : value;
}

const places = (text: string): number => text.split('.')[1]?.length ?? 0;
const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** |value − armed|·100 ≤ n·|armed|; false where either is no plain decimal (runbook.md, *Drift*). */
export function within(percent: string, armed: string, value: string): boolean {
  const n = PERCENT.exec(percent)?.[1];
  if (n === undefined || !DECIMAL.test(armed) || !DECIMAL.test(value)) return false;
  const scale = Math.max(places(armed), places(value));
  const [a, x] = [scaled(armed, scale), scaled(value, scale)];
  return abs(x - a) * 100n * 10n ** BigInt(places(n)) <= scaled(n, places(n)) * abs(a);
}

/** (value − armed)·100 > n·|armed|, for a limit: only upward counts. True where it cannot be told, so that nothing unknown goes on. */
export function above(percent: string, armed: string, value: string): boolean {
  if (within(percent, armed, value)) return false;
  if (!DECIMAL.test(armed) || !DECIMAL.test(value)) return true;
  const scale = Math.max(places(armed), places(value));
  return scaled(value, scale) > scaled(armed, scale);
}

/**
 * Whether a value drifted from the one as armed. `holds` is what the probe's expectation says of the new value, null
 * where there is none; under every rule, one that no longer holds is drift.
 */
export function drifted(rule: DriftRule, armed: string, now: string, holds: boolean | null): boolean {
  if (holds === false) return true;
  if (rule === 'expect') return holds !== true;
  if (rule === 'exact') return trimmed(armed) !== trimmed(now);
  return !within(rule.within, trimmed(armed), trimmed(now));
}
