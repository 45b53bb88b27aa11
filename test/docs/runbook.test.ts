/** The runbook reference and the editor's schema are what the language is, and every example in them is a sound runbook. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { parse } from 'yaml';
import { utf8 } from '../../core/bytes/encoding.ts';
import type { FolderFile } from '../../core/runbook/folder.ts';
import { lintFolder } from '../../core/runbook/lint.ts';
import { packFolder } from '../../core/runbook/uses.ts';
import { readFolder } from '../../server/routes/shelf.ts';
import { said } from '../core/runbook/fixtures.ts';
import { OTHER, WIDE } from '../core/runbook/wide.ts';
import { ROOT } from '../helpers/server.ts';

const EXAMPLES = join(ROOT, 'docs/examples');
const yamlOf = (name: string): string => readFileSync(join(EXAMPLES, name, 'runbook.yaml'), 'utf8');
const names = readdirSync(EXAMPLES);

t.test('both files are made of the language as it is', async (t) => {
  const checked = spawnSync(process.execPath, ['scripts/runbook-docs.mjs', '--check'], { cwd: ROOT, encoding: 'utf8' });
  t.equal(checked.stderr, '');
  t.equal(checked.status, 0);
});

t.test('every example is sound', async (t) => {
  const folderOf = (name: string): FolderFile[] => [{ path: 'runbook.yaml', mode: '0644', bytes: utf8(yamlOf(name)) }];
  for (const name of names) {
    const packed = packFolder(folderOf(name), (other) => (names.includes(other) ? folderOf(other) : undefined));
    t.same('files' in packed ? lintFolder(packed.files).problems.map(said) : packed.problems, [], name);
  }
});

t.test('what somebody wrote from the reference alone is sound', async (t) => {
  const folder = readFolder(join(ROOT, 'test/newcomer/purge-inactive-accounts'));
  t.same(folder.ok ? lintFolder(folder.value).problems.map(said) : folder.refusal, []);
});

t.test('an editor takes what the language takes, and little more', async (t) => {
  const schema: object = JSON.parse(readFileSync(join(ROOT, 'docs/runbook.v1.schema.json'), 'utf8'));
  const fits = new Ajv2020({ strict: false }).compile(schema);
  for (const yaml of [WIDE, OTHER, ...names.map(yamlOf)]) t.ok(fits(parse(yaml)), JSON.stringify(fits.errors));
  const wrong: readonly (readonly [from: string, to: string])[] = [
    ['title: Everything at once\n', ''],
    ['retries: 2', 'retries: 0'],
    ['id: notes', 'id: Notes'],
    ['on_failure: decide', 'on_failure: retry'],
    ['lasts: 24h', 'lasts: one day'],
    ['timezone:', 'time_zone:'],
    ['  PGPASSWORD: {file', '  password: {file'],
    ['within: 5% of probes.rows', 'within: 5%'],
    ['use: ../other', 'use: other'],
  ];
  for (const [from, to] of wrong) t.notOk(fits(parse(WIDE.replace(from, () => to))), to);
});

t.test('the defaults in the schema are those that are filled in', async (t) => {
  const bare = `apiVersion: crosscheck/v1
id: bare
title: Bare
inputs: {x: {type: string}}
crew: {lead: {roles: [a]}, one: {roles: [b]}}
presence: {required: [lead, one]}
rehearsal: {}
steps:
  - {id: a, title: A, run: [a], rehearse: as_is}
  - {id: b, title: B, critical: true, run: [a], timeout: 1m, retries: 1, idempotent: true, rehearse: as_is}
  - {id: c, title: C, manual: {text: c}, rehearse: as_is}
  - {id: d, title: D, wait: {for: 1h}, rehearse: as_is}
  - {id: e, title: E, for_each: {items: [a]}, step: {run: [a]}, rehearse: as_is}
`;
  const { runbook } = lintFolder([{ path: 'runbook.yaml', mode: '0644', bytes: utf8(bare) }]);
  const schema = JSON.parse(readFileSync(join(ROOT, 'docs/runbook.v1.schema.json'), 'utf8')) as Schema;
  const [a, b, c, d, e] = runbook?.steps ?? [];
  const ms = { '30s': 30_000, '5m': 300_000, '10s': 10_000 } as Readonly<Record<string, number>>;
  const is = (path: string, value: unknown) => {
    const standard = path.split('.').reduce<Schema>(within, schema).default;
    t.same(typeof value === 'number' && typeof standard === 'string' ? ms[standard] : standard, value, path);
  };
  is('presence.grace', runbook?.presence.grace_ms);
  is('crew.*.optional', runbook?.crew['one']?.optional);
  is('rehearsal.required', runbook?.rehearsal?.required);
  is('steps.#.target', a?.target);
  is('steps.#.critical', a?.critical);
  is('steps.#.irreversible', a?.irreversible);
  is('steps.#.idempotent', a?.idempotent);
  is('steps.#.on_failure', a?.on_failure);
  is('steps.#.cross_check.eyes', b?.eyes);
  is('steps.#.cross_check.valid_for', b?.valid_for_ms);
  is('steps.#.retry_delay', b?.retry_delay_ms);
  is('steps.#.manual.|.by', c?.manual?.by);
  is('steps.#.wait.every', d?.wait?.every_ms);
  is('steps.#.for_each.max_parallel', e?.for_each?.max_parallel);
  is('steps.#.for_each.canary', e?.for_each?.canary);
});

interface Schema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** The schema one step further: `*` is any key, `#` any item, `|` the last form. */
function within(schema: Schema, part: string): Schema {
  const found = {
    '*': Object.values(schema.patternProperties ?? {})[0],
    '#': schema.items,
    '|': schema.anyOf?.at(-1),
  }[part];
  return found ?? schema.properties?.[part] ?? {};
}
