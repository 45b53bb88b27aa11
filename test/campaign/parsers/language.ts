/** The parsers of what people write by hand: runbooks and their expressions, inputs, decimals, patterns, documents of holds. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { EMPTY_HOLD, readHold } from '../../../core/release/holdDocument.ts';
import { above, within } from '../../../core/runbook/drift.ts';
import { holds } from '../../../core/runbook/expression.ts';
import { checkInputs } from '../../../core/runbook/inputs.ts';
import { lintFolder } from '../../../core/runbook/lint.ts';
import { matchesRendered } from '../../../core/runbook/matches.ts';
import { parseFolder } from '../../../core/runbook/parse.ts';
import { matchesWhole, patternFlaw } from '../../../core/runbook/pattern.ts';
import type { Rendered, Runbook } from '../../../core/runbook/runbook.ts';
import { Templates } from '../../../core/runbook/templates.ts';
import { typed } from '../../../server/cli/inputs-given.ts';
import { RUNBOOK } from '../../helpers/runbook.ts';
import { BRIEFED, BY_HAND, CLOCKED, PARALLEL, THREE, WAVES } from '../../helpers/runs.ts';
import { must, type Parser, textOf } from './parser.ts';

const EXAMPLES = join(import.meta.dirname, '../../../../docs/examples');
/** But for `use`, which is not one file. */
const examples = (): Uint8Array[] =>
  readdirSync(EXAMPLES)
    .filter((name) => name !== 'use')
    .map((name) => new Uint8Array(readFileSync(join(EXAMPLES, name, 'runbook.yaml'))));

const folder = (bytes: Uint8Array) => [{ path: 'runbook.yaml', mode: '0644' as const, bytes }];

/** What is no runbook has a problem with a place; what is one is a document. */
function runbook(input: Uint8Array): boolean {
  const parsed = parseFolder(folder(input));
  if (!parsed.runbook) {
    const [first] = parsed.problems;
    return !must(first !== undefined && first.line > 0 && first.column > 0, 'refused without a place');
  }
  return must(jcs(parsed.runbook) !== '', 'no document');
}

/** What is refused has a reason. */
function lint(input: Uint8Array): boolean {
  const { runbook: sound, problems } = lintFolder(folder(input));
  must(sound !== undefined || problems.some(({ severity }) => severity === 'error'), 'refused without a reason');
  return sound !== undefined;
}

const MEASURED = { value: '42', status: 200, stdout: 'ok\n', exit_code: 0 };
const EXPECTATIONS = [
  'value == "no"',
  'int(value) == 0 && exit_code == 0',
  'value.split(",").all(x, x.startsWith("a"))',
  'size(stdout) > 3 ? status == 200 : stdout.contains("\\u0041")',
  'value in ["a", "b"] || !(value.trim().lowerAscii() != "x")',
];

const INPUTS = {
  table: { type: 'string' },
  rows: { type: 'integer' },
  ratio: { type: 'number' },
  dry: { type: 'boolean' },
} as const;
const SCOPE = {
  inputs: { table: 'customers', rows: 3, ratio: 0.5, dry: true },
  run: { id: '01JD3V7Q0Z8EA1B2C3D4E5F6G7', mode: 'live', started_at_ms: 1, data: '/data' },
  probes: { host: 'db-1' },
  steps: { backup: { path: '/copy' } },
  item: 'a',
};
const NAMED = { run: true, probes: ['host'], outputs: { backup: ['path'] }, item: true };
const TEXTS = [
  'alter table ${{ inputs.table }} drop column email',
  '${{ inputs.rows + 1 }} of ${{ probes.host }}',
  '${{ steps.backup.outputs.path }}/${{ run.id }}/${{ item }}',
  '${{ inputs.dry ? "a" : string(inputs.ratio) }}',
];

/** The rule of runbook.md once more, over fractions of big integers. */
function decimal(text: string): readonly [value: bigint, scale: bigint] | undefined {
  const [, sign, whole, part = ''] = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const value = BigInt(whole + part);
  return [sign === '-' ? -value : value, 10n ** BigInt(part.length)];
}
function near(percent: string, armed: string, value: string): boolean {
  const [n, a, x] = [decimal(/^([0-9][0-9.]*)%$/.exec(percent)?.[1] ?? ''), decimal(armed), decimal(value)];
  if (!n || !a || !x) return false;
  const positive = (given: bigint) => (given < 0n ? -given : given);
  const apart = positive(x[0] * a[1] - a[0] * x[1]) * 100n * n[1];
  return apart <= n[0] * positive(a[0]) * x[1];
}

/** Longer values than an agent keeps of a probe. */
const LONGEST_VALUE = 4096;

function drift(input: Uint8Array): boolean {
  const [percent = '', armed = '', value = ''] = textOf(input.subarray(0, LONGEST_VALUE)).split('\n');
  const inside = within(percent, armed, value);
  must(inside === near(percent, armed, value), 'drift is reckoned differently');
  must(!inside || !above(percent, armed, value), 'near, and above');
  return inside;
}

function inputs(runbook: Runbook, input: Uint8Array): boolean {
  const specs = runbook.inputs;
  const pairs = textOf(input)
    .split('\n')
    .map((line) => [line.slice(0, Math.max(line.indexOf('='), 0)), line.slice(line.indexOf('=') + 1)] as const);
  const checked = checkInputs(
    runbook,
    Object.fromEntries(pairs.map(([name, value]) => [name, typed(specs[name]?.type, value)])),
  );
  return checked.ok && must(Object.keys(checked.value).join() === Object.keys(specs).join(), 'an input more or less');
}

const WITH_INPUTS = RUNBOOK.replace(
  'inputs:\n',
  'inputs:\n  rows: {type: integer, minimum: 1, maximum: 9}\n  ratio: {type: number}\n  dry: {type: boolean}\n  size: {type: string, enum: [s, l]}\n',
);

function pattern(input: Uint8Array): boolean {
  const [written = '', value = ''] = textOf(input.subarray(0, LONGEST_VALUE)).split('\n');
  const usable = patternFlaw(written) === undefined;
  const long = `${value.repeat(1 + Math.floor(900 / (value.length + 1)))}!`;
  for (const one of [value, long]) must(usable || !matchesWhole(written, one), 'matched by what is no pattern');
  return usable;
}

const json = (input: Uint8Array): unknown => {
  try {
    return JSON.parse(textOf(input)) as unknown;
  } catch {
    return undefined;
  }
};

const HELD = {
  ...EMPTY_HOLD,
  bluf: 'Guests get no receipt.',
  impact: { number: 212, unit: 'orders', whom: 'guests' },
  alternatives: [{ what: 'Wait', why_not: 'It grows' }],
  eta: 1_795_000_000_000,
  conditions: { mailer: 'It is fixed' },
};

const RENDERED = {
  target: { agent: 'local' },
  do: { kind: 'run', argv: ['psql', '-c', 'select 1'] },
  action: { env: { A: 'b' }, programs: {}, probes: { host: { run: ['hostname'] } }, data: '/data', verify: {} },
} as unknown as Rendered;

/** The parsers with small runbooks and what stands in them. */
export function languageParsers(): Parser[] {
  const texts = [THREE, BRIEFED, PARALLEL, WAVES, CLOCKED, BY_HAND].map(utf8);
  const whole = parseFolder(folder(utf8(WITH_INPUTS))).runbook;
  if (!whole) throw new Error('the runbook with inputs is none');
  return [
    { name: 'runbook', share: 12, goods: [...texts, utf8(RUNBOOK), ...examples()], take: runbook },
    { name: 'lint', share: 6, goods: texts.slice(0, 2), take: lint },
    {
      name: 'expectation',
      share: 40,
      goods: EXPECTATIONS.map(utf8),
      take: (input) => holds(textOf(input), MEASURED).ok,
    },
    {
      name: 'template',
      share: 20,
      goods: TEXTS.map(utf8),
      take: (input) => {
        const templates = new Templates(INPUTS, NAMED);
        const [text, sound] = [textOf(input), templates.flaw(textOf(input)) === undefined];
        const resolved = templates.resolve(text, SCOPE);
        return resolved.ok && must(sound, 'resolved, and not sound');
      },
    },
    {
      name: 'drift',
      share: 80,
      goods: [
        '1%\n100\n101',
        '0.5%\n-200.00\n-200.9',
        '0%\n0\n0.0',
        '10%\n99999999999999999999\n99999999999999999998',
      ].map(utf8),
      take: drift,
    },
    {
      name: 'input values',
      share: 60,
      goods: ['table=orders\nrows=3\nratio=-0.5\ndry=true\nsize=s'].map(utf8),
      take: (input) => inputs(whole, input),
    },
    {
      name: 'pattern',
      share: 40,
      goods: ['^[a-z]+$\nabc', '[a-z0-9_-]{1,63}\na', '(?:a|b)c?\nac', '\\d{4}-\\d{2}\n2026-11', '\\p{L}+[^x]*\né'].map(
        utf8,
      ),
      take: pattern,
    },
    {
      name: 'hold document',
      share: 40,
      goods: [utf8(jcs(HELD)), utf8(jcs(EMPTY_HOLD))],
      take: (input) => {
        const read = readHold(json(input));
        return read.ok && must(Object.keys(read.value).length === Object.keys(EMPTY_HOLD).length, 'a key more or less');
      },
    },
    {
      name: 'signed action',
      share: 40,
      goods: [utf8(jcs(RENDERED))],
      take: (input) => matchesRendered(RENDERED, (json(input) ?? {}) as Rendered).ok,
    },
  ];
}
