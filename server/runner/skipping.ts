/** Steps whose condition is false when their turn comes are skipped by the server. What it cannot evaluate it leaves to people. */
import { turnOf } from '../../core/run/progress.ts';
import { briefed } from '../../core/run/rules/briefing.ts';
import { calm } from '../../core/run/rules/check.ts';
import { contextOf } from '../../core/run/state.ts';
import { whenHolds } from '../../core/runbook/render.ts';
import { scopeOf } from '../../core/verify/armed.ts';
import type { Engine } from './engine.ts';
import type { LiveRun } from './runs.ts';

/** The step of an open run that is to be skipped now. */
export function skippable(live: LiveRun): string | undefined {
  const context = contextOf(live.state);
  const turn = turnOf(context);
  if (context.closed !== null || turn === null || turn.when === null) return undefined;
  const free = context.attempts[turn.id] === undefined && calm(context).ok && briefed(context).ok;
  if (!free) return undefined;
  const scope = scopeOf(live.state, live, turn.id, { data: '', probes: {} });
  const due = whenHolds(context.runbook, turn.id, scope);
  return due.ok && !due.value ? turn.id : undefined;
}

/** Looks at a run after each of its commits, and at all open ones at boot; one skip leads to the next look. */
export function skipping(engine: Engine): { look(live: LiveRun): void; resume(): void } {
  const look = (live: LiveRun) => {
    const step = skippable(live);
    if (step !== undefined) void engine.submit(live.state.facts.run, { type: 'skip', step });
  };
  return {
    look,
    resume: () => {
      for (const live of engine.openRuns()) look(live);
    },
  };
}
