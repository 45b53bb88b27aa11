/** Alarms that the clock rings: a promised update of a hold that does not come, and undo windows that run out. They stop nothing. */
import { nextAlarm } from '../../core/release/clocks.ts';
import type { Hold, RunningClock } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Ports } from '../ports/ports.ts';
import { closeOfRow } from '../runner/closes.ts';
import { openDeadlines } from '../runner/deadlines.ts';
import type { Committed, Engine } from '../runner/engine.ts';
import type { LiveRun } from '../runner/runs.ts';
import type { Store } from '../store/store.ts';
import { type About, aboutHeld, aboutRun, type Event } from './event.ts';

export interface Alarms {
  committed(committed: Committed): void;
  resume(): void;
  stop(): void;
}

export interface AlarmDeps {
  readonly engine: Engine;
  readonly store: Store;
  readonly ports: Ports;
  readonly tell: (event: Event) => void;
}

type Promised = Pick<Hold, 'ref' | 'nextUpdate'> & { readonly step?: string | null };

export function openAlarms({ engine, store, ports, tell }: AlarmDeps): Alarms {
  const deadlines = openDeadlines(ports);

  const watchHold = (where: string, about: About | undefined, { ref, nextUpdate, step }: Promised) => {
    if (nextUpdate === null || !about) return;
    deadlines.set(`${where}${ref}`, nextUpdate + 1, () =>
      tell({
        ...about,
        type: 'hold.overdue',
        key: `overdue ${ref} ${nextUpdate}`,
        at: ports.now(),
        ...(step == null ? {} : { step }),
      }),
    );
  };

  const watchClock = (live: LiveRun, clock: string, running: RunningClock) => {
    const next = nextAlarm(running, ports.now());
    if (next === null || next.alarm === 100) return;
    const { run } = live.state.facts;
    deadlines.set(`clock ${run} ${clock}`, next.at, () => {
      const key = `alarm ${run} ${clock} ${next.alarm}`;
      tell({ ...aboutRun(live), type: 'clock.alarm', key, at: ports.now(), clock });
      watchClock(live, clock, running);
    });
  };

  const holdsOfRun = (live: LiveRun, ripe: (hold: Promised) => boolean) => {
    const where = `hold ${live.state.facts.run} `;
    deadlines.clearAll(where);
    for (const hold of contextOf(live.state).holds.filter(ripe)) watchHold(where, aboutRun(live), hold);
  };
  const holdsOutside = (ripe: (hold: Promised) => boolean) => {
    deadlines.clearAll('outside ');
    for (const hold of engine.site.holds.open.filter(ripe)) watchHold('outside ', aboutHeld(hold, engine), hold);
  };
  const clocksOf = (live: LiveRun, clocks: Readonly<Record<string, RunningClock>>) => {
    for (const [clock, running] of Object.entries(clocks)) if (!running.passed) watchClock(live, clock, running);
  };
  /** An alarm that has rung rings again at boot only: nobody knows then whether it was heard. */
  const toCome = ({ nextUpdate }: Promised) => nextUpdate !== null && nextUpdate >= ports.now();

  return {
    committed: ({ entries, run }) => {
      const types = new Set(entries.map(({ entry }) => entry.type));
      if (!run && (types.has('hold.updated') || types.has('hold.lifted'))) holdsOutside(toCome);
      if (!run) return;
      holdsOfRun(run, toCome);
      if (types.has('step.started')) clocksOf(run, contextOf(run.state).clocks);
    },
    resume: () => {
      holdsOutside(() => true);
      for (const live of engine.openRuns()) {
        holdsOfRun(live, () => true);
        clocksOf(live, contextOf(live.state).clocks);
      }
      for (const row of store.watched(ports.now())) {
        const live = engine.run(row.run);
        if (live) clocksOf(live, closeOfRow(row)?.clocks ?? {});
      }
    },
    stop: () => deadlines.clearAll(''),
  };
}
