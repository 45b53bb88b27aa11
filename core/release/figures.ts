/** When the steps of a run started and ended. */
import { type Entries, ofType } from './entries.ts';

/** The last time that a step ran: the first start of that attempt, its last outcome. */
export interface StepTime {
  readonly started: number;
  readonly ended: number | null;
}

/** Times by step; a step that never started has none. */
export function stepTimes(entries: Entries): Record<string, StepTime> {
  const times = new Map<string, StepTime & { readonly attempt: number }>();
  for (const { entry } of ofType(entries, 'step.started', 'step.finished', 'step.failed', 'step.unknown')) {
    const { step, attempt, ts } = entry;
    const same = times.get(step)?.attempt === attempt ? times.get(step) : undefined;
    if (entry.type !== 'step.started') times.set(step, { started: same?.started ?? ts, ended: ts, attempt });
    else times.set(step, { started: same?.started ?? ts, ended: null, attempt });
  }
  return Object.fromEntries([...times].map(([step, { started, ended }]) => [step, { started, ended }]));
}

/** How long each step that is over took, ms. */
export const durationsOf = (entries: Entries): Record<string, number> =>
  Object.fromEntries(
    Object.entries(stepTimes(entries)).flatMap(([step, { started, ended }]) =>
      ended === null ? [] : [[step, ended - started] as const],
    ),
  );
