/** Makes bad inputs of good ones: bytes, words and lines changed, moved, repeated and mixed, with a dictionary of what parsers stumble over. */
import { concat, utf8 } from '../../../core/bytes/encoding.ts';
import type { Dice } from '../dice.ts';

const LONGEST = 96 * 1024;

/** Bytes that are no text, and texts that have been trouble somewhere. */
const NASTY: readonly Uint8Array[] = [
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0],
  [0x0d, 0x0a],
  [0x1b, 0x5b, 0x32, 0x4a],
].map((bytes) => Uint8Array.from(bytes));
const WORDS: readonly Uint8Array[] = [
  ...['\ufeff', '\u202e', '\u200b', '\u2028', '\u0085', '\u00a0', 'é', 'e\u0301', '𝄞', '\n', '\n\n', '\t', ' ', '  '],
  ...[
    '"',
    "'",
    '\\',
    '\\u0000',
    '\\ud800',
    '{',
    '}',
    '[',
    ']',
    '{}',
    '[]',
    ':',
    ',',
    ', ',
    '=',
    '==',
    '+',
    '-',
    '—',
    '/',
  ],
  ...[
    '../',
    '//',
    'null',
    'true',
    'NaN',
    '-0',
    '00',
    '1e999',
    '1.0',
    '-1',
    '0x10',
    '9007199254740993',
    '99999999999999999999',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '{"__proto__":{"admin":true}}', '"length":-1'],
  ...[
    '&a [*a]',
    '*a',
    '<<: *a',
    '!!js/function',
    '!!binary',
    '? ',
    '- - - ',
    '|',
    '>',
    '---\n',
    '...\n',
    '%YAML 9.9',
    '# ',
  ],
  ...[
    '${{',
    '}}',
    '${{ inputs.table }}',
    '(',
    ')',
    'size(',
    '.map(x, x)',
    '.all(x, x > 0)',
    '&&',
    '||',
    '?',
    '(a+)+$',
    '{1,999}',
  ],
  ...[
    'none',
    'sha256:',
    '\u0141',
    'ssh-rsa',
    '-----BEGIN SSH SIGNATURE-----\n',
    'p-',
    'a-',
    '<script>',
    '; drop table',
    '--help',
  ],
].map(utf8);
/** What nests or repeats until something gives way. */
const DEEP: readonly (readonly [unit: string, times: number])[] = [
  ['[', 30_000],
  ['{"a":', 8000],
  ['- ', 8000],
  ['(', 1500],
  ['!', 3000],
  ['1+', 1500],
  ['a:\n ', 3000],
  ['&a ', 3000],
  ['9', 20_000],
  ['A', 60_000],
  ['\n', 20_000],
  ['${{', 5000],
  ['{1,9}', 1000],
  ['é', 20_000],
];

const at = (bytes: Uint8Array, dice: Dice): number => dice.below(bytes.length + 1);

function span(bytes: Uint8Array, dice: Dice): readonly [from: number, to: number] {
  const from = at(bytes, dice);
  return [from, Math.min(bytes.length, from + 1 + dice.below(dice.chance(4) ? 400 : 12))];
}

const cut = (bytes: Uint8Array, from: number, to: number, between: Uint8Array = new Uint8Array()): Uint8Array =>
  concat(bytes.subarray(0, from), between, bytes.subarray(to));
const put = (bytes: Uint8Array, where: number, what: Uint8Array): Uint8Array => cut(bytes, where, where, what);

const flipped = (bytes: Uint8Array, where: number, bits: number): Uint8Array =>
  cut(bytes, where, where + 1, Uint8Array.of((bytes[where] ?? 0) ^ bits));

function inLines(bytes: Uint8Array, change: (lines: string[]) => string[]): Uint8Array {
  // Latin-1 keeps every byte as it is.
  return new Uint8Array(Buffer.from(change(Buffer.from(bytes).toString('latin1').split('\n')).join('\n'), 'latin1'));
}

type Change = (bytes: Uint8Array, dice: Dice, others: readonly Uint8Array[]) => Uint8Array;

const CHANGES: readonly Change[] = [
  (bytes, dice) => flipped(bytes, dice.below(bytes.length), 1 << dice.below(8)),
  (bytes, dice) => put(bytes, at(bytes, dice), dice.bytes(1 + dice.below(4))),
  (bytes, dice) => cut(bytes, ...span(bytes, dice)),
  (bytes, dice) => put(bytes, at(bytes, dice), dice.one(WORDS)),
  (bytes, dice) => cut(bytes, ...span(bytes, dice), dice.one(WORDS)),
  (bytes, dice) => put(bytes, at(bytes, dice), dice.one(NASTY)),
  (bytes, dice) => put(bytes, at(bytes, dice), bytes.subarray(...span(bytes, dice))),
  (bytes, dice, others) => put(bytes, at(bytes, dice), dice.one(others).subarray(...span(dice.one(others), dice))),
  (bytes, dice, others) => concat(bytes.subarray(0, at(bytes, dice)), dice.one(others).subarray(at(bytes, dice))),
  (bytes, dice) => bytes.subarray(0, at(bytes, dice)),
  (bytes, dice) => bytes.subarray(at(bytes, dice)),
  (bytes, dice) => inLines(bytes, (lines) => lines.toSpliced(dice.below(lines.length), 1)),
  (bytes, dice) => inLines(bytes, (lines) => lines.toSpliced(dice.below(lines.length), 0, dice.one(lines))),
  (bytes, dice) => inLines(bytes, (lines) => lines.with(dice.below(lines.length), dice.one(lines))),
  // Another number, another hex digit: what still looks right.
  (bytes, dice) => {
    const digits = [...bytes.keys()].filter((index) => (bytes[index] ?? 0) >= 0x30 && (bytes[index] ?? 0) <= 0x39);
    const chosen = dice.below(digits.length);
    return digits[chosen] === undefined
      ? bytes
      : cut(bytes, digits[chosen], digits[chosen] + 1, utf8(`${dice.below(10)}`));
  },
];

/** A bad input, made of one of the good ones; now and then of nothing but dice or of one word many times. */
export function mutate(goods: readonly Uint8Array[], dice: Dice): Uint8Array {
  const good = dice.one(goods);
  const [unit, times] = dice.one(DEEP);
  const deep = () => utf8(unit.repeat(1 + dice.below(times)));
  if (dice.chance(40)) return dice.bytes(dice.below(300));
  if (dice.chance(400)) return dice.chance(2) ? deep() : put(good, at(good, dice), deep());
  let bytes = good;
  for (let left = 1 + dice.below(3); left > 0; left--) bytes = dice.one(CHANGES)(bytes, dice, goods);
  return bytes.length > LONGEST ? bytes.subarray(0, LONGEST) : bytes;
}
