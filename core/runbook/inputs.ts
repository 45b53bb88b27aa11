/** The inputs of a run, checked before anything starts: every one present and of its type, none that nobody asked for. */
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { codeAt, hiddenInLineAt } from './invisible.ts';
import { matchesWhole } from './pattern.ts';
import type { InputSpec, Runbook } from './runbook.ts';

export type InputValue = string | number | boolean;

const LONGEST = 1000;
const LONGEST_NAME = 64;

const bad = (where: string, why: string) => fail('XCK_INPUT', { where, why });

/** What is wrong with a value, as the end of a sentence; undefined where it fits. */
export function checkInput(spec: InputSpec, value: unknown): string | undefined {
  if (value === null || value === undefined) return 'is missing';
  const [is, must] = [typeof value, spec.type === 'integer' ? 'number' : spec.type];
  if (is !== must) return `is not of type ${spec.type}, but ${Array.isArray(value) ? 'list' : is}`;
  if (typeof value === 'string') return checkText(spec, value);
  return typeof value === 'number' ? checkNumber(spec, value) : undefined;
}

function checkText(spec: InputSpec, value: string): string | undefined {
  const hidden = hiddenInLineAt(value);
  if (value.length > LONGEST) return `has more than ${LONGEST} characters`;
  if (hidden !== -1) return `holds the invisible character ${codeAt(value, hidden)}`;
  if (value === '' && !spec.enum?.includes('')) return 'is empty';
  if (spec.pattern !== null && !matchesWhole(spec.pattern, value)) return `does not match ${spec.pattern} as a whole`;
  return checkChoice(spec, value);
}

function checkNumber(spec: InputSpec, value: number): string | undefined {
  if (!Number.isFinite(value)) return 'is not a number';
  if (spec.type === 'integer' && !Number.isSafeInteger(value)) return 'is not a whole number up to 2^53';
  if (spec.minimum !== null && value < spec.minimum) return `must be at least ${spec.minimum}`;
  if (spec.maximum !== null && value > spec.maximum) return `must be at most ${spec.maximum}`;
  return checkChoice(spec, value);
}

const checkChoice = ({ enum: choices }: InputSpec, value: string | number): string | undefined =>
  choices === null || choices.includes(value) ? undefined : `is not one of ${choices.join(', ')}`;

/** Returns all inputs with defaults filled in; XCK_INPUT names the first that does not fit. */
export function checkInputs(runbook: Runbook, given: unknown): Result<Record<string, InputValue>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return bad('inputs', 'they are an object of names and values');
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(runbook.inputs, name));
  if (stranger !== undefined) {
    const own = Object.keys(runbook.inputs).join(', ') || 'none';
    return bad(`input ${stranger.slice(0, LONGEST_NAME)}`, `${runbook.id} does not ask for it; it asks for ${own}`);
  }
  const values: [string, InputValue][] = [];
  for (const [name, spec] of Object.entries(runbook.inputs)) {
    const value = Object.hasOwn(given, name) ? (given as Record<string, unknown>)[name] : spec.default;
    const wrong = checkInput(spec, value);
    if (wrong !== undefined) return bad(`input ${name}`, wrong);
    values.push([name, value as InputValue]);
  }
  return ok(Object.fromEntries(values));
}
