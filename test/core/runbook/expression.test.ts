/** Expressions: what they come to, and how each that does not come to a value people can see is refused. */
import fc from 'fast-check';
import t from 'tap';
import { expectation, holds } from '../../../core/runbook/expression.ts';
import { Templates, type Values } from '../../../core/runbook/templates.ts';
import { campaign } from '../bytes/campaign.ts';

const TYPES = {
  database: { type: 'string' },
  port: { type: 'integer' },
  ratio: { type: 'number' },
  sure: { type: 'boolean' },
} as const;
const SCOPE: Values = {
  inputs: { database: 'customers', port: 8080, ratio: 5, sure: true },
  run: { id: '01ARZ3NDEKTSV4RRFFQ69G5FAV', mode: 'live', started_at_ms: 1_790_000_000_000, data: '/var/lib/a' },
};
const templates = new Templates(TYPES);
const to = (text: string, scope = SCOPE): string => {
  const done = templates.resolve(text, scope);
  return done.ok ? done.value : `refused: ${done.refusal.sentence}`;
};

t.test('resolved', async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ['no expression, $HOME, {{ x }}, }}', 'no expression, $HOME, {{ x }}, }}'],
    [`--db=\${{ inputs.database }}`, '--db=customers'],
    [`\${{inputs.database}}\${{ run.mode }}`, 'customerslive'],
    [`\${{ inputs["database"] }}`, 'customers'],
    [`\${{ inputs.port + 1 }}`, '8081'],
    [`\${{ inputs.ratio * 1.5 }}`, '7.5'],
    [`\${{ inputs.sure ? "yes" : "no" }}`, 'yes'],
    [`\${{ inputs.sure }}`, 'true'],
    [`\${{ run.started_at_ms }}`, '1790000000000'],
    [`\${{ run.data + "/" + run.id }}`, '/var/lib/a/01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    [`\${{ "$&" + "$1" }}`, '$&$1'],
  ];
  for (const [text, value] of cases) t.equal(to(text), value, text);
});

const EVIL = `" + run.id + "\${{ run.id }}$(id)`;

t.test('an input is never code', async (t) => {
  const scope = { ...SCOPE, inputs: { ...SCOPE.inputs, database: EVIL } };
  t.equal(to(`\${{ inputs.database }}`, scope), EVIL);
});

t.test('refused, and the refusal says which', async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ['inputs.nope', 'the name “nope” is unknown'],
    ['inputs.constructor', 'the name “constructor” is unknown'],
    ['__proto__', 'Reserved identifier: __proto__'],
    ['steps.backup.outputs.x', '“steps” has no value here'],
    ['probes.host', '“probes” has no value here'],
    ['item', '“item” has no value here'],
    ['inputs.item', 'the name “item” is unknown'],
    ['inputs[inputs.database]', 'it computes a name'],
    ['secrets.PGPASSWORD', 'a secret cannot be named in an expression'],
    ['null', 'it is no text, number or boolean, but null'],
    ['[1]', 'it is no text, number or boolean, but list<int>'],
    ['inputs', 'it is no text, number or boolean, but a whole object'],
    ['1u', 'it is no text, number or boolean, but uint'],
    ['inputs.port / 0', 'division by zero'],
    ['inputs.database.matches("(a+)+")', '“matches” is not part of the language'],
    ['dyn(inputs).nope', '“dyn” is not part of the language'],
    ['timestamp(run.started_at_ms)', '“timestamp” is not part of the language'],
    ['"\\u202e"', 'its value holds the invisible character U+202E'],
    ['"a\\nb"', 'its value holds the invisible character U+000A'],
    ['"a\\u0000b"', 'its value holds the invisible character U+0000'],
    ['1 +', 'it ends too soon'],
  ];
  for (const [expression, why] of cases)
    t.equal(to(`x\${{ ${expression} }}`), `refused: The expression ${expression} has no value: ${why}.`);
  t.equal(to(`\${{ inputs.port`), `refused: The expression \${{ inputs.port has no value: it has no end.`);
  t.match(to(`\${{ {"a": {"b": 1}}.a }}`), /^refused: /, 'braces that close too soon');
});

t.test('a scope that lacks an input, or has one of another type', async (t) => {
  t.match(to(`\${{ inputs.port }}`, { ...SCOPE, inputs: {} }), /^refused: /);
  t.match(to(`\${{ inputs.port }}`, { ...SCOPE, inputs: { port: 1.5 } }), /^refused: /);
  t.match(to(`\${{ inputs.port + 1 }}`, { ...SCOPE, inputs: { port: '1' } }), /^refused: /);
  t.match(
    to(`\${{ run.started_at_ms }}`, { ...SCOPE, run: { ...SCOPE.run, started_at_ms: Number.NaN } }),
    /^refused: /,
  );
});

const EVERYTHING = new Templates(TYPES, {
  probes: ['rows', 'big-lag'],
  outputs: { backup: ['path'], 'drop-column': ['rows', 'shards'] },
  item: true,
});
const MORE: Values = {
  ...SCOPE,
  probes: { rows: '200', 'big-lag': '0' },
  steps: { backup: { path: '/b' }, 'drop-column': { rows: '7', shards: 'eu,us' } },
  item: 'eu',
};
const said = <T>(done: { ok: true; value: T } | { ok: false; refusal: { sentence: string } }): T | string =>
  done.ok ? done.value : `refused: ${done.refusal.sentence}`;

t.test('probes, outputs and items, each where it has a value', async (t) => {
  const more = (text: string, values = MORE) => said(EVERYTHING.resolve(text, values));
  t.equal(more(`\${{ probes.rows }} \${{ probes["big-lag"] }}`), '200 0');
  t.equal(more(`\${{ int(probes.rows) * 2 }}`), '400');
  t.equal(more(`\${{ steps.backup.outputs.path }}/\${{ item }}`), '/b/eu');
  t.equal(more(`\${{ steps["drop-column"].outputs.rows }}`), '7');
  t.equal(more(`\${{ has(steps.backup.outputs.path) ? "yes" : "no" }}`), 'yes');
  t.equal(more(`\${{ has(steps.backup.outputs.path) ? "yes" : "no" }}`, { ...MORE, steps: {} }), 'no');
  const refused: readonly (readonly [string, string])[] = [
    ['probes.cols', 'the name “cols” is unknown'],
    ['probes.big-lag', '“probes.big-lag” is a subtraction'],
    ['steps.drop-column.outputs.rows', '“steps.drop-column” is a subtraction'],
    ['steps.backup.outputs.rows', 'the name “rows” is unknown'],
    ['steps[item].outputs.path', 'it computes a name'],
    ['steps.backup', 'it is no text, number or boolean, but a whole object'],
  ];
  for (const [expression, why] of refused)
    t.equal(more(`\${{ ${expression} }}`), `refused: The expression ${expression} has no value: ${why}.`);
  t.match(more(`\${{ probes.rows }}`, { ...MORE, probes: {} }), /^refused: /, 'no value, no guess');
  t.match(more(`\${{ steps.backup.outputs.path }}`, { ...MORE, steps: {} }), /^refused: /);
  t.match(more(`\${{ item }}`, SCOPE), /^refused: /);
});

t.test('a text that is one expression keeps its type', async (t) => {
  const value = (text: string) => said(templates.value(text, SCOPE));
  t.equal(value(`\${{ inputs.port }}`), 8080);
  t.equal(value(`\${{ inputs.sure }}`), true);
  t.equal(value(`\${{ inputs.ratio / 2.0 }}`), 2.5);
  t.equal(value(`\${{ inputs.database }}`), 'customers');
  t.equal(value(`\${{ inputs.port }}\${{ inputs.port }}`), '80808080');
  t.equal(value(` \${{ inputs.port }}`), ' 8080');
  t.equal(value('8080'), '8080');
});

t.test('conditions and lists', async (t) => {
  const condition = (text: string) => said(EVERYTHING.condition(text, MORE));
  t.equal(condition('inputs.sure && run.mode == "live"'), true);
  t.equal(condition('steps["drop-column"].outputs.rows == "0"'), false);
  t.equal(
    condition('inputs.database'),
    'refused: The expression inputs.database has no value: it is not true or false, but string.',
  );
  t.match(condition('int(inputs.database) == 1'), /^refused: /);
  const list = (text: string) => said(EVERYTHING.list(text, MORE));
  t.same(list('steps["drop-column"].outputs.shards.split(",")'), ['eu', 'us']);
  t.same(list('["a", inputs.database]'), ['a', 'customers']);
  t.equal(
    list('inputs.database'),
    'refused: The expression inputs.database has no value: it is no list of texts, but string.',
  );
  t.equal(list('[1, 2]'), 'refused: The expression [1, 2] has no value: it is no list of texts, but list<int>.');
});

const MEASURED = { value: '0', status: 503, stdout: '0\n', exit_code: 0 };

t.test('expectations', async (t) => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['value == "0"', true],
    ['int(value) == 0', true],
    ['int(value) > 0', false],
    ['status == 503', true],
    ['exit_code == 0 && stdout.startsWith("0")', true],
    ['value in ["1", "2"]', false],
    ['double(value) < 0.5', true],
    ['stdout.split("\\n").exists(line, line == "0")', true],
  ];
  for (const [text, value] of cases) t.same(holds(text, MEASURED), { ok: true, value }, text);
});

t.test('an expectation that cannot be answered is refused, never true', async (t) => {
  const refused = ['int(value) == 0', 'double(value) < 1.0', 'value.substring(9) == ""', 'bool(value)'];
  for (const text of refused) t.notOk(holds(text, { ...MEASURED, value: 'many' }).ok, text);
  for (const text of ['', '1', 'true', 'value', 'foo', 'value.matches("0")', 'value ==', 'value == 0'])
    t.notOk(holds(text, MEASURED).ok, text);
  t.notOk(holds('status == 503', { ...MEASURED, status: 1.5 }).ok);
});

t.test('huge, deep and looping expressions are refused at once', async (t) => {
  const huge = [
    'x'.repeat(5000),
    `value == ${'('.repeat(1500)}1${')'.repeat(1500)}`,
    `value == "" ${'|| value == "a" '.repeat(250)}`,
    `value == ${'!'.repeat(3000)}true`,
    `[${'1,'.repeat(1000)}1].all(x, value == "")`,
    'value.split("").all(a, value.split("").all(b, a == b))',
    'value.split("").map(a, a).filter(b, b == "").size() == 0',
    'cel.bind(a, value + value, a == "")',
    'value.split("").join(value) == ""',
  ];
  for (const text of huge) t.ok('flaw' in expectation(text), text.slice(0, 40));
});

t.test('no text makes it throw', async (t) => {
  const piece = fc.constantFrom(
    'inputs',
    '.',
    'database',
    '(',
    ')',
    '[',
    ']',
    '"',
    "'",
    '+',
    '==',
    '1',
    ' ',
    'all',
    ',',
    'x',
    '\\',
    '{',
    '}',
    '?',
    ':',
    'value',
    '!',
    '\u202e',
  );
  const expression = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));
  await campaign(
    t,
    fc.property(fc.oneof(expression, fc.string()), (text) => {
      const [resolved, held] = [templates.resolve(`\${{${text}}}`, SCOPE), holds(text, MEASURED)];
      return typeof resolved.ok === 'boolean' && typeof held.ok === 'boolean';
    }),
    1000,
  );
});
