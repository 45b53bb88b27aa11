/** docs/log-format.md and the tables of the code say the same, in both directions. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import type Type from 'typebox';
import { Check } from 'typebox/value';
import { COLLECTED, CONTENT, LINES, MEANING } from '../../../core/log/acts.ts';
import { KEY_KINDS } from '../../../core/log/publicKey.ts';
import { ENTRIES, ENTRY_TYPES, entrySchema, HOLD_CAUSES, Site, VOID_REASONS } from '../../../core/log/tables.ts';
import { README } from '../../../core/record/readme.ts';
import { testRun } from '../../helpers/site.ts';

// Compiled tests stand in build/, the document in the project's root.
const doc = readFileSync(new URL('../../../../docs/log-format.md', import.meta.url), 'utf8');

/** The rows of the first table after a heading, each a list of its cells; code marks are dropped. */
function table(heading: string): string[][] {
  const from = doc.indexOf(`\n${heading}\n`);
  const [first = ''] = doc.slice(from).match(/(?:^\|.*\n)+/m) ?? [];
  const rows = first.trimEnd().split('\n').slice(2);
  return rows.map((row) =>
    row
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const isOptional = (schema: Type.TSchema): boolean => Object.hasOwn(schema, '~optional');
const orDash = (words: readonly string[]): string => words.join(' ') || '–';

t.test('every entry type, with all that the table says of it', (t) => {
  const expected = Object.entries(ENTRIES).map(([type, rule]) => [
    type,
    rule.chains.join(' '),
    rule.writers.join(' '),
    orDash(
      Object.entries<Type.TSchema>(rule.fields).map(([name, schema]) => `${name}${isOptional(schema) ? '?' : ''}`),
    ),
    orDash([...rule.bodies, ...rule.mayHave.map((name) => `${name}?`), ...(rule.probes ? ['probe-*'] : [])]),
    rule.act ?? '–',
    rule.invariants.join(' '),
    rule.event ? 'yes' : 'no',
  ]);
  t.strictSame(table('### Types'), expected);
  t.end();
});

t.test('every field of every type has its line', (t) => {
  const named = table('### Fields').map(([name]) => name);
  t.strictSame(named, [...new Set(Object.values(ENTRIES).flatMap(({ fields }) => Object.keys(fields)))].sort());
  const common = [...doc.matchAll(/^\| `(v|log|seq|type|ts|actor|bodies)` \|/gm)].map(([, name]) => name);
  const chained = new Set(['run', 'rseq', 'prev', 'rprev', 'hprev', 'aprev']);
  for (const type of ENTRY_TYPES) {
    const { properties } = entrySchema(type, ENTRIES[type].chains[0] ?? 'none') as unknown as { properties: object };
    const own = Object.keys(ENTRIES[type].fields);
    t.strictSame(
      Object.keys(properties)
        .filter((name) => !own.includes(name) && !chained.has(name))
        .sort(),
      [...common].sort(),
      type,
    );
  }
  t.end();
});

t.test('every word that a field may say', (t) => {
  const cell = (name: string) =>
    table('### Fields')
      .find(([field]) => field === name)?.[1]
      ?.split(' ');
  t.strictSame(cell('reason'), VOID_REASONS);
  t.strictSame(cell('kind'), KEY_KINDS);
  t.strictSame(cell('cause')?.sort(), [...HOLD_CAUSES].sort());
  t.end();
});

t.test('every act with its lines, content and meaning', (t) => {
  t.strictSame(
    table('### Lines'),
    Object.entries(LINES).map(([act, lines]) => [act, lines.join(' ')]),
  );
  const expected = Object.entries(MEANING).map(([act, meaning]) => [
    act,
    orDash((CONTENT as Record<string, readonly string[]>)[act] ?? []),
    meaning,
  ]);
  t.strictSame(
    table('### Acts').map(([act, , , content, meaning]) => [act, content, meaning]),
    expected,
  );
  for (const act of COLLECTED) t.match(doc, new RegExp(`\`${act}\``));
  t.end();
});

t.test('every invariant that an entry rests on is stated, and every entry rests on one', (t) => {
  const stated = table('## Invariants').map(([name]) => name);
  t.strictSame(
    stated,
    Array.from({ length: 19 }, (_, index) => `I${index + 1}`),
  );
  for (const [type, { invariants }] of Object.entries(ENTRIES)) {
    t.ok(invariants.length > 0, type);
    for (const one of invariants) t.ok(stated.includes(one), `${type} ${one}`);
  }
  t.end();
});

t.test('the closed documents', (t) => {
  const example: unknown = JSON.parse(/```json\n(.*)\n```/.exec(doc)?.[1] ?? 'null');
  t.equal(Check(Site, example), true, 'the example site is one');
  const run = testRun().seat().backup();
  run.arm('drop-column');
  t.match(
    doc,
    `\n\`${Object.keys(run.state.armings['drop-column']?.action ?? {})
      .sort()
      .join(' ')}\`\n`,
  );
  t.end();
});

t.test('every member of a bundle', (t) => {
  const members = table('## The bundle').map(([name]) => name);
  t.strictSame(members, [...members].sort());
  for (const name of ['checkpoint', 'entries.jsonl', 'salts.jsonl', 'allowed_signers', 'runbook.json'])
    t.ok(README.includes(name), name);
  t.end();
});
