/** What a value lacks to be a runbook, in plain words. It explains refusals; whether a value passes is for the schema alone to say. */
import { didYouMean, nearest } from './nearest.ts';
import type { Path, Problem } from './problem.ts';
import { RESERVED } from './schema/forms.ts';
import { RunbookSchema } from './schema.ts';
import type { Places } from './yaml.ts';

const MOST = 50;
const LONGEST_QUOTE = 60;
const FEW = 3;

/** The part of JSON Schema that the language is written in. */
interface Schema {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly anyOf?: readonly Schema[];
}

interface Finding {
  readonly path: Path;
  readonly rule: 'value' | 'required' | 'unknown-key';
  readonly message: string;
  readonly mend: string;
  readonly at?: 'key';
}

/** Returns what is wrong with a value that the schema refused, in the order of the text. */
export function explain(value: unknown, places: Places): Problem[] {
  const problems: Problem[] = [];
  for (const { path, rule, message, mend, at } of findings(RunbookSchema as unknown as Schema, value, [])) {
    problems.push(places.problem(path, rule, message, mend, at));
    if (problems.length === MOST) break;
  }
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

function* findings(schema: Schema, value: unknown, path: Path): Generator<Finding> {
  if (schema.anyOf) yield* alternatives(schema, schema.anyOf, value, path);
  else if (!isOf(schema.type, value)) yield wrongKind(schema, value, path);
  else if (typeof value === 'string') yield* wrongText(schema, value, path);
  else if (Array.isArray(value)) yield* wrongList(schema, value, path);
  else if (isObject(value)) yield* schema.properties ? wrongKeys(schema, value, path) : wrongNames(schema, value, path);
  else if (typeof value === 'number' && !schema.enum) yield* wrongNumber(schema, value, path);
  else yield* wrongWord(schema, value, path);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isOf(type: Schema['type'], value: unknown): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

/** The findings of the form that the value is like; where it is like none, that. */
function* alternatives(schema: Schema, forms: readonly Schema[], value: unknown, path: Path): Generator<Finding> {
  const alike = forms.filter((form) => isOf(form.type, value));
  const [first] = alike;
  if (first) yield* alike.length === 1 ? findings(first, value, path) : [];
  else
    yield {
      path,
      rule: 'value',
      message: `${called(path)} is ${shown(value)}, which does not fit here.`,
      mend: schema.examples
        ? likeness(schema, '')
        : `Write ${forms.map((form) => KINDS[form.type ?? 'string']).join(' or ')}.`,
    };
}

const KINDS = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
} as const;

function wrongKind(schema: Schema, value: unknown, path: Path): Finding {
  const { type = 'string', title = KINDS[type], examples } = schema;
  const like = examples && typeof value === 'number' ? likeness(schema, '') : undefined;
  return path.length === 0 && value === null
    ? { path, rule: 'value', message: 'The runbook is empty.', mend: 'Begin with “apiVersion: crosscheck/v1”.' }
    : {
        path,
        rule: 'value',
        message: `${called(path)} is ${shown(value)}; ${title} is expected.`,
        mend: like ?? mendOf(type, value),
      };
}

function mendOf(type: NonNullable<Schema['type']>, value: unknown): string {
  if (value === null) return 'Give it a value, or remove the key.';
  if (type === 'array') return 'Write a list: [one, another].';
  if (type === 'object') return 'Write keys and values below it.';
  if (type === 'boolean') return 'Write true or false, without quotes.';
  if (type !== 'string') return `Write ${KINDS[type]}, without quotes.`;
  return typeof value === 'object' ? 'Write text; what holds “{{ … }}” goes in quotes.' : 'Put it in quotes.';
}

function* wrongText(schema: Schema, value: string, path: Path): Generator<Finding> {
  if (schema.enum) yield* wrongWord(schema, value, path);
  else if (value.length < (schema.minLength ?? 0))
    yield { path, rule: 'value', message: `${called(path)} is empty.`, mend: 'Give it a value, or remove the key.' };
  else if (value.length > (schema.maxLength ?? Number.POSITIVE_INFINITY))
    yield {
      path,
      rule: 'value',
      message: `${called(path)} is longer than ${schema.maxLength} characters.`,
      mend: 'Make it shorter, or move it into a file of the folder.',
    };
  else if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
    yield {
      path,
      rule: 'value',
      message: `${called(path)} is ${shown(value)}; ${schema.title} is expected.`,
      mend: likeness(schema, value),
    };
}

/** A letter of another alphabet can look like one of ours; it is named. */
function likeness({ examples }: Schema, value: string): string {
  if (value === RESERVED) return 'The language keeps that name for itself; choose another.';
  if (!examples) return 'Write it on one line; where it is folded, with “>-” instead of “>”.';
  const strange = [...value].find((letter) => letter > '~');
  const foreign =
    strange && `“${strange}” is U+${strange.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}. `;
  return `${foreign ?? ''}Write it like ${examples.join(', ')}.`;
}

function* wrongNumber(schema: Schema, value: number, path: Path): Generator<Finding> {
  const { minimum = value, maximum = value } = schema;
  if (value >= minimum && value <= maximum) return;
  const message = `${called(path)} is ${shown(value)}.`;
  yield { path, rule: 'value', message, mend: `Write a whole number from ${minimum} to ${maximum}.` };
}

function* wrongWord(schema: Schema, value: unknown, path: Path): Generator<Finding> {
  if (!schema.enum || schema.enum.includes(value)) return;
  yield {
    path,
    rule: 'value',
    message: `${called(path)} is ${shown(value)}.`,
    mend: oneOf(schema.enum.map(String), value),
  };
}

/** The word that was meant, where there are many, else all of them. */
function oneOf(choices: readonly string[], value: unknown): string {
  const near = choices.length > FEW ? nearest(String(value), choices) : undefined;
  if (near !== undefined) return `Did you mean “${near}”?`;
  return `Write ${[choices.slice(0, -1).join(', '), ...choices.slice(-1)].filter((part) => part !== '').join(' or ')}.`;
}

function* wrongList(schema: Schema, value: readonly unknown[], path: Path): Generator<Finding> {
  const { minItems = 0, maxItems = value.length, items = {} } = schema;
  if (value.length < minItems)
    yield {
      path,
      rule: 'value',
      message: `${called(path)} is an empty list.`,
      mend: 'Add an item, or remove the key.',
    };
  if (value.length > maxItems)
    yield {
      path,
      rule: 'value',
      message: `${called(path)} has more than ${maxItems} items.`,
      mend: 'Make it shorter.',
    };
  for (const [index, item] of value.entries()) yield* findings(items, item, [...path, index]);
}

function* wrongKeys(schema: Schema, value: Record<string, unknown>, path: Path): Generator<Finding> {
  const { properties = {}, required = [] } = schema;
  for (const key of required.filter((one) => !Object.hasOwn(value, one)))
    yield { path, rule: 'required', message: `${called(path)} has no “${key}”.`, mend: `Add “${key}:”.` };
  for (const [key, part] of Object.entries(value)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known) yield* findings(known, part, [...path, key]);
    else yield unknownKey([...path, key], key, Object.keys(properties));
  }
}

const unknownKey = (path: Path, key: string, known: readonly string[]): Finding => ({
  path,
  rule: 'unknown-key',
  message: `Unknown key ${quoted(key)}.`,
  mend: key === '<<' ? 'Merge keys are not part of the language; write the values out.' : didYouMean(key, known),
  at: 'key',
});

function* wrongNames(schema: Schema, value: Record<string, unknown>, path: Path): Generator<Finding> {
  const [of = {}] = Object.values(schema.patternProperties ?? {});
  const names = schema.propertyNames ?? {};
  for (const [key, part] of Object.entries(value)) {
    const own = [...path, key];
    if (names.pattern !== undefined && !new RegExp(names.pattern, 'u').test(key))
      yield {
        path: own,
        rule: 'value',
        message: `The key ${quoted(key)} does not fit here; ${names.title} is expected.`,
        mend: likeness(names, key),
        at: 'key',
      };
    else yield* findings(of, part, own);
  }
}

/** What a person calls the place: its key, or its number in a list. */
function called(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'The runbook';
  if (typeof last === 'string') return quoted(last);
  const list = path.at(-2);
  return list === 'steps' ? `Step ${last + 1}` : `Item ${last + 1} of ${quoted(String(list))}`;
}

/** A piece of the text, short and on one line. */
export function quoted(text: string): string {
  const short = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return `“${short.replaceAll('\n', '⏎')}”`;
}

function shown(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'number') return `the number ${value}`;
  return typeof value === 'string' ? quoted(value) : String(value);
}
