/** YAML that nobody would write by hand: bombs, depth, size, double keys. Each is a problem with its place, none ends the process. */
import fc from 'fast-check';
import t from 'tap';
import { parseFolder } from '../../../core/runbook/parse.ts';
import { campaign } from '../bytes/campaign.ts';
import { changed, folderOf, lintSays, SOUND, schemaSays as says } from './fixtures.ts';

const QUOTES = 'Values that hold “{{ … }}”, commas, colons or brackets go in quotes.';
const DEEP = 'This nests too deep. | Close what was opened; a runbook needs a few levels.';
const LONG = 'The runbook is too long. | Move data into files of the folder.';
const UNFOLD = 'Its aliases unfold to too much, or one names nothing before it. | Write the values out.';

t.test('what the parser cannot read', async (t) => {
  const cases: readonly (readonly [text: string, ...said: string[]])[] = [
    ['id: a\nid: b', '2:1 error [yaml] The key “id” stands twice. | Keep one of them.'],
    ['crew: {a: 1, b: {c: 1, c: 2}}', '1:24 error [yaml] The key “c” stands twice. | Keep one of them.'],
    ['id: a\n"id": b', '2:1 error [yaml] The key “id” stands twice. | Keep one of them.'],
    ['crew:\n\tlead: 1', '2:1 error [yaml] Tabs are not allowed as indentation. | Indent with spaces.'],
    [
      'id: a\n---\nid: b',
      '2:1 error [yaml] A second document begins here. | Remove the “---”; a file holds one runbook.',
    ],
    [
      'id: !!js/function x',
      '1:5 error [yaml] YAML tags are not part of the language. | Put a value that begins with ! in quotes.',
    ],
    [
      'id: !!binary aGk=',
      '1:5 error [yaml] YAML tags are not part of the language. | Put a value that begins with ! in quotes.',
    ],
    ['%YAML 1.1\n---\nid: yes', '1:1 error [yaml] YAML directives are not part of the language. | Remove this line.'],
    ['id: *nowhere', `1:1 error [yaml] ${UNFOLD}`],
    ['id: &a [*a]', `1:1 error [yaml] ${UNFOLD}`],
    ['id: &a {b: *a}', `1:1 error [yaml] ${UNFOLD}`],
    [
      'a:\n  b: 1\n c: 2',
      '3:1 error [yaml] All mapping items must start at the same column. | Indent it like its neighbours.',
    ],
    ['title: @home', '1:8 error [yaml] Plain value cannot start with reserved character @. | Put it in quotes.'],
    ['title: Step 1: drop', `1:8 error [yaml] A second “: ” on one line. | ${QUOTES}`],
    ['title: "open', `1:13 error [yaml] Missing closing "quote. | Close the bracket or quote. ${QUOTES}`],
    [
      'path: "C:\\qx"',
      '1:10 error [yaml] Invalid escape sequence \\q. | Use single quotes; in double quotes a backslash begins an escape.',
    ],
    ['{a: 1}: b', `1:1 error [yaml] A key must be text. | ${QUOTES}`],
    [
      `run: [a, \${{ inputs.x }}]`,
      `1:11 error [yaml] Missing , or : between flow sequence items. | Close the bracket or quote. ${QUOTES}`,
      `1:12 error [yaml] A key must be text. | ${QUOTES}`,
    ],
  ];
  for (const [text, ...expected] of cases) t.same(says(text), expected, text);
});

t.test('bombs', async (t) => {
  const letters = [...'abcdefghi'];
  const bomb = letters.map(
    (letter, n) => `${letter}: &${letter} [${Array(9).fill(n === 0 ? 'x' : `*${letters[n - 1]}`)}]`,
  );
  t.same(says(bomb.join('\n')), [`1:1 error [yaml] ${UNFOLD}`]);
  t.same(says(`- &a x\n${'- *a\n'.repeat(101)}`), [
    '101:3 error [yaml] There are too many anchors and aliases. | Write the values out.',
  ]);
});

t.test('depth, which ends the parser’s process where it is let through', async (t) => {
  t.same(says('['.repeat(500_000)), [`1:51 error [yaml] ${DEEP}`]);
  t.same(says('{a: '.repeat(50_000)), [`1:201 error [yaml] ${DEEP}`]);
  t.same(says(`id: x\nsteps:\n  ${'- '.repeat(50_000)}x`), [`3:101 error [yaml] ${DEEP}`]);
  t.same(says('? '.repeat(50_000)), [`1:101 error [yaml] ${DEEP}`]);
  t.same(says(': '.repeat(50_000)), [`1:101 error [yaml] ${DEEP}`]);
  t.same(says('- &a '.repeat(5000)), [`1:251 error [yaml] ${DEEP}`]);
  const block = Array.from({ length: 1000 }, (_, n) => `${' '.repeat(n)}a:`).join('\n');
  t.match(says(block), [/error \[yaml\] This nests too deep/]);
  const quoted = `a: "${'['.repeat(1000)}"\nb: '${'['.repeat(1000)}'\nc: ${'x['.repeat(1000)}\nd: |\n  ${'['.repeat(1000)}\n# ${'['.repeat(1000)}\n`;
  t.notMatch(says(quoted).join(), 'nests', 'brackets in texts and comments are none');
});

t.test('size', async (t) => {
  t.same(says(`title: ${'x'.repeat(5_000_000)}`), [
    '1:1 error [yaml] A runbook has at most 1 MiB. | Move data into files of the folder.',
  ]);
  t.match(says(Array.from({ length: 100_000 }, (_, n) => `k${n}: 1`).join('\n')), [LONG]);
  t.match(says('\n'.repeat(900_000)), [LONG]);
  t.match(says(`[${'a,'.repeat(400_000)}]`), [LONG]);
  t.same(says(changed('title: Drop it', `title: ${'x'.repeat(501)}`)), [
    '24:12 error [value] “title” is longer than 500 characters. | Make it shorter, or move it into a file of the folder.',
  ]);
});

t.test('YAML 1.2, and nothing more', async (t) => {
  const roles = (text: string) => says(changed('roles: [dba]', `roles: ${text}`));
  t.same(roles('[no, yes, on]'), [], 'no is a text');
  t.same(roles('[010]'), [
    '11:22 error [value] Item 1 of “roles” is the number 10; a name of a to z, 0 to 9, - and _ that begins with a letter is expected. | Write it like drop-column.',
  ]);
  t.same(roles('[~]'), [
    '11:22 error [value] Item 1 of “roles” is empty; a name of a to z, 0 to 9, - and _ that begins with a letter is expected. | Give it a value, or remove the key.',
  ]);
  t.same(says(changed('  reviewer:', '  <<: {a: {roles: [dba]}}\n  reviewer:')), [
    '11:3 error [value] The key “<<” does not fit here; a name of a to z, 0 to 9, - and _ that begins with a letter is expected. | Write it like drop-column.',
  ]);
});

t.test('names that every object has', async (t) => {
  t.same(says(`__proto__: {id: x}\n${SOUND}`), [
    '1:1 error [unknown-key] Unknown key “__proto__”. | Known: apiVersion, id, title, description, owner, links, inputs, secrets, targets, crew, presence, window, locks, rehearsal, clocks, briefing, go_no_go, steps, debrief, notify.',
  ]);
  t.match(says(changed('    env: {', '    env: {__proto__: x, ')), []);
  t.same(says(changed('  lead: {', '  __proto__: {roles: [a]}\n  lead: {')), [
    '10:3 error [value] The key “__proto__” does not fit here; a name of a to z, 0 to 9, - and _ that begins with a letter is expected. | Write it like drop-column.',
  ]);
  const kept =
    'a name of a to z, 0 to 9, - and _ that begins with a letter is expected. | The language keeps that name for itself; choose another.';
  t.same(says(changed('  lead: {', '  constructor: {roles: [a]}\n  lead: {')), [
    `10:3 error [value] The key “constructor” does not fit here; ${kept}`,
  ]);
  t.match(says(changed('  - id: drop\n', '  - id: constructor\n')), [`error [value] “id” is “constructor”; ${kept}`]);
  t.same(({} as Record<string, unknown>).id, undefined);
});

t.test('any damage is a problem or a runbook, never a throw', async (t) => {
  const damage = fc.record({
    at: fc.nat(SOUND.length),
    cut: fc.nat(12),
    put: fc.constantFrom(
      '',
      '{',
      '}',
      '[',
      ']',
      ':',
      ': ',
      '- ',
      '\n',
      '\t',
      '*a',
      '&a ',
      '!',
      '"',
      "'",
      '#',
      '|',
      '>',
      '? ',
      '~',
      '<<: ',
      '\u202e',
      '\ud800',
    ),
  });
  await campaign(
    t,
    fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (all) => {
      const text = all.reduce((now, { at, cut, put }) => now.slice(0, at) + put + now.slice(at + cut), SOUND);
      const lines = text.split('\n').length;
      const { runbook, problems } = parseFolder(folderOf(text));
      lintSays(text);
      const placed = problems.every(
        ({ line, column, message, mend }) => line >= 1 && line <= lines && column >= 1 && message && mend,
      );
      return placed && (runbook === undefined) === problems.length > 0;
    }),
    300,
  );
});
