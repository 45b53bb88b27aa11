/** How much the signatures of a verified run prove about people and machines; it decides nothing, it only tells. */
import type { Roster } from '../log/roster.ts';
import { agentOf } from '../log/roster.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { allSteps } from '../runbook/steps.ts';
import type { Spine } from './chains.ts';
import type { Signature, Verdict } from './verdict.ts';

/**
 * `independent` when every irreversible step that started had a confirmation by a key of kind `ssh`: no page can enrol
 * one, so no server could have made it. The statement's `client` line is no proof and is not looked at.
 */
export function assuranceOf({ run }: Spine, runbook: Runbook, signatures: readonly Signature[]): Verdict['assurance'] {
  const irreversible = new Set(
    allSteps(runbook)
      .filter((step) => step.irreversible)
      .map(({ id }) => id),
  );
  const started = run.flatMap(({ entry }) =>
    entry.type === 'step.started' && irreversible.has(entry.step) ? [entry.armed] : [],
  );
  if (started.length === 0) return 'none irreversible';
  const ssh = new Set(signatures.filter(({ kind }) => kind === 'ssh').map(({ seq }) => seq));
  const vouched = new Set(
    run.flatMap(({ entry }) => (entry.type === 'step.confirmed' && ssh.has(entry.seq) ? [entry.armed] : [])),
  );
  return started.every((armed) => vouched.has(armed)) ? 'independent' : 'page-only';
}

/** `detached` when something was armed, and only by agents that do not run under the server's account. */
export function executorOf({ run }: Spine, roster: Roster): Verdict['executor'] {
  const kinds = run.flatMap(({ entry }) => (entry.type === 'step.armed' ? [agentOf(roster, entry.actor)?.kind] : []));
  return kinds.length > 0 && kinds.every((kind) => kind === 'detached') ? 'detached' : 'embedded';
}
