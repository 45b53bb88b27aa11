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
const LATER_NAMES = ['probes', 'steps', 'item', 'secrets'];

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
    const flaw = wrongCall(all);
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

function wrongType(said: string, known: readonly string[]): Flaw {
  const name = /^(?:Unknown variable|No such key): (.*)$/.exec(said)?.[1];
  if (name !== undefined && LATER_NAMES.includes(name))
    return {
      why: `“${name}” is part of the language, but this version does not resolve it yet`,
      mend: 'Leave it out.',
    };
  if (name !== undefined) return { why: `the name “${name}” is unknown`, mend: didYouMean(name, known) };
  const types = /^no such overload: (.*)$/.exec(said)?.[1];
  return types === undefined
    ? { why: said, mend: 'Correct the expression.' }
    : { why: `the types do not fit: ${types}`, mend: 'Convert with int(…), double(…) or string(…).' };
}
