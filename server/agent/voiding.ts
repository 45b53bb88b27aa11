/** What the agent's own clock says against a start, and how it ends what has not started. A void is said to the server, which may have said it already. */
import { fail } from '../../core/errors.ts';
import type { Body } from '../../core/log/entry.ts';
import type { AgentCalls, AgentCommand } from '../../core/protocol/agent.ts';
import type { Result } from '../../core/result.ts';
import { armingOf } from '../../core/run/context.ts';
import { contextOf, factsOf } from '../../core/run/state.ts';
import type { Step } from '../../core/runbook/runbook.ts';
import { stepOf } from '../../core/runbook/steps.ts';
import { inWindow } from '../../core/runbook/window.ts';
import type { Peer } from './calls.ts';
import type { Cleared } from './clearance.ts';
import { bodyText } from './signing.ts';

export type VoidReason = Extract<AgentCommand, { type: 'void' }>['reason'];

/** A clock of the step's `while` that has run out at this instant; one that has not begun has not. */
export function endedClock({ state }: Cleared, { while: clocks }: Pick<Step, 'while'>, at: number): string | undefined {
  const running = contextOf(state).clocks;
  return clocks.find((id) => running[id]?.passed === true || at >= (running[id]?.ends ?? Number.POSITIVE_INFINITY));
}

/** Why a step may not start at this instant of the agent's clock. A way back is not kept by the window: it must stay open. */
export function tooLate(cleared: Cleared, id: string, at: number): VoidReason | undefined {
  const context = contextOf(cleared.state);
  const { runbook, way } = context;
  const [step, arming] = [stepOf(runbook, id), armingOf(context, id)];
  if (!step || !arming || at > arming.notAfter) return 'expired';
  if (endedClock(cleared, step, at) !== undefined) return 'clock';
  if (cleared.state.facts.mode !== 'live' || runbook.window === null || way === 'back') return undefined;
  const inside = inWindow(runbook.window, at);
  return inside.ok && inside.value ? undefined : 'window';
}

const WHY: Readonly<Record<VoidReason, string>> = {
  agent: 'the agent does not go on with this wave',
  clock: 'an undo window that must still run has ended',
  drift: 'it drifted before the start',
  expired: 'the arming has expired',
  probe: 'it drifted before the start',
  window: 'the release window is closed',
};

/** Ends what has not started of an arming; the refusal says why. */
export async function voided(
  deps: { readonly calls: () => Peer<AgentCalls> },
  { state }: Cleared,
  { nonce, step }: { readonly nonce: string; readonly step: string },
  reason: VoidReason,
  probe: string | null = null,
  probes: Readonly<Record<string, Body>> = {},
): Promise<Result<never>> {
  const texts = Object.fromEntries(Object.entries(probes).map(([id, body]) => [id, bodyText(body)]));
  const command: AgentCommand = { type: 'void', nonce, reason, probe, probes: texts };
  const told = await deps.calls().call('submit', { run: state.facts.run, command });
  if (!told.ok) return told;
  if (reason !== 'drift' && reason !== 'probe') return fail('XCK_CLEARANCE', { why: WHY[reason] });
  const title = probe === null ? 'one of them' : `“${factsOf(state, step)?.action.probes[probe]?.title ?? probe}”`;
  return fail('XCK_PROBE', { probe: title, why: WHY[reason] });
}
