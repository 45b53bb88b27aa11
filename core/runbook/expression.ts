/** What a measured value must be: expectations, CEL as it stands. They fail closed; what cannot be answered is a refusal. */
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { type Compiled, compile, environment, type Flaw, isNode, nodes, summary } from './cel.ts';

/** What a measured value offers to its expectation. */
export interface Measured {
  readonly value: string;
  readonly status: number;
  readonly stdout: string;
  readonly exit_code: number;
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
