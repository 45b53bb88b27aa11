/** Inputs: present, of their type, wanted; each refusal names its input. Patterns match the whole value and answer soon. */
import t from 'tap';
import { checkInputs, type InputValue } from '../../../core/runbook/inputs.ts';
import { matchesWhole, patternFlaw } from '../../../core/runbook/pattern.ts';
import { changed, soundRunbook } from './fixtures.ts';

const INPUTS = `inputs:
  name: {type: string, pattern: 'a|b+'}
  note: {type: string, default: none}
  count: {type: integer, minimum: 1, maximum: 10}
  ratio: {type: number, default: 0.5}
  sure: {type: boolean, default: false}
  size: {type: string, enum: [small, large], default: small}
`;
const runbook = soundRunbook(
  changed('inputs:\n', INPUTS)
    .replaceAll(' inputs.database ', ' inputs.name ')
    .replaceAll(' inputs.port ', ' inputs.count '),
);
const SOUND = { name: 'bb', count: 3, port: 80 };

const refusal = (given: unknown): string => {
  const checked = checkInputs(runbook, given);
  return checked.ok ? `accepted ${JSON.stringify(checked.value)}` : checked.refusal.sentence;
};

t.test('fills in defaults', async (t) => {
  t.same(checkInputs(runbook, SOUND), {
    ok: true,
    value: { ...SOUND, database: 'customers', note: 'none', ratio: 0.5, sure: false, size: 'small' },
  });
  t.ok(checkInputs(runbook, { ...SOUND, sure: true, ratio: 2, size: 'large', count: 10 }).ok);
});

t.test('refuses by name', async (t) => {
  const refused: readonly (readonly [object, string])[] = [
    [{ name: undefined }, 'input name: is missing.'],
    [{ name: null }, 'input name: is missing.'],
    [{ note: null }, 'input note: is missing.'],
    [{ name: '' }, 'input name: is empty.'],
    [{ name: 'ab' }, 'input name: does not match a|b+ as a whole.'],
    [{ name: 'xb' }, 'input name: does not match a|b+ as a whole.'],
    [{ name: 'b\n' }, 'input name: holds the invisible character U+000A.'],
    [{ note: 'a\u202eb' }, 'input note: holds the invisible character U+202E.'],
    [{ note: 'a\u0000' }, 'input note: holds the invisible character U+0000.'],
    [{ note: 'a\ud800' }, 'input note: holds the invisible character U+D800.'],
    [{ note: 'x'.repeat(1001) }, 'input note: has more than 1000 characters.'],
    [{ name: 5 }, 'input name: is not of type string, but number.'],
    [{ name: ['b'] }, 'input name: is not of type string, but list.'],
    [{ count: '3' }, 'input count: is not of type integer, but string.'],
    [{ count: 3.5 }, 'input count: is not a whole number up to 2^53.'],
    [{ count: 2 ** 53 }, 'input count: is not a whole number up to 2^53.'],
    [{ count: Number.NaN }, 'input count: is not a number.'],
    [{ ratio: Number.POSITIVE_INFINITY }, 'input ratio: is not a number.'],
    [{ count: 0 }, 'input count: must be at least 1.'],
    [{ count: 11 }, 'input count: must be at most 10.'],
    [{ sure: 'true' }, 'input sure: is not of type boolean, but string.'],
    [{ size: 'medium' }, 'input size: is not one of small, large.'],
    [
      JSON.parse('{"__proto__": 1}'),
      'input __proto__: drop-email does not ask for it; it asks for name, note, count, ratio, sure, size, database, port.',
    ],
    [
      { constructor: 1 },
      'input constructor: drop-email does not ask for it; it asks for name, note, count, ratio, sure, size, database, port.',
    ],
  ];
  for (const [change, sentence] of refused) {
    const given = Object.fromEntries([...Object.entries(SOUND), ...Object.entries(change)]);
    t.equal(refusal(given), sentence);
  }
  for (const given of [null, undefined, [], 'x', 5])
    t.equal(refusal(given), 'inputs: they are an object of names and values.');
});

t.test('nothing of a name that only every object has', async (t) => {
  const bare = soundRunbook(
    changed("inputs:\n  database: {type: string, pattern: '[a-z]+', default: customers}\n", 'inputs:\n').replaceAll(
      ' inputs.database ',
      ' run.id ',
    ),
  );
  const value: Record<string, InputValue> = { port: 1 };
  t.same(checkInputs(bare, value), { ok: true, value });
});

t.test('the whole value must match', async (t) => {
  const cases: readonly (readonly [pattern: string, value: string, matches: boolean])[] = [
    ['[a-z]+', 'abc', true],
    ['[a-z]+', 'abc; drop', false],
    ['[a-z]+', 'abc\n', false],
    ['^[a-z]+$', 'abc', true],
    ['^a|b$', 'a-and-more', false],
    ['^a|b$', 'more-b', false],
    ['.', '😀', true],
    ['\\d{3}', '123', true],
    ['\\d{3}', '١٢٣', false],
    ['a)|(b', 'b', false],
    ['', 'x', false],
  ];
  for (const [pattern, value, matches] of cases) t.equal(matchesWhole(pattern, value), matches, `${pattern} ${value}`);
});

t.test('patterns that take for ever are refused, and match nothing', async (t) => {
  const evil = [
    '(a+)+',
    '(a*)*b',
    '(?:a|a)+',
    '(a?a?)+',
    '((a))+',
    '(a|aa)+$',
    '(a{1,9}){1,9}',
    'a*a*a*a*b',
    '(?<=a+)+b',
    '(a)\\1',
    '(?<n>a)\\k<n>',
    'a{99999}',
    '[a](b+)*',
    '(\\))+(a+)+',
  ];
  for (const pattern of evil) {
    t.ok(patternFlaw(pattern), pattern);
    t.notOk(matchesWhole(pattern, 'a'.repeat(40)), pattern);
  }
  for (const pattern of [
    '[a-z]+',
    '(?:live|test)',
    '[(+*|)]+',
    '\\(\\+\\)+',
    '\\p{L}{1,9}',
    '[a-z]+-[a-z]+-[0-9]+',
    'v?\\d+',
    '(ab)+',
  ])
    t.equal(patternFlaw(pattern), undefined, pattern);
});
