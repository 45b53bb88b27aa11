/** Whether a deviation is written in the language at all: its steps by the schema, its inputs by what the runbook asks for. */
import { Compile } from 'typebox/compile';
import { checkInput } from '../runbook/inputs.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { StepSchema } from '../runbook/schema.ts';

interface Change {
  readonly before?: unknown;
  readonly inputs?: unknown;
  readonly reason?: unknown;
  readonly steps?: unknown;
}

/** Checks the closed document of a deviation; server and verifier ask alike before anything folds it. */
export function wellShaped(change: unknown, runbook: Runbook): boolean {
  if (typeof change !== 'object' || change === null) return false;
  const { before, inputs, reason, steps } = change as Change;
  return (
    Object.keys(change).sort().join() === 'before,inputs,reason,steps' &&
    (before === null || typeof before === 'string') &&
    typeof reason === 'string' &&
    fitInputs(inputs, runbook) &&
    (steps === null || areSteps(steps))
  );
}

function fitInputs(inputs: unknown, runbook: Runbook): boolean {
  if (inputs === null) return true;
  if (typeof inputs !== 'object' || Array.isArray(inputs)) return false;
  return Object.entries(inputs).every(([name, value]) => {
    const spec = Object.hasOwn(runbook.inputs, name) ? runbook.inputs[name] : undefined;
    return spec !== undefined && checkInput(spec, value) === undefined;
  });
}

/** Inserted steps are of the kinds run, shell and manual, critical, and ask nothing blind: views know the folder's challenges only. */
function areSteps(steps: unknown): boolean {
  const form = Compile(StepSchema);
  return (
    Array.isArray(steps) &&
    steps.length <= 20 &&
    steps.every(
      (step) =>
        form.Check(step) &&
        [step.run, step.shell, step.manual].filter((kind) => kind !== undefined).length === 1 &&
        step.undo === undefined &&
        step.cross_check?.challenge === undefined &&
        step.for_each === undefined &&
        step.critical !== false,
    )
  );
}
