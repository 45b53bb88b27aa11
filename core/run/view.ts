/** The one function that says what may leave the server to whom: everything but what is blind to this person for now. */
import type { RunEntry } from '../log/tables.ts';
import { blindProbes } from '../runbook/blind.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { stepOf } from '../runbook/steps.ts';

/**
 * Returns the digests of the bodies that `person` may not see yet. Values that a challenge names, and confirmations
 * with their signatures, belong to their signer, the agent and the store until this attempt or a later one of the step
 * has started, or the run is closed; a void arming releases nothing.
 */
export function withheld(runbook: Runbook, entries: readonly RunEntry[], person: string | null): ReadonlySet<string> {
  if (entries.some((entry) => entry.type === 'run.closed')) return new Set();
  const started = new Map<string, number>();
  for (const entry of entries) if (entry.type === 'step.started') started.set(entry.step, entry.attempt);
  const hidden = entries.flatMap((entry) => {
    const released = 'attempt' in entry && entry.attempt <= (started.get(entry.step) ?? 0);
    return released ? [] : blindBodies(runbook, entry, person);
  });
  return new Set(hidden);
}

function blindBodies(runbook: Runbook, entry: RunEntry, person: string | null): string[] {
  const bodies = entry.bodies ?? {};
  switch (entry.type) {
    case 'step.confirmed':
      return entry.actor === person ? [] : Object.values(bodies);
    case 'step.armed':
    case 'step.voided':
    case 'step.started': {
      const step = stepOf(runbook, entry.step);
      const blind = step ? blindProbes(step) : new Set<string>();
      return Object.entries(bodies).flatMap(([name, digest]) =>
        blind.has(name.replace(/^probe-/, '')) ? [digest] : [],
      );
    }
    default:
      return [];
  }
}
