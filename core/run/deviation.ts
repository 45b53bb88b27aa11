/** A change to the running release: steps inserted before the one whose turn it is, and inputs of what has not been armed. It checks, and changes only the list. */
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import type { InputValue } from '../runbook/inputs.ts';
import type { Runbook, Step } from '../runbook/runbook.ts';
import type { StepSource } from '../runbook/schema.ts';
import { deviationStep } from '../runbook/step.ts';
import { allSteps } from '../runbook/steps.ts';
import type { RunContext } from './context.ts';
import { hasStarted, turnOf } from './progress.ts';

/** The content of `deviate`, and the part of `decide` that rolling forward inserts. */
export interface Deviation {
  /** The step whose turn it is, before which `steps` stand; null at the end. */
  readonly before: string | null;
  readonly inputs: Readonly<Record<string, InputValue>> | null;
  readonly reason: string;
  readonly steps: readonly StepSource[] | null;
}

/** The content of `decide`. */
export interface Decision {
  readonly deviation: Deviation | null;
  /** What somebody objected, when the decision overrides it. */
  readonly dissent: string | null;
  /** Where the test is that shows the defect; rolling forward names it. */
  readonly test: string | null;
  readonly way: 'back' | 'forward';
}

const no = (why: string) => fail('XCK_DEVIATION', { why });

/** Returns the context with the deviation in it, or why it cannot be made. Shapes were checked by whoever took it in. */
export function deviated(context: RunContext, { before, inputs, steps }: Deviation): Result<RunContext> {
  const turn = turnOf(context);
  if (context.way === 'back') return no('the run is being undone');
  if (Object.keys(context.armings).length > 0) return no('a step is armed or running');
  if (before !== (turn?.id ?? null))
    return no(`its steps stand before ${before ?? 'the end'}, not before ${turn?.id ?? 'the end'}`);
  if (turn?.kind === 'parallel' && turn.children.some((child) => hasStarted(context, child)))
    return no('steps are running side by side');
  const inserted = (steps ?? []).map((source) => deviationStep(source, context.runbook.presence));
  const taken = new Set(allSteps(context.runbook).map(({ id }) => id));
  const again = inserted.find(({ id }) => taken.has(id) || taken.has(`${id}-undo`));
  if (again) return no(`the step ${again.id} exists already`);
  if (new Set(inserted.map(({ id }) => id)).size < inserted.length) return no('two of its steps have one id');
  const strange = inserted.find(({ by }) => by.some((seat) => !Object.hasOwn(context.runbook.crew, seat)));
  if (strange) return no(`a seat of ${strange.id} does not exist`);
  const alone = inserted.find(({ eyes, by }) => new Set(by.filter((seat) => seat !== 'lead')).size < eyes / 2 - 1);
  if (alone) return no(`${alone.id} has ${alone.eyes} eyes and too few seats that could confirm it`);
  const unknown = Object.keys(inputs ?? {}).find((name) => !Object.hasOwn(context.runbook.inputs, name));
  if (unknown !== undefined) return no(`there is no input ${unknown}`);
  return ok({
    ...context,
    runbook: withSteps(context.runbook, inserted, before),
    inserted: [...context.inserted, ...inserted.map(({ id }) => id)],
    changed: { ...context.changed, ...inputs },
  });
}

function withSteps(runbook: Runbook, inserted: readonly Step[], before: string | null): Runbook {
  const at = before === null ? runbook.steps.length : runbook.steps.findIndex(({ id }) => id === before);
  return { ...runbook, steps: [...runbook.steps.slice(0, at), ...inserted, ...runbook.steps.slice(at)] };
}
