/** Expressions of a runbook: `${{ }}` in texts, and what a measured value must be. They fail closed; there is no silent null. */
import type { Environment } from '@marcbachmann/cel-js';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { type Compiled, compile, environment, type Flaw, isNode, nodes, summary } from './cel.ts';
import { codeAt, hiddenInLineAt } from './invisible.ts';
import type { InputSpec } from './runbook.ts';

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

type InputTypes = Readonly<Record<string, Pick<InputSpec, 'type'>>>;

const OPENING = '${{';
const TEMPLATE = /\$\{\{(.*?)\}\}/gs;
const RUN = { id: 'string', mode: 'string', started_at_ms: 'int', data: 'string' } as const;
const CEL_TYPE = { string: 'string', integer: 'int', number: 'double', boolean: 'bool' } as const;
const SHOWABLE = ['string', 'int', 'double', 'bool'];

/** Whether a text holds an expression, or the beginning of one. */
export const isTemplate = (text: string): boolean => text.includes(OPENING);

/** The texts of one runbook that hold expressions over its inputs and its run. */
export class Templates {
  readonly #cel: Environment;
  readonly #inputs: InputTypes;

  constructor(inputs: InputTypes) {
    this.#inputs = inputs;
    const types = Object.entries(inputs).map(([name, { type }]) => [name, CEL_TYPE[type]]);
    this.#cel = environment()
      .registerVariable({ name: 'inputs', schema: Object.fromEntries(types) })
      .registerVariable({ name: 'run', schema: RUN });
  }

  /** The first expression of a text that cannot have a value, and why. */
  flaw(text: string): (Flaw & { readonly expression: string }) | undefined {
    for (const [, expression = ''] of text.matchAll(TEMPLATE)) {
      const checked = this.#compile(expression);
      if ('flaw' in checked) return { expression: expression.trim(), ...checked.flaw };
    }
    return isTemplate(text.replace(TEMPLATE, ''))
      ? { expression: text.slice(text.lastIndexOf(OPENING)), why: 'it has no end', mend: 'Close it with “}}”.' }
      : undefined;
  }

  /** Returns the text with every `${{ }}` resolved. XCK_EXPRESSION where one has no value, or one that a person would not see. */
  resolve(text: string, scope: Scope): Result<string> {
    const flaw = this.flaw(text);
    if (flaw) return fail('XCK_EXPRESSION', { text: flaw.expression, why: flaw.why });
    let refused: Result<never> | undefined;
    const done = text.replace(TEMPLATE, (_, expression: string) => {
      const value = this.#value(expression, scope);
      if (value.ok) return value.value;
      refused ??= value;
      return '';
    });
    return refused ?? ok(done);
  }

  #compile(expression: string): { readonly compiled: Compiled } | { readonly flaw: Flaw } {
    const known = ['inputs', 'run', ...Object.keys(this.#inputs), ...Object.keys(RUN)];
    const checked = compile(this.#cel, expression, known);
    if ('flaw' in checked || SHOWABLE.includes(checked.compiled.type)) return checked;
    const { type } = checked.compiled;
    const mend = 'Name one input, as in inputs.database, or a part of run: id, mode, started_at_ms, data.';
    return {
      flaw: { why: `it is no text, number or boolean, but ${type.startsWith('$') ? 'a whole object' : type}`, mend },
    };
  }

  #value(expression: string, scope: Scope): Result<string> {
    const refused = (why: string) => fail('XCK_EXPRESSION', { text: expression.trim(), why });
    const checked = this.#compile(expression);
    if ('flaw' in checked) return refused(checked.flaw.why);
    try {
      const value = String(checked.compiled.value(this.#typed(scope)));
      const hidden = hiddenInLineAt(value);
      return hidden === -1 ? ok(value) : refused(`its value holds the invisible character ${codeAt(value, hidden)}`);
    } catch (error) {
      return refused(summary(error));
    }
  }

  /** CEL's integers are bigints; a value of another type than the input's is refused by CEL itself. */
  #typed({ inputs, run }: Scope): Record<string, unknown> {
    const typed = Object.entries(inputs).map(([name, value]) => [
      name,
      this.#inputs[name]?.type === 'integer' && typeof value === 'number' ? BigInt(value) : value,
    ]);
    return { inputs: Object.fromEntries(typed), run: { ...run, started_at_ms: BigInt(run.started_at_ms) } };
  }
}

const MEASURED = ['value', 'status', 'stdout', 'exit_code'];

const MEASUREMENTS = environment()
  .registerVariable('value', 'string')
  .registerVariable('status', 'int')
  .registerVariable('stdout', 'string')
  .registerVariable('exit_code', 'int');

/** A checked expectation, or why it cannot be one: it must ask something of what was measured, and the answer be true or false. */
export function expectation(text: string): { readonly compiled: Compiled } | { readonly flaw: Flaw } {
  const checked = compile(MEASUREMENTS, text, MEASURED);
  if ('flaw' in checked) return checked;
  const { type, names } = checked.compiled;
  if (type !== 'bool')
    return { flaw: { why: `it is not true or false, but ${type}`, mend: 'Compare it with something: value == "0".' } };
  return MEASURED.some((name) => names.has(name))
    ? checked
    : { flaw: { why: 'it asks nothing of what was measured', mend: `Use ${MEASURED.join(', ')}.` } };
}

/** Whether an expectation says outright what the value is, as `value == "db-1"` does. */
export const tellsValue = ({ ast }: Compiled): boolean =>
  nodes(ast).some(
    ({ op, args }) =>
      (op === '==' || op === 'in') &&
      Array.isArray(args) &&
      nodes(args[0])
        .concat(nodes(args[1]))
        .some(({ op, args }) => op === 'id' && (args === 'value' || args === 'stdout')) &&
      args.some((side) => isNode(side) && (side.op === 'value' || side.op === 'list')),
  );

/** Whether an expectation holds of a measured value; anything but true or false is a refusal. */
export function holds(text: string, measured: Measured): Result<boolean> {
  const checked = expectation(text);
  if ('flaw' in checked) return fail('XCK_EXPRESSION', { text, why: checked.flaw.why });
  try {
    const { status, exit_code } = measured;
    const value = checked.compiled.value({ ...measured, status: BigInt(status), exit_code: BigInt(exit_code) });
    return typeof value === 'boolean'
      ? ok(value)
      : fail('XCK_EXPRESSION', { text, why: 'it is neither true nor false' });
  } catch (error) {
    return fail('XCK_EXPRESSION', { text, why: summary(error) });
  }
}
