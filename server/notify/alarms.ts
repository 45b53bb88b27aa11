/** Alarms that the clock rings: a promised update of a hold that does not come, and undo windows that run out. They stop nothing. */
import { type Alarm, lastAlarm, nextAlarm } from '../../core/release/clocks.ts';
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

  /** What has rung rings again at boot only: nobody knows then whether it was heard. */
  const rung = new Set<string>();

  const watchHold = (where: string, about: About | undefined, { ref, nextUpdate, step }: Promised) => {
    const key = `overdue ${ref} ${nextUpdate}`;
    if (nextUpdate === null || !about || rung.has(key)) return;
    deadlines.set(`${where}${ref}`, nextUpdate + 1, () => {
      rung.add(key);
      tell({ ...about, type: 'hold.overdue', key, at: ports.now(), ...(step == null ? {} : { step }) });
    });
  };

  const ringClock = (live: LiveRun, clock: string, alarm: Alarm) => {
    const key = `alarm ${live.state.facts.run} ${clock} ${alarm}`;
    tell({ ...aboutRun(live), type: 'clock.alarm', key, at: ports.now(), clock });
  };

  const watchClock = (live: LiveRun, clock: string, running: RunningClock) => {
    const next = nextAlarm(running, ports.now());
    if (next === null || next.alarm === 100) return;
    const { run } = live.state.facts;
    deadlines.set(`clock ${run} ${clock}`, next.at, () => {
      ringClock(live, clock, next.alarm);
      watchClock(live, clock, running);
    });
  };

  const holdsOfRun = (live: LiveRun) => {
    const where = `hold ${live.state.facts.run} `;
    deadlines.clearAll(where);
    for (const hold of contextOf(live.state).holds) watchHold(where, aboutRun(live), hold);
  };
  const holdsOutside = () => {
    deadlines.clearAll('outside ');
    for (const hold of engine.site.holds.open) watchHold('outside ', aboutHeld(hold, engine), hold);
  };
  /** Each once: an alarm that is due already and about to ring must not be skipped. */
  const watched = new Set<string>();
  const clocksOf = (live: LiveRun, clocks: Readonly<Record<string, RunningClock>>) => {
    for (const [clock, running] of Object.entries(clocks)) {
      const name = `${live.state.facts.run} ${clock}`;
      if (running.passed || watched.has(name)) continue;
      watched.add(name);
      watchClock(live, clock, running);
    }
  };
  /** The last alarm may have been due while nobody was here to ring it. */
  const resumeClocks = (live: LiveRun, clocks: Readonly<Record<string, RunningClock>>) => {
    for (const [clock, running] of Object.entries(clocks)) {
      const last = lastAlarm(running, ports.now());
      if (last !== null) ringClock(live, clock, last);
    }
    clocksOf(live, clocks);
  };

  return {
    committed: ({ entries, run }) => {
      const types = new Set(entries.map(({ entry }) => entry.type));
      if (!run && (types.has('hold.updated') || types.has('hold.lifted'))) holdsOutside();
      if (!run) return;
      holdsOfRun(run);
      if (types.has('step.started')) clocksOf(run, contextOf(run.state).clocks);
    },
    resume: () => {
      holdsOutside();
      for (const live of engine.openRuns()) {
        holdsOfRun(live);
        resumeClocks(live, contextOf(live.state).clocks);
      }
      for (const row of store.watched(ports.now())) {
        const live = engine.run(row.run);
        if (live) resumeClocks(live, closeOfRow(row)?.clocks ?? {});
      }
    },
    stop: () => deadlines.clearAll(''),
  };
}
