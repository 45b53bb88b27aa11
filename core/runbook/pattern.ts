/** Patterns of inputs: ECMAScript's, cut down to those that answer soon. The whole value must match. */
import type { Flaw } from './cel.ts';

const MOST_REPEATS = 3;

/** Escapes and classes, whose signs mean themselves. */
const LITERAL = /\\(?:[pPu]\{[^}]*\}|.)|\[(?:[^\]\\]|\\.)*\]/gu;

/** Why a pattern cannot be used; undefined where it can. An engine can take for ever over a group that repeats inside a repeat. */
export function patternFlaw(pattern: string): Flaw | undefined {
  if (!compiles(pattern)) return { why: 'it is not a regular expression', mend: 'Correct it.' };
  const bare = pattern.replace(LITERAL, 'x');
  if (/\(\?[=!<]|\\[1-9k]/u.test(pattern))
    return { why: 'it looks around or back', mend: 'Say what the value is, from its beginning to its end.' };
  if (repeatsGroup(bare))
    return { why: 'it repeats a group that repeats or chooses', mend: 'Use a class such as [a-z0-9_-]+ instead.' };
  const repeats = bare.match(/[*+]|\{\d+,\d*\}/gu)?.length ?? 0;
  return repeats > MOST_REPEATS || /\{[^}]*\d{4}/u.test(bare)
    ? { why: 'it repeats too often', mend: 'Make it simpler, or use an enum.' }
    : undefined;
}

/** Whether the whole value matches; a pattern that cannot be used matches nothing. */
export const matchesWhole = (pattern: string, value: string): boolean =>
  patternFlaw(pattern) === undefined && new RegExp(`^(?:${pattern})$`, 'u').test(value);

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') !== undefined;
  } catch {
    return false;
  }
}

function repeatsGroup(bare: string): boolean {
  const open: number[] = [];
  for (let at = 0; at < bare.length; at++) {
    if (bare[at] === '(') open.push(at);
    if (bare[at] !== ')') continue;
    const body = bare.slice((open.pop() ?? 0) + 1, at).replace(/^\?:/u, '');
    if (/[*+{]/u.test(bare[at + 1] ?? '') && /[(*+{|?]/u.test(body)) return true;
  }
  return false;
}
