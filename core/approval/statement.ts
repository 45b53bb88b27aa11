/** Statements: the exact text that people and agents sign, one line per fact. A text that differs by a byte is not the statement. */
import { fromUtf8, utf8 } from '../bytes/encoding.ts';
import { asciiJcs } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import { type Act, LINES, type Line, type Lines, MEANING } from '../log/acts.ts';
import { ok, type Result } from '../result.ts';

export const STATEMENT_LIMIT = 16_384;

const INT = '(0|[1-9][0-9]{0,15})';
const SHA = 'sha256:[0-9a-f]{64}';
const ID = '[a-z][a-z0-9_-]{0,63}';
const RUN = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
const TIME = '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z';
const JSON_TEXT = '[\\[{"].*';

/** What a line's value may look like; step-log.md, *Common forms*. */
const FORM_TEXT: Record<Line, string> = {
  origin: '[a-z0-9.:-]{1,260}/log/[0-9a-f]{32}',
  mode: '(live|rehearsal|none)',
  run: `(${RUN}|none)`,
  runbook: SHA,
  step: ID,
  attempt: INT,
  armed: `${INT} ${SHA}`,
  agent: 'a-[0-9a-f]{16}',
  target: JSON_TEXT,
  do: JSON_TEXT,
  action: SHA,
  probes: JSON_TEXT,
  eyes: '(2|4|6)',
  roster: `${INT} ${SHA}`,
  signer: 'p-[0-9a-f]{16}',
  seat: ID,
  role: ID,
  'read-back': JSON_TEXT,
  reason: '".*"',
  confirmations: '\\[.*\\]',
  nonce: '[0-9a-f]{64}',
  tree: `${INT} [A-Za-z0-9+/]{43}=`,
  client: '[a-z]{1,16}/[0-9a-z.-]{1,32}',
  'signed-at': TIME,
  at: TIME,
  'not-after': TIME,
  about: `(${INT} ${SHA}|none)`,
  content: JSON_TEXT,
  key: `(${SHA}|none)`,
  after: `${INT} ${SHA}`,
  started: `${INT} ${SHA}`,
  item: `(item-[1-9][0-9]{0,3}|none)`,
  outputs: `(${SHA}|none)`,
  result: '(finished|failed|not-started|unknown)',
  exit: `(${INT}|SIG[A-Z0-9]{1,10}|none)`,
  output: `(${SHA}|none)`,
  checks: '\\{.*\\}',
  artifact: '(\\{.*\\}|none)',
  meaning: '[ -~]{1,200}',
};

const FORM = Object.fromEntries(
  Object.entries(FORM_TEXT).map(([line, form]) => [line, new RegExp(`^${form}$`)]),
) as Record<Line, RegExp>;

/** Returns the statement's text: header line, then `key SP value LF` in the order of the act's table. */
export function statementText<A extends Act>(act: A, values: Lines<A>): string {
  const lines = LINES[act].map((line) => `${line} ${(values as Record<string, string>)[line]}\n`);
  return `crosscheck-${act}/v1\n${lines.join('')}`;
}

/**
 * Reads a statement of one act: exactly its lines in order, each of its form, bytes 0x20–0x7E and LF, at most
 * 16,384 bytes. Refuses with XCK_STATEMENT naming the first line that is wrong.
 */
export function parseStatement<A extends Act>(act: A, bytes: Uint8Array): Result<Lines<A>> {
  if (bytes.length > STATEMENT_LIMIT)
    return fail('XCK_STATEMENT', { act, why: `longer than ${STATEMENT_LIMIT} bytes` });
  const text = fromUtf8(bytes);
  if (text === undefined || !/^[\n\x20-\x7e]*$/.test(text))
    return fail('XCK_STATEMENT', { act, why: 'a byte outside ASCII' });
  const [header, ...lines] = text.split('\n');
  if (header !== `crosscheck-${act}/v1`)
    return fail('XCK_STATEMENT', { act, why: 'the header line is of another act' });
  const keys = LINES[act];
  if (lines.length !== keys.length + 1 || lines.at(-1) !== '')
    return fail('XCK_STATEMENT', { act, why: `not ${keys.length} lines` });
  const values: Record<string, string> = {};
  for (const [index, key] of keys.entries()) {
    const line = lines[index] as string;
    const value = line.slice(key.length + 1);
    if (!line.startsWith(`${key} `) || !FORM[key].test(value))
      return fail('XCK_STATEMENT', { act, why: `line "${key}" is not of its form` });
    values[key] = value;
  }
  if (act in MEANING && values['meaning'] !== MEANING[act as keyof typeof MEANING])
    return fail('XCK_STATEMENT', { act, why: 'line "meaning" is not this act’s' });
  return ok(values as Lines<A>);
}

/** Checks that a signed statement is byte for byte the one that the log calls for; names the first line that differs. */
export function sameStatement<A extends Act>(act: A, signed: Lines<A>, expected: Lines<A>): Result<true> {
  for (const key of LINES[act]) {
    const [is, should] = [(signed as Record<string, string>)[key], (expected as Record<string, string>)[key]];
    if (is !== should) return fail('XCK_STATEMENT', { act, why: `line "${key}" says ${is}, the log says ${should}` });
  }
  return ok(true);
}

/** The bytes of a statement, which are what is shown, signed and stored. */
export const statementBytes = <A extends Act>(act: A, values: Lines<A>): Uint8Array => utf8(statementText(act, values));

/** Writes milliseconds since 1970 as a statement's time: UTC, floor of seconds. */
export const statementTime = (ms: number): string =>
  new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');

/** Reads a statement's time to milliseconds; undefined where no such instant exists. */
export function statementMs(text: string): number | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || statementTime(ms) !== text ? undefined : ms;
}

/** Reads the JSON of a statement's line; undefined unless it is exactly the canonical ASCII form of what it says. */
export function lineJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return asciiJcs(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}
