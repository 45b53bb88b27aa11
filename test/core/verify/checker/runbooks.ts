/** The small runbooks that the second checker's histories are of, read as a site would read them. */
import { parseFolder } from '../../../../core/runbook/parse.ts';
import type { Runbook, Step } from '../../../../core/runbook/runbook.ts';
import { folderOf } from '../../../helpers/runbook.ts';
import * as runs from '../../../helpers/runs.ts';

function small(yaml: string): Runbook {
  const parsed = parseFolder(folderOf(yaml));
  if (!parsed.runbook) throw new Error(JSON.stringify(parsed.problems));
  return parsed.runbook;
}

export const THREE = small(runs.THREE);
export const BRIEFED = small(runs.BRIEFED);
export const PARALLEL = small(runs.PARALLEL);
export const WAVES = small(runs.WAVES);
export const CLOCKED = small(runs.CLOCKED);
export const BY_HAND = small(runs.BY_HAND);

/** The runbook with one of its steps changed. */
export const withStep = (runbook: Runbook, id: string, patch: Partial<Step>): Runbook => ({
  ...runbook,
  steps: runbook.steps.map((step) => (step.id === id ? { ...step, ...patch } : step)),
});
/** `THREE`, whose second step two people confirm. */
export const SIX_EYES = withStep(THREE, 'second', { eyes: 6, by: ['reviewer', 'verifier'] });
/** `THREE`, whose second step cannot be undone, though any key may confirm it. */
export const FOR_EVER = withStep(THREE, 'second', { irreversible: true });
/** `THREE`, whose second step asks for a key that is touched and for one at a terminal. */
export const KEYED = withStep(THREE, 'second', { keys: { high: 1, terminal: 1 } });
/** `SIX_EYES`, and the verifier alone confirms the first. */
export const OWN_EYES = withStep(SIX_EYES, 'first', { critical: true, eyes: 4, by: ['verifier'] });
