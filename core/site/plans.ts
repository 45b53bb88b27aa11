/** Plans: runs that are prepared and not open yet. A plan has the ULID of the run that it becomes; it starts nothing. */
import { fail } from '../errors.ts';
import type { Body } from '../log/entry.ts';
import type { EntryOf } from '../log/tables.ts';
import { ok, type Result } from '../result.ts';
import type { SiteDraft, SiteState, World } from './state.ts';

export interface Plan {
  readonly plan: string;
  readonly runbook: string;
  readonly mode: 'live' | 'rehearsal';
  readonly plannedFor: number | null;
  readonly by: string;
  readonly at: number;
  /** Digest of the body `plan`. */
  readonly document: string;
}

export interface PlanCommand {
  readonly type: 'plan';
  readonly person: string;
  readonly plan: string;
  readonly runbook: string;
  readonly mode: 'live' | 'rehearsal';
  readonly plannedFor: number | null;
  /** JCS of a `PlanDocument`. */
  readonly document: Body;
}

export const planOf = (entry: EntryOf<'run.planned'>): Plan => ({
  plan: entry.plan,
  runbook: entry.runbook,
  mode: entry.mode,
  plannedFor: entry.planned_for ?? null,
  by: entry.actor,
  at: entry.ts,
  document: entry.bodies?.['plan'] ?? '',
});

/** Anybody signed in may plan a registered runbook; only a lead can open the run. */
export function plan(state: SiteState, command: PlanCommand, world: World): Result<SiteDraft> {
  const { runbook, mode, plannedFor, person } = command;
  if (!state.runbooks.has(runbook)) return fail('XCK_UNKNOWN', { what: 'runbook', name: runbook });
  if (state.plans.has(command.plan) || world.knownRun(command.plan))
    return fail('XCK_EXISTS', { what: 'That plan or run', how: 'there' });
  const fields = { plan: command.plan, runbook, mode, ...(plannedFor === null ? {} : { planned_for: plannedFor }) };
  return ok({ draft: { type: 'run.planned', actor: person, fields, bodies: { plan: command.document } } });
}
