/** `${{ }}` in the texts of a runbook: what they may name, and what they come to. They fail closed; there is no silent null. */
import type { Environment } from '@marcbachmann/cel-js';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { type Checked, compile, environment, type Flaw, readsOf, summary } from './cel.ts';
import { codeAt, hiddenInLineAt } from './invisible.ts';
import type { InputSpec } from './runbook.ts';

/** What a run knows when a step is resolved. */
export interface Scope {
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  readonly run: { readonly id: string; readonly mode: string; readonly started_at_ms: number; readonly data: string };
  /** Values as armed; empty before they are measured. */
  readonly probes: Readonly<Record<string, string>>;
  /** Outputs by step id. */
  readonly steps: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Items of this step that are finished. */
  readonly finished: readonly string[];
}

/** The values of one place; whatever it does not have is not named there. */
export interface Values extends Pick<Scope, 'inputs' | 'run'>, Partial<Pick<Scope, 'probes' | 'steps'>> {
  readonly item?: string;
}

/** What has a value in one place, beside inputs: each only where it is given. */
export interface Named {
  readonly run?: boolean;
  readonly probes?: readonly string[];
  /** Names of outputs by step. */
  readonly outputs?: Readonly<Record<string, readonly string[]>>;
  readonly item?: boolean;
}

type InputTypes = Readonly<Record<string, Pick<InputSpec, 'type'>>>;
type Value = Scope['inputs'][string];

const OPENING = '${{';
const TEMPLATE = /\$\{\{(.*?)\}\}/gs;
const RUN = { id: 'string', mode: 'string', started_at_ms: 'int', data: 'string' } as const;
const CEL_TYPE = { string: 'string', integer: 'int', number: 'double', boolean: 'bool' } as const;
const SHOWABLE = ['string', 'int', 'double', 'bool'];

/** A text up to its last `}}`: what begins after that has no end, and looking for one each time takes the square of the text. */
const closed = (text: string): string => text.slice(0, text.lastIndexOf('}}') + 2);

/** Whether a text holds an expression, or the beginning of one. */
export const isTemplate = (text: string): boolean => text.includes(OPENING);

/** The expression that a text is as a whole; undefined where it is none, or more than one. */
export function wholeExpression(text: string): string | undefined {
  const [first] = closed(text).matchAll(TEMPLATE);
  return first?.[0] === text ? first[1] : undefined;
}

/** What the expressions of a text read, each from its outermost name on; nothing where one cannot be parsed. */
export const readsIn = (text: string): (readonly string[])[] =>
  [...closed(text).matchAll(TEMPLATE)].flatMap(([, expression = '']) => readsOf(expression));

const strings = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'string']));

function environmentOf(inputs: InputTypes, named: Named): Environment {
  const types = Object.entries(inputs).map(([name, { type }]) => [name, CEL_TYPE[type]]);
  const cel = environment().registerVariable({ name: 'inputs', schema: Object.fromEntries(types) });
  if (named.run !== false) cel.registerVariable({ name: 'run', schema: RUN });
  if (named.probes) cel.registerVariable({ name: 'probes', schema: strings(named.probes) });
  if (named.outputs) {
    const outputs = Object.entries(named.outputs).map(([step, names]) => [step, { outputs: strings(names) }]);
    cel.registerVariable({ name: 'steps', schema: Object.fromEntries(outputs) });
  }
  return named.item ? cel.registerVariable('item', 'string') : cel;
}

/** The expressions of one place of a runbook: what they may name, whether they can have a value, and what it is. */
export class Templates {
  readonly #cel: Environment;
  readonly #inputs: InputTypes;
  readonly #named: Named;
  readonly #known: readonly string[];
  readonly #checked = new Map<string, Checked>();

  constructor(inputs: InputTypes, named: Named = {}) {
    this.#inputs = inputs;
    this.#named = named;
    this.#cel = environmentOf(inputs, named);
    const { run = true, probes, outputs, item = false } = named;
    this.#known = [
      ...['inputs', ...Object.keys(inputs)],
      ...(run ? ['run', ...Object.keys(RUN)] : []),
      ...(probes ? ['probes', ...probes] : []),
      ...(outputs ? ['steps', 'outputs', ...Object.keys(outputs), ...Object.values(outputs).flat()] : []),
      ...(item ? ['item'] : []),
    ];
  }

  /** The first expression of a text that cannot have a value, and why. */
  flaw(text: string): (Flaw & { readonly expression: string }) | undefined {
    for (const [, expression = ''] of closed(text).matchAll(TEMPLATE)) {
      const checked = this.#shown(expression);
      if ('flaw' in checked) return { expression: expression.trim(), ...checked.flaw };
    }
    return isTemplate(closed(text).replace(TEMPLATE, '') + text.slice(closed(text).length))
      ? { expression: text.slice(text.lastIndexOf(OPENING)), why: 'it has no end', mend: 'Close it with “}}”.' }
      : undefined;
  }

  /** An expression by itself, of whatever type. */
  check(expression: string): Checked {
    const before = this.#checked.get(expression);
    const checked = before ?? compile(this.#cel, expression, this.#known);
    if (!before) this.#checked.set(expression, checked);
    return checked;
  }

  /** Returns the text with every `${{ }}` resolved. XCK_EXPRESSION where one has no value, or one that a person would not see. */
  resolve(text: string, values: Values): Result<string> {
    const flaw = this.flaw(text);
    if (flaw) return fail('XCK_EXPRESSION', { text: flaw.expression, why: flaw.why });
    let refused: Result<never> | undefined;
    const done = text.replace(TEMPLATE, (_, expression: string) => {
      const value = this.#value(expression, this.#shown(expression), values);
      if (value.ok) return String(value.value);
      refused ??= value;
      return '';
    });
    return refused ?? ok(done);
  }

  /** Like `resolve`, but a text that is one expression as a whole keeps its type. */
  value(text: string, values: Values): Result<Value> {
    const whole = wholeExpression(text);
    if (whole === undefined) return this.resolve(text, values);
    const value = this.#value(whole, this.#shown(whole), values);
    return value.ok ? ok(typeof value.value === 'bigint' ? Number(value.value) : (value.value as Value)) : value;
  }

  /** Whether a condition, which is an expression as it stands, is true. */
  condition(expression: string, values: Values): Result<boolean> {
    const value = this.#value(expression, asCondition(this.check(expression)), values);
    if (!value.ok) return value;
    return typeof value.value === 'boolean'
      ? ok(value.value)
      : fail('XCK_EXPRESSION', { text: expression, why: 'it is neither true nor false' });
  }

  /** The texts that one expression gives. */
  list(expression: string, values: Values): Result<string[]> {
    const value = this.#value(expression, asList(this.check(expression)), values);
    if (!value.ok) return value;
    const { value: list } = value;
    return Array.isArray(list) && list.every((one) => typeof one === 'string')
      ? ok(list)
      : fail('XCK_EXPRESSION', { text: expression.trim(), why: 'it is no list of texts' });
  }

  #shown(expression: string): Checked {
    const checked = this.check(expression);
    if ('flaw' in checked || SHOWABLE.includes(checked.compiled.type)) return checked;
    const { type } = checked.compiled;
    const mend = 'Name one input, as in inputs.database, or a part of run: id, mode, started_at_ms, data.';
    return {
      flaw: { why: `it is no text, number or boolean, but ${type.startsWith('$') ? 'a whole object' : type}`, mend },
    };
  }

  #value(expression: string, checked: Checked, values: Values): Result<unknown> {
    const refused = (why: string) => fail('XCK_EXPRESSION', { text: expression.trim(), why });
    if ('flaw' in checked) return refused(checked.flaw.why);
    try {
      const value = checked.compiled.value(this.#typed(values));
      const hidden = hiddenInLineAt(String(value));
      return hidden === -1
        ? ok(value)
        : refused(`its value holds the invisible character ${codeAt(String(value), hidden)}`);
    } catch (error) {
      return refused(summary(error));
    }
  }

  /** CEL's integers are bigints; a value of another type than the input's is refused by CEL itself. */
  #typed({ inputs, run, probes = {}, steps = {}, item }: Values): Record<string, unknown> {
    const typed = Object.entries(inputs).map(([name, value]) => [
      name,
      this.#inputs[name]?.type === 'integer' && typeof value === 'number' ? BigInt(value) : value,
    ]);
    const own = (names: readonly string[], values: Readonly<Record<string, string>>) =>
      Object.fromEntries(names.flatMap((name) => (Object.hasOwn(values, name) ? [[name, values[name]]] : [])));
    const outputs = Object.entries(this.#named.outputs ?? {}).map(([step, names]) => [
      step,
      { outputs: own(names, (Object.hasOwn(steps, step) && steps[step]) || {}) },
    ]);
    return {
      inputs: Object.fromEntries(typed),
      run: { ...run, started_at_ms: BigInt(run.started_at_ms) },
      probes: own(this.#named.probes ?? [], probes),
      steps: Object.fromEntries(outputs),
      ...(item !== undefined && { item }),
    };
  }
}

/** A checked expression that must be true or false. */
export function asCondition(checked: Checked): Checked {
  if ('flaw' in checked || checked.compiled.type === 'bool') return checked;
  const mend = 'Compare it with something: inputs.size == "large".';
  return { flaw: { why: `it is not true or false, but ${checked.compiled.type}`, mend } };
}

/** A checked expression that must be a list of texts. */
export function asList(checked: Checked): Checked {
  if ('flaw' in checked || checked.compiled.type === 'list<string>') return checked;
  const mend = 'Make it one: inputs.shards.split(",").';
  return { flaw: { why: `it is no list of texts, but ${checked.compiled.type}`, mend } };
}

/** Whether a value of this CEL type is one of an input's type. */
export const typeFits = (type: InputSpec['type'], cel: string): boolean =>
  cel === CEL_TYPE[type] || (type === 'number' && cel === 'int') || !SHOWABLE.includes(cel);
