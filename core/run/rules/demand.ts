/** Who must agree beside the lead to an act about a step, or about the run. It counts nobody. */
import { type Demand, demandOf, runDemand } from '../../approval/quorum.ts';
import { stepOf } from '../../runbook/steps.ts';
import type { RunContext } from '../context.ts';

/** The quorum of an act about a step, or about the run where no step that people confirm is concerned. */
export function demandFor(context: RunContext, id: string | null): Demand {
  const step = stepOf(context.runbook, id ?? '');
  return step && step.eyes > 2 ? demandOf(step) : runDemand(context.runbook);
}
