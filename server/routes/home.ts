/** The document of the first page: runs, plans, holds, undo windows, duties, and the folders that could be registered. */
import type { Home, RunSummary } from '../../core/protocol/frames.ts';
import { type Arming, type RunContext, seatOf } from '../../core/run/context.ts';
import { turnOf } from '../../core/run/progress.ts';
import { contextOf } from '../../core/run/state.ts';
import { stepOf } from '../../core/runbook/steps.ts';
import type { AppDeps } from '../app.ts';
import type { LiveRun } from '../runner/runs.ts';
import { runbookSummary } from './folders.ts';
import { siteHolds } from './holds.ts';
import { planSummaries } from './plans.ts';
import { clocks, dutiesDue } from './windows.ts';

const LAST = 50;

export function home(deps: AppDeps, person: string): Home {
  const { engine, store } = deps;
  const runs = store.lastRuns(LAST).flatMap((run) => {
    const live = engine.run(run);
    return live ? [summary(live, person)] : [];
  });
  return {
    runs,
    runbooks: [...engine.site.runbooks.values()].map(runbookSummary),
    plans: planSummaries(deps).slice(0, LAST),
    holds: siteHolds(deps),
    clocks: clocks(deps),
    duties: dutiesDue(deps),
    folders: deps.folders.list(),
    names: store.names(),
  };
}

function summary(live: LiveRun, person: string): RunSummary {
  const context = contextOf(live.state);
  const { runbook, closed, holds } = context;
  const { run, mode, openedAt } = live.state.facts;
  const seat = seatOf(context, person);
  const free = Object.entries(runbook.crew).filter(
    ([name, { roles }]) => !context.seats[name] && roles.some((role) => context.roles[person]?.includes(role)),
  );
  return {
    run,
    title: runbook.title,
    runbook_id: runbook.id,
    opened_at: openedAt,
    lead: context.seats['lead']?.person ?? context.lead,
    mode,
    state: closed ?? (holds.length > 0 ? 'held' : 'open'),
    step: turnOf(context)?.id ?? null,
    seats: seat === undefined && closed === null ? free.map(([name]) => name) : [],
    waiting: Object.values(context.armings).some((arming) => asks(context, arming, person)),
  };
}

/** Whether an arming waits for this person's confirmation. */
function asks(context: RunContext, { step, stopped, keyed, started, confirmations }: Arming, person: string): boolean {
  const by = stepOf(context.runbook, step)?.by ?? [];
  const open = !stopped && keyed === null && started === null;
  return open && by.includes(seatOf(context, person) ?? '') && !confirmations.some((one) => one.person === person);
}
