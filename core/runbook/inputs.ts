/** The inputs of a run, checked before anything starts: every one present and of its type, none that nobody asked for. */
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import type { InputSpec, Runbook } from './runbook.ts';

export type InputValue = string | number | boolean;

const bad = (name: string, why: string) => fail('XCK_INPUT', { where: `input ${name}`, why });

function checkOne(name: string, spec: InputSpec, value: unknown): Result<InputValue> {
  const is = typeof value;
  const fits =
    spec.type === 'string'
      ? is === 'string'
      : spec.type === 'boolean'
        ? is === 'boolean'
        : is === 'number' && Number.isFinite(value);
  if (!fits) return bad(name, `must be of type ${spec.type}, this is ${value === null ? 'null' : is}`);
  if (spec.type === 'integer' && !Number.isSafeInteger(value)) return bad(name, 'must be an integer');
  if (is === 'string' && /[\p{Cc}\p{Cf}]/u.test(value as string))
    return bad(name, 'holds control or invisible characters');
  if (spec.pattern !== null && !new RegExp(spec.pattern, 'u').test(String(value)))
    return bad(name, `does not match ${spec.pattern}`);
  if (spec.enum !== null && !spec.enum.includes(value as string | number))
    return bad(name, `must be one of ${spec.enum.join(', ')}`);
  if (spec.minimum !== null && (value as number) < spec.minimum) return bad(name, `must be at least ${spec.minimum}`);
  if (spec.maximum !== null && (value as number) > spec.maximum) return bad(name, `must be at most ${spec.maximum}`);
  return ok(value as InputValue);
}

/** Returns all inputs with defaults filled in; XCK_INPUT names the first that does not fit. */
export function checkInputs(runbook: Runbook, given: unknown): Result<Record<string, InputValue>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return bad('*', 'inputs are an object of names and values');
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(runbook.inputs, name));
  if (stranger !== undefined)
    return bad(
      stranger,
      `is not an input of ${runbook.id}; it has ${Object.keys(runbook.inputs).join(', ') || 'none'}`,
    );
  const values: [string, InputValue][] = [];
  for (const [name, spec] of Object.entries(runbook.inputs)) {
    const value = Object.hasOwn(given, name) ? (given as Record<string, unknown>)[name] : spec.default;
    if (value === null || value === undefined) return bad(name, 'is missing');
    const checked = checkOne(name, spec, value);
    if (!checked.ok) return checked;
    values.push([name, checked.value]);
  }
  return ok(Object.fromEntries(values));
}
