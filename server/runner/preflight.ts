/** The facts of a preflight, gathered from roster, runs and clock: what would stop a run that is not open yet. It opens nothing. */
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import { rolesOf } from '../../core/log/roster.ts';
import type { PlanDocument } from '../../core/protocol/frames.ts';
import { type Finding, preflight } from '../../core/release/preflight.ts';
import { covered } from '../../core/runbook/rehearsal.ts';
import { locksOf } from '../../core/runbook/render.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { allSteps } from '../../core/runbook/steps.ts';
import { holdsAgainst } from '../../core/site/holds.ts';
import { inItsWindow } from '../../core/site/open.ts';
import type { Plan } from '../../core/site/plans.ts';
import type { Asking, SiteState, World } from '../../core/site/state.ts';
import type { Store } from '../store/store.ts';
import { readEntry } from './site.ts';

export interface PreflightDeps {
  readonly site: SiteState;
  readonly store: Store;
}

/** What a plan says; its body is kept for as long as the log. */
export function documentOf(store: Pick<Store, 'body'>, plan: Plan): PlanDocument {
  const body = store.body(plan.document);
  return JSON.parse(fromUtf8(body?.bytes ?? new Uint8Array()) ?? '') as PlanDocument;
}

/** The people whom the run's plan invites; where it names nobody for a seat, everybody who holds a role of it. */
function invitedTo({ site, store }: PreflightDeps, runbook: Runbook, plan: Plan | undefined) {
  const named = plan ? documentOf(store, plan).crew : {};
  const invited = Object.entries(runbook.crew).map(([seat, { roles }]) => {
    const able = site.roster.people.filter((person) => roles.some((role) => person.roles.includes(role)));
    return [seat, named[seat] === undefined ? able.map(({ id }) => id) : [named[seat]]] as const;
  });
  return Object.fromEntries(invited);
}

/** Steps that a rehearsal cannot arm, because nothing says what it does instead. */
const uncoveredIn = (runbook: Runbook): string[] =>
  allSteps(runbook)
    .filter((step) => step.kind !== 'gate' && step.kind !== 'parallel' && covered(runbook, step) === null)
    .map(({ id }) => id);

/** Returns everything that would stop a run that somebody asks to open. */
export function preflightOf(deps: PreflightDeps, asked: Asking, world: Omit<World, 'stops'>): Finding[] {
  const { site, store } = deps;
  const { runbook: digest, mode, lead, inputs, run } = asked;
  const runbook = world.runbookOf(digest);
  if (!runbook) return [];
  const names = store.names();
  const locks = locksOf(runbook, inputs, mode);
  const rehearsal = world.rehearsal(digest);
  return preflight({
    ...{ runbook, digest, mode, lead },
    invited: invitedTo(deps, runbook, site.plans.get(run)),
    roles: rolesOf(site.roster),
    kinds: Object.fromEntries(site.roster.people.map(({ id, keys }) => [id, keys.map(({ kind }) => kind)])),
    solo: site.roster.solo,
    authors: site.runbooks.get(digest)?.authors ?? [],
    served: site.roster.agents.flatMap(({ serves }) => serves),
    window: { open: inItsWindow(runbook, world.now).ok, opens: null },
    locked: (locks.ok ? locks.value : []).flatMap((lock) => {
      const holder = world.holderOf(lock, mode);
      return holder === undefined ? [] : [{ lock, run: holder }];
    }),
    uncovered: uncoveredIn(runbook),
    rehearsals: rehearsal ? [{ ...rehearsal, closedAt: rehearsal.at }] : [],
    holds: holdsAgainst(site.holds, digest, run).map(({ plan, by, said }) => ({
      on: plan === null ? ('runbook' as const) : ('plan' as const),
      by,
      text: saidIn(store, said[0]),
    })),
    now: world.now,
    say: (person) => names[person] ?? person,
  });
}

/** The sentence that a hold was called with, by the leaf index of its entry. */
export function saidIn(store: Pick<Store, 'entry' | 'body'>, seq: number | undefined): string {
  const row = seq === undefined ? undefined : store.entry(seq);
  const body = row && store.body(readEntry(row).entry.bodies?.['answer'] ?? '');
  const text: unknown = body && JSON.parse(fromUtf8(body.bytes) ?? 'null');
  return typeof text === 'string' ? text : '';
}

/** The first finding about people or agents that are not there; for everything else the opening has refusals of its own. */
export const stoppedBy = (findings: readonly Finding[]): Finding | undefined =>
  findings.find(({ rule }) => rule === 'seat' || rule === 'quorum' || rule === 'target');
