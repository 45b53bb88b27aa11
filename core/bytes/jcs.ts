/** Canonical JSON (RFC 8785): one writer, and a reader that never takes bytes which the writer would not have written. */
import { fail, type Refusal } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { fromUtf8, utf8 } from './encoding.ts';

// In unicode mode a surrogate pair is one character, so this finds lone surrogates only.
const LONE_SURROGATE = /\p{Surrogate}/u;

function quote(text: string): string {
  if (LONE_SURROGATE.test(text)) throw new TypeError('a lone surrogate has no canonical form');
  return JSON.stringify(text);
}

function members(object: Readonly<Record<string, unknown>>): string {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('only plain objects are JSON');
  // Sorting by UTF-16 code units, RFC 8785 §3.2.3, is what sort() does.
  const parts = Object.keys(object)
    .sort()
    .map((key) => `${quote(key)}:${jcs(object[key])}`);
  return `{${parts.join(',')}}`;
}

/**
 * The RFC 8785 text of a JSON value. Throws a TypeError for what is no JSON: undefined (as a member too), functions,
 * bigints, NaN and infinities, class instances, lone surrogates.
 */
export function jcs(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean' || value === null) return String(value);
  // ECMAScript's own number text is what RFC 8785 §3.2.2.3 prescribes; JSON.stringify also writes -0 as 0.
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  // Array.from visits holes too, so that a sparse array is refused and not written as `[,1]`.
  if (Array.isArray(value)) return `[${Array.from(value, jcs).join(',')}]`;
  if (typeof value === 'object') return members(value as Record<string, unknown>);
  throw new TypeError(`${typeof value} is no JSON value`);
}

/** JCS, then every UTF-16 unit outside 0x20–0x7E as `\u` and 4 lower-case hex digits: JSON inside statements. */
export const asciiJcs = (value: unknown): string =>
  jcs(value).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

export interface CanonicalLimits {
  readonly maxBytes: number;
  /** Levels of containers; the outermost container is 1, a bare scalar 0. */
  readonly maxDepth: number;
  /** Every number must be an integer within ±(2^53−1). */
  readonly integersOnly: boolean;
}

/** What is parsed without a look at its depth first: so little can hurt nobody. */
const SMALL = 65_536;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPEN = new Set(utf8('[{'));
const CLOSE = new Set(utf8(']}'));

/** Whether JSON opens more levels than `depth`: a parser would make objects of millions of brackets before anybody could count them. */
function isTooDeep(bytes: Uint8Array, depth: number): boolean {
  let level = 0;
  let inText = false;
  for (let at = 0; at < bytes.length && level <= depth; at++) {
    const byte = bytes[at] ?? 0;
    if (inText && byte === BACKSLASH) at++;
    else if (byte === QUOTE) inText = !inText;
    else if (!inText && OPEN.has(byte)) level++;
    else if (!inText && CLOSE.has(byte)) level--;
  }
  return level > depth;
}

/** Why the value breaks the limits, or undefined. Stops at the deepest allowed level, so it cannot exhaust the stack. */
function excess(value: unknown, depth: number, integersOnly: boolean): string | undefined {
  if (typeof value === 'number') {
    return integersOnly && !Number.isSafeInteger(value) ? 'it holds a number that is no safe integer' : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === 0) return 'it is nested too deeply';
  for (const item of Object.values(value)) {
    const why = excess(item, depth - 1, integersOnly);
    if (why) return why;
  }
  return undefined;
}

/** Whether the keys of every object in it are sorted. Depth was limited before. */
function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isSorted);
  let before: string | undefined;
  for (const key of Object.keys(value)) {
    if (before !== undefined && key <= before) return false;
    before = key;
    if (!isSorted((value as Record<string, unknown>)[key])) return false;
  }
  return true;
}

/**
 * Whether the value's JCS is the text that it was parsed from. Where keys are sorted and no surrogate is escaped, the
 * engine's own writer is RFC 8785's, and much faster; whatever it does not write alike is written by ours.
 */
const isCanonical = (value: unknown, text: string): boolean =>
  (JSON.stringify(value) === text && !text.includes('\\ud') && isSorted(value)) || jcs(value) === text;

const refused = (why: string): { ok: false; refusal: Refusal } => fail('XCK_BYTES', { what: 'canonical JSON', why });

/**
 * Parses bytes that must equal JCS(parse(bytes)): no spaces, no second spelling, keys sorted and unique. A key
 * `__proto__` stays an ordinary own member, as JSON.parse makes it.
 */
export function parseCanonical(bytes: Uint8Array, limits: CanonicalLimits): Result<unknown> {
  if (bytes.length > limits.maxBytes) return refused(`more than ${limits.maxBytes} bytes`);
  if (bytes.length > SMALL && isTooDeep(bytes, limits.maxDepth)) return refused('it is nested too deeply');
  const text = fromUtf8(bytes);
  if (text === undefined) return refused('it is not UTF-8');
  try {
    const value: unknown = JSON.parse(text);
    const why = excess(value, limits.maxDepth, limits.integersOnly);
    if (why) return refused(why);
    // Decoding was one to one, so comparing texts compares bytes.
    return isCanonical(value, text) ? ok(value) : refused('it is spelled differently');
  } catch {
    return refused('it is not JSON');
  }
}
