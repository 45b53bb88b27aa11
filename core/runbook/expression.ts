/** Expressions: CEL in `${{ }}` templates and in `expect`. They fail closed; `matches` is refused, for a pattern can take for ever. */
import { Environment } from '@marcbachmann/cel-js';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';

/** What a template may name. */
export interface Scope {
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  readonly run: { readonly id: string; readonly mode: string; readonly started_at_ms: number; readonly data: string };
}

/** What a measured value offers to its expectation. */
export interface Measured {
  readonly value: string;
  readonly status: number;
  readonly stdout: string;
  readonly exit_code: number;
}

const LIMITS = { maxAstNodes: 500, maxDepth: 50, maxListElements: 100, maxMapEntries: 100 };
const TEMPLATE = /\$\{\{(.*?)\}\}/gs;

interface Node {
  readonly op: string;
  readonly args: unknown;
}

type Parsed = ReturnType<Environment['parse']>;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;

/** Every node of a parsed expression. */
function nodes(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodes);
  return isNode(value) ? [value, ...nodes(value.args)] : [];
}

const calls = (node: Node, name: string): boolean =>
  (node.op === 'call' || node.op === 'rcall') && Array.isArray(node.args) && node.args[0] === name;

const reason = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);

function parse(environment: Environment, text: string): Result<Parsed> {
  try {
    const parsed = environment.parse(text.trim());
    if (nodes(parsed.ast).some((node) => calls(node, 'matches')))
      return fail('XCK_EXPRESSION', { text, why: '“matches” is not part of the language' });
    const checked = parsed.check();
    return checked.valid ? ok(parsed) : fail('XCK_EXPRESSION', { text, why: reason(checked.error) });
  } catch (error) {
    return fail('XCK_EXPRESSION', { text, why: reason(error) });
  }
}

const templates = () =>
  new Environment({ limits: LIMITS }).registerVariable('inputs', 'map').registerVariable('run', 'map');
const expectations = () =>
  new Environment({ limits: LIMITS })
    .registerVariable('value', 'string')
    .registerVariable('status', 'int')
    .registerVariable('stdout', 'string')
    .registerVariable('exit_code', 'int');

function evaluate(parsed: Parsed, text: string, scope: Record<string, unknown>): Result<unknown> {
  try {
    return ok(parsed(scope));
  } catch (error) {
    return fail('XCK_EXPRESSION', { text, why: reason(error) });
  }
}

/** The expressions inside a text, in order, without their braces. */
export const expressionsIn = (text: string): string[] => [...text.matchAll(TEMPLATE)].map((found) => found[1] ?? '');

/** The names that a template's expressions use, as `inputs.x` or `run.data`; a bare `inputs` where no one name is used. */
export function namesIn(text: string): Result<string[]> {
  const names: string[] = [];
  for (const expression of expressionsIn(text)) {
    const parsed = parse(templates(), expression);
    if (!parsed.ok) return parsed;
    const all = nodes(parsed.value.ast);
    for (const node of all) {
      const [object, field] = node.op === '.' && Array.isArray(node.args) ? (node.args as unknown[]) : [];
      if (isNode(object) && object.op === 'id') names.push(`${object.args}.${field}`);
    }
    const bare = all.filter((node) => node.op === 'id').length - all.filter((node) => node.op === '.').length;
    if (bare > 0) names.push('inputs');
  }
  return ok(names);
}

/** Returns the text with every `${{ }}` resolved. XCK_EXPRESSION where one cannot be; there is no silent null. */
export function resolve(text: string, scope: Scope): Result<string> {
  let refused: Result<string> | undefined;
  const environment = templates();
  const done = text.replace(TEMPLATE, (_, expression: string) => {
    const parsed = parse(environment, expression);
    const value = parsed.ok ? evaluate(parsed.value, expression, { ...scope }) : parsed;
    if (value.ok && ['string', 'number', 'bigint', 'boolean'].includes(typeof value.value)) return String(value.value);
    refused ??= value.ok
      ? fail('XCK_EXPRESSION', { text: expression, why: 'its value is not a string, number or boolean' })
      : value;
    return '';
  });
  return refused ?? ok(done);
}

/** Checks that an expectation parses and is a yes-or-no question. */
export function checkExpectation(text: string): Result<true> {
  const parsed = parse(expectations(), text);
  if (!parsed.ok) return parsed;
  const type = parsed.value.check().type;
  return type === 'bool' || type === 'dyn'
    ? ok(true)
    : fail('XCK_EXPRESSION', { text, why: `it is a ${type}, not a bool` });
}

/** Whether an expectation holds of a measured value; anything but true or false is a refusal. */
export function holds(text: string, measured: Measured): Result<boolean> {
  const parsed = parse(expectations(), text);
  if (!parsed.ok) return parsed;
  const scope = { ...measured, status: BigInt(measured.status), exit_code: BigInt(measured.exit_code) };
  const value = evaluate(parsed.value, text, scope);
  if (!value.ok) return value;
  return typeof value.value === 'boolean'
    ? ok(value.value)
    : fail('XCK_EXPRESSION', { text, why: 'it is neither true nor false' });
}
