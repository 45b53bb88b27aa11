/**
 * Writes docs/runbook.v1.schema.json and docs/runbook-reference.md from the one definition of the language and the
 * examples in docs/examples; with --check it writes nothing and fails where a file differs. A test runs that.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { RunbookSchema } from '../build/core/runbook/schema.js';

const root = new URL('../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');

const KINDS = ['run', 'shell', 'manual', 'wait', 'backup', 'gate', 'parallel', 'for_each', 'use'];
const MORE = { undo: 'Ways back and clocks', rehearsal: 'Rehearsals', whole: 'The run as a whole' };

/** The comment that an example opens with is its prose; the rest is the example. */
function example(name) {
  const lines = read(`docs/examples/${name}/runbook.yaml`).split('\n');
  const first = lines.findIndex((line) => !line.startsWith('#'));
  const prose = lines.slice(0, first).map((line) => line.slice(2));
  return { prose: prose.join('\n'), yaml: lines.slice(first).join('\n').trimEnd() };
}

const examples = new Map(readdirSync(new URL('docs/examples', root)).map((name) => [name, example(name)]));
const values = [...examples.values()].map(({ yaml }) => parse(yaml));

/** Every value that the examples have at a path; `*` is any key, `#` any index. */
function found(value, [part, ...rest]) {
  if (part === undefined) return value === undefined ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  const parts =
    part === '*' ? Object.values(value) : part === '#' ? (Array.isArray(value) ? value : []) : [value[part]];
  return parts.flatMap((one) => found(one, rest));
}

/** The shortest value that an example has at one of these paths, on one line. */
function shortest(paths) {
  const texts = paths
    .flatMap((path) => values.flatMap((value) => found(value, path)))
    .map((value) => stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim());
  return texts.sort((a, b) => a.length - b.length)[0];
}

/** What a value must be, in a few words. */
function form(schema) {
  const { type, title, anyOf, items, minimum, maximum } = schema;
  if (schema.enum) return schema.enum.map((word) => `\`${word}\``).join(', ');
  if (anyOf) return anyOf.map(form).join(', or ');
  if (type === 'array') return `list of ${form(items)}`;
  if (type === 'object') return schema.patternProperties ? 'mapping by name' : 'mapping';
  if (type === 'boolean') return 'true or false';
  if (type === 'integer') return minimum === undefined ? 'whole number' : `${minimum} to ${maximum}`;
  if (title?.startsWith('a name of')) return title.includes('A to Z') ? 'variable name' : 'name';
  return title?.replace(/^an? |^the | without space at its ends$/g, '') ?? (type === 'number' ? 'number' : 'text');
}

/** A mapping with a table of its own is not written out. */
const shown = (text) => (text.length > LONGEST ? 'below' : `\`${cell(text)}\``);
const LONGEST = 80;

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Every mapping of the language with the paths that it stands at; what stands in several places is described once. */
function mappings(schema, path = [], all = new Map()) {
  for (const one of schema.anyOf ?? []) mappings(one, path, all);
  if (schema.items) mappings(schema.items, [...path, '#'], all);
  for (const one of Object.values(schema.patternProperties ?? {})) mappings(one, [...path, '*'], all);
  if (!schema.properties) return all;
  const keys = Object.keys(schema.properties).join();
  const own = all.get(keys) ?? { schema, paths: [] };
  all.set(keys, own);
  own.paths.push(path);
  for (const [key, part] of Object.entries(schema.properties)) mappings(part, [...path, key], all);
  return all;
}

function table({ schema, paths }) {
  // A step inside `parallel` has the keys of a step.
  const own = paths.filter((path) => !path.includes('parallel'));
  if (own.length === 0) return [];
  const rows = Object.entries(schema.properties).map(([key, part]) => {
    const must = (schema.required ?? []).includes(key) ? '**required**' : '';
    const standard = part.default === undefined ? must : `\`${part.default}\``;
    const text = shortest(paths.map((path) => [...path, key]));
    if (text === undefined) throw new Error(`no example has ${[...paths[0], key].join('.')}`);
    return `| \`${key}\` | ${cell(form(part))} | ${standard} | ${cell(part.description)} | ${shown(text)} |`;
  });
  const title = paths[0].length === 0 ? 'The runbook' : own.map(titleOf).join(', ');
  const head = '| key | what it is | default | meaning | for example |\n| --- | --- | --- | --- | --- |';
  return [`### ${title}\n\n${head}\n${rows.join('\n')}`];
}

const titleOf = (path) =>
  `\`${path
    .map((part) => (part === '*' ? '<name>' : part))
    .filter((part) => part !== '#')
    .join('.')}\``;

function reference() {
  const kinds = KINDS.map((kind) => section(`\`${kind}:\``, kind));
  const more = Object.entries(MORE).map(([name, title]) => section(title, name));
  const keys = [...mappings(RunbookSchema).values()].flatMap(table);
  return `${INTRODUCTION}\n## Step kinds\n\nA step has exactly one.\n\n${kinds.join('\n')}\n${more
    .join('\n')
    .replaceAll('### ', '## ')}\n${EXPRESSIONS}\n## Every key\n\n${keys.join('\n\n')}\n`;
}

function section(title, name) {
  const { prose, yaml } = examples.get(name);
  return `### ${title}\n\n${prose}\n\n\`\`\`yaml\n${yaml}\n\`\`\`\n`;
}

const INTRODUCTION = `# Runbook reference (\`apiVersion: crosscheck/v1\`)

A runbook is a folder: \`runbook.yaml\` (YAML 1.2) and every file that it runs. Its digest names all of them, so that what was
approved is what runs. \`crosscheck runbook lint FOLDER\` says what is wrong with one, with line, column and the mend, and
[runbook.v1.schema.json](runbook.v1.schema.json) lets an editor say it while you write:

\`\`\`yaml
# yaml-language-server: $schema=https://crosscheck.example/runbook.v1.json
\`\`\`

This page is made of \`core/runbook/schema.ts\` and \`docs/examples\` by \`node scripts/runbook-docs.mjs\`; a test holds them equal.

A runbook needs \`apiVersion\`, \`id\`, \`title\`, a \`crew\` with a lead, a \`presence\`, and \`steps\`. They run in order. The
crew's seats are taken by people who hold one of the seat's roles; a person holds one seat. A step that is not critical is
armed by the lead, who types the name of its target (\`local\` where it names none), shown to everybody, and started. A **critical** step is armed, measured, confirmed by other people from a
session of their own, and started by the lead's signature. \`eyes: 4\` asks for one confirmation, \`eyes: 6\` for two, of different
people in different seats of \`by\`; the lead never counts. In a live run an irreversible step also asks for one confirmation by a
passkey or a security key, which somebody touched, and one from a terminal, by an SSH key or a security key; one security key
at a terminal is both. \`cross_check.keys\` asks for more or for less, on any critical step.

Durations are written \`250ms\`, \`30s\`, \`5m\`, \`2h\`, \`14d\`; sizes \`500B\`, \`500kB\`, \`10MB\`, \`2GB\`; percentages \`1%\`, \`0.5%\`. Ids
are lower-case letters, digits, \`-\` and \`_\`. Unknown keys are errors. Values that hold \`\${{ … }}\`, commas, colons or brackets
go in quotes.

**Probes** are read-only facts, measured when the step is armed and again right before it starts. A probe has a \`run\` or an \`http\`;
\`expect\` says what must hold, \`drift\` how the value may differ the second time. A probe that a **challenge** names is blind: its
value stands on nobody's screen until the step starts, and the person asked types what they measured themselves.
**Checks** (\`verify\`) run after the command and decide, with its exit status, whether the step has finished. A probe that does not
answer within ten seconds counts as failed, a check within a minute; what takes longer to check is a step of its own.

**Secrets** are named, never written: \`secrets:\` of the runbook names files in the agent's directory, a step lists those that it needs,
and finds them as variables. No expression can name one, and output is masked.

**Commands** run in a read-only copy of the folder. A program without a slash is looked for on the agent's PATH, one with a
slash in the folder, where it must be executable; nothing that changes may lie there: data has its place in \`\${{ run.data }}\`.
What \`env\` and \`secrets\` give a step, its probes, its checks, its backup and drill, and its way back get too.
`;

const EXPRESSIONS = `## Expressions

\`\${{ … }}\` holds [CEL](https://cel.dev), without patterns and with one loop at most. It is resolved once, when the step is armed;
reviewers see the value, and exactly that runs. \`expect:\` and \`when:\` are CEL as they stand, without \`\${{ }}\`.

| name | what it is | where it has a value |
| --- | --- | --- |
| \`inputs.<name>\` | what was given when the run was opened | everywhere |
| \`run.id\`, \`run.mode\`, \`run.started_at_ms\`, \`run.data\` | the run, and the agent's directory for data: one for all runs of a target, so what is kept has \`\${{ run.id }}\` in its name | everywhere but \`locks\` |
| \`steps.<id>.outputs.<name>\` | what an earlier step wrote | in steps after it |
| \`probes.<id>\` | a probe's value as armed, unless it is blind | \`run\`, \`backup\`, \`manual\`, \`verify\`, hints |
| \`item\` | one item of \`for_each\` | \`run\` of \`step:\` and of the undo |
| \`value\`, \`status\`, \`stdout\`, \`exit_code\` | what was measured; \`value\` is \`stdout\` (or the body) without spaces at its ends, always a text: \`int(value) < 10\` | \`expect\` |

An id with a dash is written in brackets: \`steps["drop-column"].outputs.rows\`. A text that is one expression as a whole keeps its
type in \`with\`. An expression that has no value is a refusal, never an empty text; \`has(steps.mark.outputs.batch)\` asks first.
Expressions stand in \`run\`, \`backup\`, \`manual\`, \`env\`, \`probes\`, \`verify\`, hints, \`items\`, \`with\`, \`locks\`, the URLs of \`links\` and what
a rehearsal runs instead; never in a script, a title or a question.
`;

function editorSchema() {
  const head = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://crosscheck.example/runbook.v1.json',
    title: 'Crosscheck runbook, crosscheck/v1',
  };
  return `${JSON.stringify({ ...head, ...RunbookSchema }, null, 1)}\n`;
}

const made = { 'docs/runbook.v1.schema.json': editorSchema(), 'docs/runbook-reference.md': reference() };
for (const [path, text] of Object.entries(made)) {
  if (!process.argv.includes('--check')) writeFileSync(new URL(path, root), text);
  else if (read(path) !== text) {
    process.stderr.write(`${path} is not what the language says; run: node scripts/runbook-docs.mjs\n`);
    process.exitCode = 1;
  }
}
