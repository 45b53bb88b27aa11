/** CEL, cut down to what ends soon and says the same everywhere: no patterns, no time zones, one loop at most. It fails closed. */
import { Environment } from '@marcbachmann/cel-js';
import { didYouMean } from './nearest.ts';

/** Why an expression cannot be used, and what to do about it. */
export interface Flaw {
  readonly why: string;
  readonly mend: string;
}

/** A checked expression: its type, the names it uses, and its value in a scope (which throws where it has none). */
export interface Compiled {
  readonly type: string;
  readonly names: ReadonlySet<string>;
  readonly ast: unknown;
  readonly value: (scope: Record<string, unknown>) => unknown;
}

export type Checked = { readonly compiled: Compiled } | { readonly flaw: Flaw };

const LIMITS = { maxAstNodes: 500, maxDepth: 50, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 10 };
const LONGEST = 4000;
const LOOPS = ['all', 'exists', 'exists_one', 'map', 'filter'];
/** What else CEL knows takes for ever (`matches`), depends on the machine (time zones), or is of no use here. */
const FUNCTIONS = [
  ...LOOPS,
  ...['has', 'size', 'int', 'double', 'string', 'bool'],
  ...['startsWith', 'endsWith', 'contains', 'indexOf', 'lastIndexOf', 'substring', 'split', 'trim'],
  ...['lowerAscii', 'upperAscii'],
];
/** Objects that are read by outright names only, so that everybody sees what an expression depends on. */
const OBJECTS = ['inputs', 'run', 'probes', 'steps'];
/** Names of the language that have no value everywhere, and what helps. */
const ELSEWHERE: Readonly<Record<string, Flaw>> = {
  secrets: {
    why: 'a secret cannot be named in an expression',
    mend: 'List it under “secrets:” of the step; the command finds it in its environment.',
  },
  probes: {
    why: '“probes” has no value here',
    mend: 'Name probes in what runs after they were measured: run, backup, verify or a hint.',
  },
  steps: { why: '“steps” has no value here', mend: 'Name outputs in steps that come later.' },
  item: {
    why: '“item” has no value here',
    mend: 'Name it in “run:” of what each item runs; elsewhere CROSSCHECK_ITEM is in the environment.',
  },
  run: { why: '“run” has no value here', mend: 'Use inputs.' },
};

export interface Node {
  readonly op: string;
  readonly args: unknown;
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;

/** Every node of a parsed expression. */
export function nodes(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodes);
  return isNode(value) ? [value, ...nodes(value.args)] : [];
}

/** An environment that knows these names and nothing else. */
export const environment = (): Environment => new Environment({ limits: LIMITS });

/** Parses and type-checks an expression; `known` are the names it may use. */
export function compile(cel: Environment, text: string, known: readonly string[]): Checked {
  if (text.length > LONGEST)
    return { flaw: { why: `it is longer than ${LONGEST} characters`, mend: 'Make it shorter.' } };
  if (text.trim() === '') return { flaw: { why: 'it is empty', mend: 'Write what it stands for, or remove it.' } };
  try {
    const parsed = cel.parse(text.trim());
    const all = nodes(parsed.ast);
    const flaw = wrongCall(all) ?? dashed(text, known) ?? byNumber(all);
    if (flaw) return { flaw };
    const { valid, type = 'dyn', error } = parsed.check();
    if (!valid) return { flaw: wrongType(summary(error), known) };
    const names = new Set(all.filter(({ op }) => op === 'id').map(({ args }) => String(args)));
    return { compiled: { type, names, ast: parsed.ast, value: (scope) => parsed(scope) as unknown } };
  } catch (error) {
    return {
      flaw: { why: summary(error).replace(/.*token: EOF$/, 'it ends too soon'), mend: 'Correct the expression.' },
    };
  }
}

/** The first line of what CEL says. */
export const summary = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);

function wrongCall(all: readonly Node[]): Flaw | undefined {
  const called = all.flatMap(({ op, args }) =>
    (op === 'call' || op === 'rcall') && Array.isArray(args) ? [String(args[0])] : [],
  );
  const strange = called.find((name) => !FUNCTIONS.includes(name));
  if (strange === 'matches')
    return { why: '“matches” is not part of the language', mend: 'Use ==, startsWith, endsWith or contains.' };
  if (strange !== undefined)
    return { why: `“${strange}” is not part of the language`, mend: didYouMean(strange, FUNCTIONS) };
  return called.filter((name) => LOOPS.includes(name)).length > 1
    ? { why: 'it loops more than once', mend: `Use one of ${LOOPS.join(', ')}, once.` }
    : undefined;
}

/** `steps.drop-column` is a subtraction; whoever writes it means a name. */
function dashed(text: string, known: readonly string[]): Flaw | undefined {
  for (const [written, object, name = ''] of text.matchAll(/\b(steps|probes)\.([a-z0-9_]+(?:-[a-z0-9_]+)+)/g))
    if (known.includes(name)) return { why: `“${written}” is a subtraction`, mend: `Write ${object}["${name}"].` };
  return undefined;
}

/** A name that is computed could be any. */
function byNumber(all: readonly Node[]): Flaw | undefined {
  const computed = all.some(
    ({ op, args }) => op === '[]' && Array.isArray(args) && isObject(args[0]) && literal(args[1]) === undefined,
  );
  return computed ? { why: 'it computes a name', mend: 'Name what it reads outright.' } : undefined;
}

const isObject = (node: unknown): boolean => isNode(node) && node.op === 'id' && OBJECTS.includes(String(node.args));
const literal = (node: unknown): string | undefined =>
  isNode(node) && node.op === 'value' && typeof node.args === 'string' ? node.args : undefined;

const PARSER = environment();

/** What an expression reads, each from its outermost name on: `['steps', 'backup', 'outputs', 'path']`. Nothing where it cannot be parsed. */
export function readsOf(expression: string): (readonly string[])[] {
  try {
    return expression.length > LONGEST ? [] : chainsIn(PARSER.parse(expression.trim()).ast);
  } catch {
    return [];
  }
}

/** The longest chains of names. */
function chainsIn(node: unknown): (readonly string[])[] {
  if (Array.isArray(node)) return node.flatMap(chainsIn);
  if (!isNode(node)) return [];
  const chain = chainOf(node);
  return chain ? [chain] : chainsIn(node.args);
}

function chainOf(node: unknown): string[] | undefined {
  if (!isNode(node)) return undefined;
  if (node.op === 'id') return [String(node.args)];
  if ((node.op !== '.' && node.op !== '[]') || !Array.isArray(node.args)) return undefined;
  const [before, last] = [chainOf(node.args[0]), node.op === '.' ? String(node.args[1]) : literal(node.args[1])];
  return before && last !== undefined ? [...before, last] : undefined;
}

function wrongType(said: string, known: readonly string[]): Flaw {
  const [, what, name] = /^(Unknown variable|No such key): (.*)$/.exec(said) ?? [];
  const variable = what === 'Unknown variable' && name !== undefined && Object.hasOwn(ELSEWHERE, name);
  const elsewhere = variable ? ELSEWHERE[name] : undefined;
  if (elsewhere) return elsewhere;
  if (name !== undefined) return { why: `the name “${name}” is unknown`, mend: didYouMean(name, known) };
  const types = /^no such overload: (.*)$/.exec(said)?.[1];
  return types === undefined
    ? { why: said, mend: 'Correct the expression.' }
    : { why: `the types do not fit: ${types}`, mend: 'Convert with int(…), double(…) or string(…).' };
}
