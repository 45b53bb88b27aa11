/** What the language is: wrong values in plain words, later keys said plainly, defaults filled in, every key described. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { Compile } from 'typebox/compile';
import { stringify } from 'yaml';
import { explain } from '../../../core/runbook/explain.ts';
import type { FolderFile } from '../../../core/runbook/folder.ts';
import { lintFolder } from '../../../core/runbook/lint.ts';
import { RunbookSchema } from '../../../core/runbook/schema.ts';
import { readYaml } from '../../../core/runbook/yaml.ts';
import { manySteps } from '../../helpers/manySteps.ts';
import { ROOT } from '../../helpers/server.ts';
import { campaign } from '../bytes/campaign.ts';
import { changed, folderOf, said, schemaSays as says, soundRunbook } from './fixtures.ts';
import { WIDE, wideSays } from './wide.ts';

const NAME = 'a name of a to z, 0 to 9, - and _ that begins with a letter';

t.test('wrong values, in plain words', async (t) => {
  const cases: readonly (readonly [from: string, to: string, ...said: string[]])[] = [
    ['crosscheck/v1', 'crosscheck/v2', '1:13 error [value] “apiVersion” is “crosscheck/v2”. | Write crosscheck/v1.'],
    ['title: Drop the e-mail column\n', '', '1:1 error [required] The runbook has no “title”. | Add “title:”.'],
    ['    title: Drop it\n', '', '23:5 error [required] Step 2 has no “title”. | Add “title:”.'],
    [
      '    title: Drop it\n',
      '    titel: Drop it\n',
      '23:5 error [required] Step 2 has no “title”. | Add “title:”.',
      '24:5 error [unknown-key] Unknown key “titel”. | Did you mean “title”?',
    ],
    [
      'title: Drop it\n',
      'title: |\n      Drop it\n',
      '24:12 error [value] “title” is “Drop it⏎”; one line without space at its ends is expected. | Write it on one line; where it is folded, with “>-” instead of “>”.',
    ],
    ['title: Drop it', "title: ''", '24:12 error [value] “title” is empty. | Give it a value, or remove the key.'],
    [
      'timeout: 10m',
      'timeout: 10 minutes',
      '30:14 error [value] “timeout” is “10 minutes”; a duration is expected. | Write it like 30s, 5m, 2h.',
    ],
    [
      'timeout: 10m',
      'timeout: 600',
      '30:14 error [value] “timeout” is the number 600; a duration is expected. | Write it like 30s, 5m, 2h.',
    ],
    [
      'timeout: 10m',
      'timeout:',
      '30:13 error [value] “timeout” is empty; a duration is expected. | Give it a value, or remove the key.',
    ],
    [
      'timeout: 10m',
      'timeout: 0s',
      '30:14 error [value] “timeout” is “0s”; a duration is expected. | Write it like 30s, 5m, 2h.',
    ],
    [
      'min_size: 1MB',
      'min_size: 1 MiB',
      '20:58 error [value] “min_size” is “1 MiB”; a size is expected. | Write it like 500kB, 10MB.',
    ],
    [
      'within: 1%}}',
      'within: 150%}}',
      '33:61 error [value] “within” is “150%”; a percentage below 100 is expected. | Write it like 1%, 0.5%.',
    ],
    ['drift: {within: 1%}', 'drift: some', '33:52 error [value] “drift” is “some”. | Write exact or expect.'],
    [
      'drift: {within: 1%}',
      'drift: 1',
      '33:52 error [value] “drift” is the number 1, which does not fit here. | Write it like exact, expect, {within: 1%}.',
    ],
    [
      'critical: true',
      'critical: "yes"',
      '26:15 error [value] “critical” is “yes”; true or false is expected. | Write true or false, without quotes.',
    ],
    [
      'minimum: 1',
      'minimum: "1"',
      '6:34 error [value] “minimum” is “1”; a number is expected. | Write a number, without quotes.',
    ],
    ['eyes: 6', 'eyes: 2', '37:13 error [value] “eyes” is the number 2. | Write 4 or 6.'],
    [
      'eyes: 6',
      'eyes: six',
      '37:13 error [value] “eyes” is “six”; a whole number is expected. | Write a whole number, without quotes.',
    ],
    [
      'run: [psql, --file=sql/drop.sql]',
      'run: psql --file=sql/drop.sql',
      '28:10 error [value] “run” is “psql --file=sql/drop.sql”; a list is expected. | Write a list: [one, another].',
    ],
    [
      'run: [psql, --file=sql/drop.sql]',
      'run: [sleep, 5]',
      '28:18 error [value] Item 2 of “run” is the number 5; text is expected. | Put it in quotes.',
    ],
    [
      'run: [psql, --file=sql/drop.sql]',
      'run: []',
      '28:10 error [value] “run” is an empty list. | Add an item, or remove the key.',
    ],
    [
      'run: [psql, --file=sql/drop.sql]',
      'run: [psql, {a: b}]',
      '28:17 error [value] Item 2 of “run” is a mapping; text is expected. | Write text; what holds “{{ … }}” goes in quotes.',
    ],
    [
      'env: {PGDATABASE:',
      'env: {pgdatabase:',
      '29:11 error [value] The key “pgdatabase” does not fit here; a name of A to Z, 0 to 9 and _ is expected. | Write it like PGDATABASE.',
    ],
    [
      'id: drop\n',
      'id: Drop Column\n',
      `23:9 error [value] “id” is “Drop Column”; ${NAME} is expected. | Write it like drop-column.`,
    ],
    [
      'id: drop\n',
      'id: drоp\n',
      `23:9 error [value] “id” is “drоp”; ${NAME} is expected. | “о” is U+043E. Write it like drop-column.`,
    ],
    [
      '  reviewer: {',
      '  rеviewer: {',
      `11:3 error [value] The key “rеviewer” does not fit here; ${NAME} is expected. | “е” is U+0435. Write it like drop-column.`,
    ],
    [
      '  port: {',
      '  api-port: {',
      '6:3 error [value] The key “api-port” does not fit here; a name of a to z, 0 to 9 and _ that begins with a letter is expected. | Write it like api_port.',
    ],
    [
      'equals: probes.host',
      'equals: host',
      '41:57 error [value] “equals” is “host”; a probe is expected. | Write it like probes.rows.',
    ],
    ['on_failure: hold', 'on_failure: retry', '46:17 error [value] “on_failure” is “retry”. | Write hold or decide.'],
    [
      'presence: {required',
      'presence: {requires',
      '14:11 error [required] “presence” has no “required”. | Add “required:”.',
      '14:12 error [unknown-key] Unknown key “requires”. | Did you mean “required”?',
    ],
    [
      'title: Drop it\n',
      `title: Drop it\n    ${'k'.repeat(200)}: 1\n`,
      `25:5 error [unknown-key] Unknown key “${'k'.repeat(60)}…”. | Known: id, title, run, shell, manual, wait, backup, gate, parallel, for_each, step, use, with, target, critical, irreversible, no_backup, when, env, secrets, timeout, retries, retry_delay, idempotent, outputs, progress, limit, while, probes, cross_check, verify, undo, on_failure, rehearse.`,
    ],
  ];
  for (const [from, to, ...expected] of cases) t.same(says(changed(from, to)), expected, to);
  t.same(says(''), ['1:1 error [value] The runbook is empty. | Begin with “apiVersion: crosscheck/v1”.']);
  t.same(says('hello'), [
    '1:1 error [value] The runbook is “hello”; a mapping of keys to values is expected. | Write keys and values below it.',
  ]);
  t.same(
    says(changed('{roles: [dba]}', '&two {roles: dba}').replace('{roles: [sre, data-protection]}', '*two')),
    [
      '11:26 error [value] “roles” is “dba”; a list is expected. | Write a list: [one, another].',
      '12:13 error [value] “roles” is “dba”; a list is expected. | Write a list: [one, another].',
    ],
    'a mistake behind an alias stands where the alias does',
  );
});

t.test('wrong values of every form, in plain words', async (t) => {
  const cases: readonly (readonly [from: string, to: string, ...said: string[]])[] = [
    [
      'lasts: 24h',
      'lasts: a day',
      '35:16 error [value] “lasts” is “a day”; a duration, or a backup step’s keep is expected. | Write it like 24h, backup.keep.',
    ],
    [
      "from: '22:00'",
      "from: '24:00'",
      '24:34 error [value] “from” is “24:00”; a time of day is expected. | Write it like 09:00, 16:30.',
    ],
    [
      "from: '22:00'",
      'from: 2200',
      '24:34 error [value] “from” is the number 2200; a time of day is expected. | Write it like 09:00, 16:30.',
    ],
    [
      'days: [mon, tue]',
      'days: [monday]',
      '24:17 error [value] Item 1 of “days” is “monday”. | Write mon, tue, wed, thu, fri, sat or sun.',
    ],
    [
      'retries: 2',
      'retries: 20',
      '49:14 error [value] “retries” is the number 20. | Write a whole number from 1 to 10.',
    ],
    [
      'retries: 2',
      'retries: 1.5',
      '49:14 error [value] “retries” is the number 1.5; a whole number is expected. | Write a whole number, without quotes.',
    ],
    [
      'within: 5% of probes.rows',
      'within: 5%',
      '99:34 error [value] “within” is “5%”; a percentage above a probe is expected. | Write it like 5% of probes.rows.',
    ],
    [
      'use: ../other',
      'use: ../../other',
      '153:10 error [value] “use” is “../../other”; a folder beside this one is expected. | Write it like ../other.',
    ],
    [
      'file: token',
      'file: ../token',
      '14:17 error [value] “file” is “../token”; the name of a file, without a path is expected. | Write it like pgpassword.',
    ],
    [
      'answer: person',
      'answer: yes',
      '42:46 error [value] “answer” is “yes”. | Write text, link, time, person, file or step.',
    ],
    [
      'manual: Look at the graphs.',
      'manual: [a]',
      '71:69 error [value] “manual” is a list, which does not fit here. | Write it like Move the DNS record., {text: Move the DNS record., by: verifier}.',
    ],
    [
      'items: [a, ',
      'items: [5, ',
      '146:24 error [value] Item 1 of “items” is the number 5; text is expected. | Put it in quotes.',
    ],
    [
      'batch: 50}',
      'batch: [50]}',
      '154:52 error [value] “batch” is a list, which does not fit here. | Write text or a number or true or false.',
    ],
    [
      'outputs: [rows, shards]',
      'outputs: [rows-1]',
      '52:15 error [value] Item 1 of “outputs” is “rows-1”; a name of a to z, 0 to 9 and _ that begins with a letter is expected. | Write it like api_port.',
    ],
    [
      'on: [run.opened',
      'on: [run.open',
      '163:44 error [value] Item 1 of “on” is “run.open”. | Did you mean “run.opened”?',
    ],
    [
      'parallel:\n',
      'parallel: []\n    x:\n',
      '69:15 error [value] “parallel” is an empty list. | Add an item, or remove the key.',
      '70:5 error [unknown-key] Unknown key “x”. | Did you mean “id”?',
    ],
  ];
  for (const [from, to, ...expected] of cases) t.same(wideSays(changed(from, to, WIDE)), expected, to);
});

t.test('the whole example of the design', async (t) => {
  const program = (path: string): FolderFile => ({ path, mode: '0755', bytes: new Uint8Array() });
  const files = [
    program('bin/restore-drill'),
    program('bin/column-exists'),
    program('sql/drop_email.sql'),
    {
      path: 'runbook.yaml',
      mode: '0644' as const,
      bytes: new Uint8Array(readFileSync(join(ROOT, 'test/core/runbook/whole-example.yaml'))),
    },
  ];
  const { runbook, problems } = lintFolder(files);
  t.same(problems.map(said), [
    '40:5 warning [rehearsal] Nothing of step “backup” is replaced in a rehearsal, so it cannot be armed there. | Give its target, its action or an input of it another value under “rehearsal:”, or add “rehearse: as_is”.',
  ]);
  t.match(runbook, {
    window: { days: ['mon', 'tue', 'wed', 'thu'], from: '09:00', to: '16:00', timezone: 'Europe/Warsaw' },
    clocks: { raw: { lasts_ms: 86_400_000 }, cold: { lasts_ms: 1_209_600_000, starts: 'drop-column' } },
    go_no_go: ['lead', 'reviewer', 'verifier'],
    secrets: { PGPASSWORD: { file: 'pgpassword' } },
  });
  t.match(runbook?.steps[1], {
    limit: { field: 'rows', within: '5%', probe: 'rows' },
    on_failure: 'decide',
    undo: { from: 'backup', takes_ms: 3_300_000, step: { id: 'drop-column-undo', eyes: 6, secrets: ['PGPASSWORD'] } },
  });
});

t.test('whoever the schema refuses is told why, and nobody else', async (t) => {
  const form = Compile(RunbookSchema);
  const sound = readYaml(WIDE, 'runbook.yaml').value;
  const junk = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      1.5,
      '',
      'x',
      'X y',
      '5m',
      '1%',
      [],
      {},
      ['x'],
      { id: 'x' },
      { within: '1%' },
    ),
    fc.jsonValue(),
  );
  await campaign(
    t,
    fc.property(fc.nat(2000), junk, fc.constantFrom('put', 'drop', 'add'), (which, value, how) => {
      const text = stringify(mutated(sound, which, how, value), { version: '1.2' });
      const { value: read, places, problems } = readYaml(text, 'runbook.yaml');
      return problems.length > 0 || form.Check(read) === (explain(read, places).length === 0);
    }),
    300,
  );
});

/** The value with its n-th part exchanged, dropped, or joined by a strange key. */
function mutated(root: unknown, which: number, how: string, value: unknown): unknown {
  const copy = structuredClone(root);
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const walk = (holder: unknown): void => {
    if (typeof holder !== 'object' || holder === null) return;
    for (const key of Object.keys(holder)) {
      places.push({ holder: holder as Record<string, unknown>, key });
      walk((holder as Record<string, unknown>)[key]);
    }
  };
  walk(copy);
  const place = places[which % places.length];
  if (!place) return copy;
  if (how === 'drop' && !Array.isArray(place.holder)) delete place.holder[place.key];
  else place.holder[how === 'add' && !Array.isArray(place.holder) ? 'strange' : place.key] = value;
  return copy;
}

t.test('every key has a description', async (t) => {
  const silent: string[] = [];
  const walk = (node: Record<string, unknown>, path: string): void => {
    if (typeof node.description !== 'string' && !/#|\*|\|/.test(path.at(-1) ?? '')) silent.push(path);
    for (const [key, part] of Object.entries((node.properties ?? {}) as object)) walk(part, `${path}.${key}`);
    for (const part of Object.values((node.patternProperties ?? {}) as object)) walk(part, `${path}.*`);
    for (const part of (node.anyOf ?? []) as Record<string, unknown>[]) walk(part, `${path}|`);
    if (node.items) walk(node.items as Record<string, unknown>, `${path}.#`);
  };
  for (const [key, part] of Object.entries(RunbookSchema.properties)) walk(part as never, key);
  t.same(silent, []);
});

t.test('defaults', async (t) => {
  const runbook = soundRunbook(`apiVersion: crosscheck/v1
id: small
title: Small
crew: {lead: {roles: [a]}, one: {roles: [b]}, two: {roles: [c]}, three: {roles: [d]}}
presence: {required: [lead, two, one]}
steps:
  - id: s
    title: S
    critical: true
    run: [a]
    timeout: 90s
    probes:
      p: {title: P, run: [a]}
      q: {title: Q, run: [a], expect: value == "1"}
  - {id: u, title: U, run: [b]}
`);
  t.same(runbook.targets, { local: { agent: 'local' } });
  t.same(runbook.presence, { required: ['lead', 'two', 'one'], grace_ms: 30_000 });
  const [s, u] = runbook.steps;
  t.match(s, {
    target: 'local',
    kind: 'run',
    eyes: 4,
    by: ['two', 'one'],
    valid_for_ms: 300_000,
    timeout_ms: 90_000,
    on_failure: 'hold',
  });
  t.match(s, { env: {}, undo: null, backup: null, no_backup: null, irreversible: false, challenge: [], verify: {} });
  t.equal(s?.probes.p?.drift, 'exact');
  t.equal(s?.probes.q?.drift, 'expect');
  t.match(u, { critical: false, eyes: 2, by: [], timeout_ms: null });
  t.same(JSON.parse(JSON.stringify(runbook)), runbook, 'a plain JSON value');
});

t.test('units', async (t) => {
  const [backup, drop] = soundRunbook().steps;
  t.match(backup?.backup, { artifact: { min_size: 1_000_000, max_age_ms: 7_200_000 }, keep_ms: 1_209_600_000 });
  t.match(drop, { timeout_ms: 600_000, undo: { takes_ms: 3_600_000, from: 'backup', reason: null } });
  const sized = (size: string) => soundRunbook(changed('1MB', size)).steps[0]?.backup?.artifact.min_size;
  t.same(['0B', '1B', '2kB', '3MB', '4GB'].map(sized), [0, 1, 2000, 3_000_000, 4_000_000_000]);
  t.equal(soundRunbook(changed('timeout: 10m', 'timeout: 250ms')).steps[1]?.timeout_ms, 250);
});

/** A folder as it lies on the disk. */
const folderAt = (root: string): FolderFile[] =>
  readdirSync(root, { recursive: true })
    .map(String)
    .filter((path) => statSync(join(root, path)).isFile())
    .map((path) => ({
      path,
      bytes: new Uint8Array(readFileSync(join(root, path))),
      mode: statSync(join(root, path)).mode & 0o100 ? '0755' : '0644',
    }));

const SHIPPED = folderAt(join(ROOT, 'runbooks/drop-plaintext-email'));

t.test('the shipped runbook', async (t) => {
  t.same(lintFolder(SHIPPED).problems.map(said), []);
});

t.test('two hundred steps', async (t) => {
  const files = folderOf(manySteps(200));
  const before = performance.now();
  const { runbook, problems } = lintFolder(files);
  t.comment(`${Math.round(performance.now() - before)} ms`);
  t.same(problems.map(said), []);
  t.equal(runbook?.steps.length, 200);
});
