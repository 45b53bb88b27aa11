/** What a hold needs before it may end, in words; the rules that say so are core's. */
import { type Demand, runDemand } from '../../core/approval/quorum.ts';
import type { Hold, RunContext } from '../../core/run/context.ts';
import { liftable } from '../../core/run/rules/acts.ts';
import { demandFor } from '../../core/run/rules/demand.ts';
import { visible } from '../format.ts';

/** Whether a hold is not lifted but decided: back or forward. */
export function mustDecide(context: RunContext, ref: string): boolean {
  const hold = context.holds.find((one) => one.ref === ref);
  const rule = hold && liftable(context, hold);
  return rule !== undefined && !rule.ok && rule.refusal.code === 'XCK_DECIDE';
}

/** Conditions that are not met, by the seats that own them. */
export const unmet = ({ conditions, met }: Pick<Hold, 'conditions' | 'met'>): readonly string[] =>
  Object.entries(conditions).flatMap(([id, seat]) => (met.includes(id) ? [] : [seat]));

const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];

/** `Two conditions are not met: lead, verifier.` */
export function unmetWords(hold: Pick<Hold, 'conditions' | 'met'>): string | null {
  const open = unmet(hold);
  if (open.length === 0) return null;
  const count = NUMBERS[open.length] ?? String(open.length);
  return `${count} ${open.length === 1 ? 'condition is' : 'conditions are'} not met: ${[...new Set(open)].map(visible).join(', ')}.`;
}

export const demandOfHold = (context: RunContext, step: string | null): Demand => demandFor(context, step);
export const demandOfRun = (context: RunContext): Demand => runDemand(context.runbook);
