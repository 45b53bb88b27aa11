/** What a decision about the site looks up: runs, closes, rehearsals and locks, as they are at this moment. It decides nothing. */
import { contextOf } from '../../core/run/state.ts';
import { locksOf } from '../../core/runbook/render.ts';
import type { SiteState, World } from '../../core/site/state.ts';
import type { Store } from '../store/store.ts';
import { closeOfRow } from './closes.ts';
import { preflightOf, stoppedBy } from './preflight.ts';
import type { LiveRun, RunbookOf } from './runs.ts';

export interface Lookups {
  readonly store: Store;
  readonly site: SiteState;
  readonly runbookOf: RunbookOf;
  /** The open runs. */
  readonly runs: readonly LiveRun[];
  readonly now: number;
}

export function worldOf({ store, site, runbookOf, runs, now }: Lookups): World {
  const world: Omit<World, 'stops'> = {
    now,
    runbookOf,
    knownRun: (run) => store.run(run) !== undefined,
    closeOf: (ref) => {
      const row = store.closeOf(ref);
      return row && closeOfRow(row);
    },
    rehearsal: (runbook) => {
      const row = store.lastClose(runbook, 'rehearsal', 'done');
      return row && closeOfRow(row);
    },
    holderOf: (lock, mode) =>
      runs.find((live) => live.state.facts.mode === mode && locksHeld(live).includes(lock))?.state.facts.run,
  };
  return {
    ...world,
    stops: (asking) => stoppedBy(preflightOf({ site, store }, asking, world))?.sentence ?? null,
  };
}

/** The locks of an open run: by the inputs that were signed, and by those that a deviation made of them. */
export function locksHeld({ state, inputs }: LiveRun): string[] {
  const { runbook, changed } = contextOf(state);
  const { mode } = state.facts;
  return [inputs, { ...inputs, ...changed }].flatMap((values) => {
    const locks = locksOf(runbook, values, mode);
    return locks.ok ? locks.value : [];
  });
}
