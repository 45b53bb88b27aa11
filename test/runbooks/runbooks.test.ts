/** All runbooks together: each passes its lint without a warning, and there is no key of the language that none of them really runs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { lintFolder } from '../../core/runbook/lint.ts';
import { covered, withRehearsal } from '../../core/runbook/rehearsal.ts';
import { RunbookSchema } from '../../core/runbook/schema.ts';
import { allSteps } from '../../core/runbook/steps.ts';
import { packed, readRunbook, root } from './place.ts';

const folder = join(root, 'runbooks');
const NAMES = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'runbook.yaml')));

t.test('every folder passes its lint, without a warning', async (t) => {
  t.ok(NAMES.length >= 6, NAMES.join());
  for (const name of NAMES) t.same(lintFolder(packed(name)).problems, [], name);
});

t.test('every runbook begins with the checklist that it is', async (t) => {
  for (const name of NAMES) {
    const text = readFileSync(join(folder, name, 'runbook.yaml'), 'utf8');
    const [comment = ''] = text.split('\napiVersion:');
    const numbers = [...comment.matchAll(/^# {3}(\d) {2}\S/gm)].map(([, number]) => Number(number));
    t.same(
      numbers,
      numbers.map((_, index) => index + 1),
      `${name}: its steps are counted`,
    );
    const { steps } = parse(text) as { steps: unknown[] };
    t.equal(numbers.length, steps.length, `${name}: a line for each step`);
  }
});

t.test('a rehearsal can take every step, and takes none on a live target', async (t) => {
  for (const name of NAMES) {
    const runbook = readRunbook(packed(name));
    const steps = allSteps(runbook).filter(({ kind }) => kind !== 'gate' && kind !== 'parallel');
    for (const step of runbook.rehearsal ? steps : []) {
      t.ok(covered(runbook, step), `${name}: ${step.id} has something that a rehearsal does instead`);
      t.equal(withRehearsal(runbook, step, 'rehearsal').targets[step.target]?.agent, 'staging', `${name}: ${step.id}`);
    }
  }
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
}

/** Every key and every word of the language, as the path of keys that leads to it; names that people choose are `*`. */
function* ways(schema: Schema, path: readonly string[] = []): Generator<string> {
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    yield [...path, key].join('.');
    yield* ways(inner, [...path, key]);
  }
  for (const inner of Object.values(schema.patternProperties ?? {})) yield* ways(inner, [...path, '*']);
  for (const inner of [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])]) yield* ways(inner, path);
  for (const word of schema.enum ?? []) yield `${path.join('.')} = ${word}`;
}

/** The same of a value, by the schema that it passed. */
function* wayOf(schema: Schema, value: unknown, path: readonly string[] = []): Generator<string> {
  for (const inner of schema.anyOf ?? []) yield* wayOf(inner, value, path);
  if (schema.enum?.includes(value)) yield `${path.join('.')} = ${value}`;
  if (Array.isArray(value)) for (const one of value) yield* wayOf(schema.items ?? {}, one, path);
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      const known = schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
      if (known) yield [...path, key].join('.');
      yield* wayOf(known ?? Object.values(schema.patternProperties ?? {})[0] ?? {}, inner, [
        ...path,
        known ? key : '*',
      ]);
    }
}

/** Places where keys may stand that stand somewhere else too and do the same there. */
const ELSEWHERE = [
  /^steps\.parallel\./,
  /^steps\.step\./,
  /^steps\.undo\./,
  /probes/,
  /^steps\.cross_check/,
  /^debrief\.answer/,
];
/** The words of a closed list that no runbook needs to spell out. */
const SPELT = [/^window\.days/, /^steps\.on_failure = hold$/];

t.test('every key of the language is used', async (t) => {
  const schema = RunbookSchema as unknown as Schema;
  const used = new Set<string>();
  for (const name of NAMES)
    for (const way of wayOf(schema, parse(readFileSync(join(folder, name, 'runbook.yaml'), 'utf8'))))
      used.add(way).add(way.replace('debrief.answer', 'briefing.answer'));
  const missing = [...new Set(ways(schema))].filter((way) => !used.has(way));
  t.same(
    missing.filter((way) => ![...ELSEWHERE, ...SPELT].some((form) => form.test(way))),
    [],
  );
  for (const key of ['verify', 'probes', 'cross_check', 'while', 'shell', 'run', 'timeout', 'from', 'reason', 'takes'])
    t.ok(used.has(`steps.undo.${key}`), `undo.${key}`);
});
