/** Who is here: a lease per person and run, renewed by heartbeat and not by the socket. A lost lease becomes an entry after the grace. */
import type { Presence } from '../../core/protocol/frames.ts';
import { seatOf } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Ports } from '../ports/ports.ts';
import type { Engine } from '../runner/engine.ts';
import type { LiveRun } from '../runner/runs.ts';

/** A heartbeat comes every 5 s; after three missed ones the person counts as away and the runbook's grace begins. */
const LEASE = 15_000;

type Reading = Presence['reading'];
interface Lease {
  renewed: number;
  reading: Reading;
}

export interface PresenceBook {
  /** A sign of life of a person in a run. */
  here(run: string, person: string, reading?: Reading): void;
  /** Looks at every lease once; the server calls it every second. */
  look(): void;
  people(run: LiveRun): Presence[];
}

export function openPresence(engine: Engine, ports: Ports, changed: (run: string) => void): PresenceBook {
  const leases = new Map<string, Lease>();
  const booted = ports.now();
  const key = (run: string, person: string) => `${run} ${person}`;
  /** After a restart everybody gets one whole lease to come back. */
  const renewed = (run: string, person: string) => leases.get(key(run, person))?.renewed ?? booted;
  const alive = (run: string, person: string) => ports.now() - renewed(run, person) <= LEASE;

  const enter = (live: LiveRun, seat: string, type: 'lost' | 'back') =>
    void engine.submit(live.state.facts.run, { type, seat });

  const lookAt = (live: LiveRun) => {
    const { seats, away, runbook, armings } = contextOf(live.state);
    const confirmed = Object.values(armings).flatMap(({ confirmations }) => confirmations.map((one) => one.seat));
    for (const [seat, { person }] of Object.entries(seats)) {
      const run = live.state.facts.run;
      const gone = ports.now() - renewed(run, person) > LEASE + runbook.presence.grace_ms;
      const counts = runbook.presence.required.includes(seat) || confirmed.includes(seat);
      if (gone && counts && !away.includes(seat)) enter(live, seat, 'lost');
      if (away.includes(seat) && alive(run, person)) enter(live, seat, 'back');
    }
  };

  return {
    here: (run, person, reading) => {
      const before = leases.get(key(run, person));
      const was = alive(run, person);
      const next = { renewed: ports.now(), reading: reading === undefined ? (before?.reading ?? null) : reading };
      leases.set(key(run, person), next);
      if (!before || !was || reading !== undefined) changed(run);
    },
    look: () => {
      for (const live of engine.openRuns()) lookAt(live);
    },
    people: (live) => {
      const context = contextOf(live.state);
      const run = live.state.facts.run;
      const seated = Object.values(context.seats).map(({ person }) => person);
      const watching = [...leases.keys()]
        .filter((one) => one.startsWith(`${run} `))
        .map((one) => one.slice(run.length + 1));
      return [...new Set([...seated, ...watching])].map((person) => ({
        person,
        seat: seatOf(context, person) ?? null,
        here: leases.has(key(run, person)) && alive(run, person),
        since: renewed(run, person),
        reading: leases.get(key(run, person))?.reading ?? null,
      }));
    },
  };
}
