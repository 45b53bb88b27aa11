/** Plans as people read them: what is planned, what would stop it, and what changed since it was rehearsed. */
import type { PlanSummary, PlanView, PreflightFinding } from '../../core/protocol/frames.ts';
import { type Change, changesSince, changeText } from '../../core/release/changes.ts';
import type { Finding } from '../../core/release/preflight.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { allSteps } from '../../core/runbook/steps.ts';
import { holdsAgainst } from '../../core/site/holds.ts';
import type { Plan } from '../../core/site/plans.ts';
import type { AppDeps } from '../app.ts';
import { figuresOf } from '../runner/figures.ts';
import { documentOf, preflightOf } from '../runner/preflight.ts';
import { siteHolds } from './holds.ts';

type Deps = Pick<AppDeps, 'engine' | 'store'>;

/** All plans, the newest ULID first. */
export const planSummaries = (deps: Deps): PlanSummary[] =>
  [...deps.engine.site.plans.values()].sort((a, b) => (a.plan < b.plan ? 1 : -1)).map((plan) => summary(deps, plan));

function summary({ engine, store }: Deps, { plan, runbook, mode, plannedFor, by }: Plan): PlanSummary {
  const { holds, runbooks } = engine.site;
  return {
    ...{ plan, runbook, mode, by },
    runbook_id: runbooks.get(runbook)?.id ?? '',
    title: runbooks.get(runbook)?.title ?? '',
    planned_for: plannedFor,
    held: holdsAgainst(holds, runbook, plan).length > 0,
    opened: store.run(plan) !== undefined,
  };
}

export function planView(deps: Deps, id: string, person: string): PlanView | undefined {
  const { engine, store } = deps;
  const plan = engine.site.plans.get(id);
  const runbook = plan && engine.runbookOf(plan.runbook);
  if (!plan || !runbook) return undefined;
  const document = documentOf(store, plan);
  const world = engine.world();
  const lead = document.crew['lead'] ?? leadOf(deps, runbook, person);
  const asking = { run: id, runbook: plan.runbook, mode: plan.mode, lead, inputs: document.inputs };
  return {
    ...summary(deps, plan),
    document,
    runbook_document: runbook,
    approved: engine.site.runbooks.get(plan.runbook)?.approved ?? null,
    preflight: preflightOf({ site: engine.site, store }, asking, world).map(findingText),
    holds: siteHolds(deps, plan),
    changes: changes(deps, plan, runbook),
  };
}

/** Who would lead it where the plan does not say: whoever asks, if they may, else the first who may. */
function leadOf({ engine }: Deps, { crew }: Runbook, person: string): string {
  const roles = crew['lead']?.roles ?? [];
  const able = engine.site.roster.people.filter((one) => roles.some((role) => one.roles.includes(role)));
  return able.find(({ id }) => id === person)?.id ?? able[0]?.id ?? person;
}

const CODES: Readonly<Record<Finding['rule'], string>> = {
  seat: 'XCK_PREFLIGHT',
  quorum: 'XCK_PREFLIGHT',
  target: 'XCK_PREFLIGHT',
  window: 'XCK_WINDOW',
  lock: 'XCK_LOCKED',
  rehearsal: 'XCK_REHEARSAL',
  hold: 'XCK_HOLD_ON',
};

const findingText = ({ rule, step, seat, sentence }: Finding): PreflightFinding => ({
  ...{ step, seat, sentence },
  code: CODES[rule],
});

/** What differs from the newest completed rehearsal of this very folder; null where there is none. */
function changes(deps: Deps, plan: Plan, runbook: Runbook): string[] | null {
  const rehearsal = deps.engine.world().rehearsal(plan.runbook);
  const live = rehearsal && deps.engine.run(rehearsal.run);
  if (!live) return null;
  const document = documentOf(deps.store, plan);
  const before = figuresOf(live);
  const people = Object.fromEntries(
    Object.entries(before.people).filter(([seat]) => document.crew[seat] !== undefined),
  );
  const after = { runbook: plan.runbook, inputs: document.inputs, people: document.crew };
  const where = plan.mode === 'live' ? targetsOf(runbook) : [];
  const names = deps.store.names();
  const say = (change: Change) => changeText(change, (person) => names[person] ?? person);
  return [...changesSince({ ...before, people }, after).map(say), ...where];
}

/** A rehearsal runs elsewhere by its nature; which steps do is worth a sentence each. */
const targetsOf = (runbook: Runbook): string[] =>
  Object.entries(runbook.rehearsal?.targets ?? {}).flatMap(([target, { agent }]) => {
    const own = runbook.targets[target]?.agent ?? target;
    const used = allSteps(runbook).some((step) => step.target === target);
    return used && own !== agent ? [`The target ${target} is ${own}; it was rehearsed at ${agent}.`] : [];
  });
