/** The place where a step's expressions are resolved: whose inputs they name, which outputs are before them, and the values of both. */
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { blindProbes } from './blind.ts';
import { checkInput, type InputValue } from './inputs.ts';
import { covered, withRehearsal } from './rehearsal.ts';
import type { InputSpec, Runbook, Step, UseSpec } from './runbook.ts';
import { stepOf } from './steps.ts';
import { type Scope, Templates, type Values } from './templates.ts';

/** The runbook that a step was written in, as its expressions see it. */
export interface Ground {
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** Names of outputs by the ids that steps have there. */
  readonly outputs: Readonly<Record<string, readonly string[]>>;
  readonly values: Values;
}

export interface Place extends Ground {
  /** The step, as the mode of the run has it. */
  readonly step: Step;
  readonly target: { readonly agent: string };
  /** Before anything is measured. */
  readonly before: Templates;
  /** With the step's own probes, but never a blind one. */
  readonly after: Templates;
  /** With the item too: what each one of a `for_each` runs. */
  readonly each: Templates;
}

/** Returns where a step is resolved; XCK_UNKNOWN, XCK_NOT_NOW for what is never armed, XCK_REHEARSAL, XCK_EXPRESSION. */
export function placeOf(runbook: Runbook, stepId: string, scope: Scope): Result<Place> {
  const written = stepOf(runbook, stepId);
  if (!written) return fail('XCK_UNKNOWN', { what: 'step', name: stepId });
  if (written.kind === 'gate' || written.kind === 'parallel')
    return fail('XCK_NOT_NOW', { what: 'An arming', why: `${stepId} is a ${written.kind}, and runs nothing itself` });
  if (scope.run.mode === 'rehearsal' && covered(runbook, written) === null)
    return fail('XCK_REHEARSAL', {
      why: `nothing of ${stepId} is replaced, and it does not say that it may run as it is`,
    });
  const { step, targets } = withRehearsal(runbook, written, scope.run.mode);
  const target = Object.hasOwn(targets, step.target) ? targets[step.target] : undefined;
  if (!target) return fail('XCK_UNKNOWN', { what: 'target', name: step.target });
  const ground = groundOf(runbook, step.use, scope);
  if (!ground.ok) return ground;
  const { inputs, outputs } = ground.value;
  const blind = blindProbes(step);
  const probes = Object.keys(step.probes).filter((id) => !blind.has(id));
  const before = new Templates(inputs, { outputs });
  const after = probes.length > 0 ? new Templates(inputs, { outputs, probes }) : before;
  const each = step.for_each === null ? before : new Templates(inputs, { outputs, probes, item: true });
  const values = { ...ground.value.values, probes: scope.probes };
  return ok({ ...ground.value, values, step, target, before, after, each });
}

/** Returns the inputs and outputs that a step of this use, or of none, sees; XCK_INPUT where a given value does not fit. */
export function groundOf(
  runbook: Runbook,
  use: UseSpec | null,
  scope: Pick<Scope, 'inputs' | 'run' | 'steps'>,
): Result<Ground> {
  const { inputs, run } = scope;
  const steps = seenFrom(use, scope.steps);
  const outputs = outputsSeen(runbook, use);
  if (use === null) {
    const values = { inputs: inputsIn(runbook, inputs, run.mode), run, steps };
    return ok({ inputs: runbook.inputs, outputs, values });
  }
  const outer = groundOf(runbook, use.within, scope);
  if (!outer.ok) return outer;
  const values = givenTo(use, outer.value);
  return values.ok ? ok({ inputs: use.inputs, outputs, values: { inputs: values.value, run, steps } }) : values;
}

/** The inputs as a run of this mode has them. */
export const inputsIn = ({ rehearsal }: Runbook, inputs: Scope['inputs'], mode: string): Scope['inputs'] =>
  mode === 'rehearsal' ? { ...inputs, ...rehearsal?.inputs } : inputs;

/** Names of outputs by step, under the ids that the steps of this use know. */
export function outputsSeen(runbook: Pick<Runbook, 'steps'>, use: UseSpec | null): Record<string, readonly string[]> {
  const own = runbook.steps
    .filter(({ outputs }) => outputs.length > 0)
    .map(({ id, outputs }) => [id, outputs] as const);
  return seenFrom(use, Object.fromEntries(own));
}

/** What belongs to the steps of a use, under their own ids. */
function seenFrom<V>(use: UseSpec | null, byStep: Readonly<Record<string, V>>): Record<string, V> {
  if (use === null) return byStep;
  const prefix = `${use.step}-`;
  const inside = Object.entries(byStep).filter(([id]) => id.startsWith(prefix));
  return Object.fromEntries(inside.map(([id, value]) => [id.slice(prefix.length), value]));
}

/** The values of a used runbook's inputs, checked like those that people give. */
function givenTo({ inputs, with: given, step }: UseSpec, outer: Ground): Result<Record<string, InputValue>> {
  const templates = new Templates(outer.inputs, { outputs: outer.outputs });
  const values: [string, InputValue][] = [];
  for (const [name, spec] of Object.entries(inputs)) {
    const written = Object.hasOwn(given, name) ? given[name] : spec.default;
    const value = typeof written === 'string' ? templates.value(written, outer.values) : ok(written ?? null);
    if (!value.ok) return value;
    const wrong = checkInput(spec, value.value);
    if (wrong !== undefined) return fail('XCK_INPUT', { where: `input ${name} of ${step}`, why: wrong });
    values.push([name, value.value as InputValue]);
  }
  return ok(Object.fromEntries(values));
}
