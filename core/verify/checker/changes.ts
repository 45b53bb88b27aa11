/** What a deviation or a decision says, from the JSON of its body; whatever it cannot read is `undefined`. It judges nothing. */
import type { Runbook, Step } from '../../runbook/runbook.ts';
import type { StepSource } from '../../runbook/schema.ts';
import { deviationStep } from '../../runbook/step.ts';
import type { At } from './history.ts';

export interface Change {
  /** The step that its steps stand before; null at the end. */
  readonly before: string | null;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
}

/** Returns what the entry changes of the run: null where it changes nothing. */
export function changeOf({ entry, content }: At<'run.deviated' | 'run.decided'>, runbook: Runbook) {
  if (entry.type === 'run.deviated') return read(content, runbook);
  if (!isObject(content) || content['way'] !== entry.way) return undefined;
  const { deviation, test } = content;
  if (entry.way === 'back') return deviation === null && test === null ? null : undefined;
  if (typeof test !== 'string' || test === '') return undefined;
  return deviation === null ? null : read(deviation, runbook);
}

function read(document: unknown, { presence }: Runbook): Change | undefined {
  if (!isObject(document)) return undefined;
  const { before, inputs, steps } = document;
  if (before !== null && typeof before !== 'string') return undefined;
  if (inputs !== null && !isObject(inputs)) return undefined;
  if (steps !== null && !Array.isArray(steps)) return undefined;
  try {
    const read = (steps ?? []).map((step: StepSource) => deviationStep(step, presence));
    return { before, inputs: inputs ?? {}, steps: read };
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
