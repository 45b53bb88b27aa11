/** Runs in memory: each is its folded state and its entries, replayed from the store by the same fold that runs live. */
import type { Body, Sealed } from '../../core/log/entry.ts';
import { rolesOf } from '../../core/log/roster.ts';
import type { EntryOf, RunEntry } from '../../core/log/tables.ts';
import { type RunMachine, runMachine } from '../../core/run/machine.ts';
import { fold, openState, type RunState } from '../../core/run/state.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import type { LogStore } from '../store/store.ts';
import { readEntry, type Site } from './site.ts';

export interface LiveRun {
  readonly state: RunState;
  /** All entries, ascending by rseq, without their bodies. */
  readonly entries: readonly Sealed<RunEntry>[];
}

export type RunbookOf = (digest: string) => Runbook | undefined;

/** Returns machines by runbook digest; building one is the dear part of opening a run. */
export function machines(runbookOf: RunbookOf): (digest: string) => RunMachine {
  const cache = new Map<string, RunMachine>();
  return (digest) => {
    const known = cache.get(digest);
    if (known) return known;
    const runbook = runbookOf(digest);
    if (!runbook) throw new Error(`the folder of runbook ${digest} is not in the store`);
    const made = runMachine(runbook);
    cache.set(digest, made);
    return made;
  };
}

/** Returns a run that has just been opened. */
export function beginRun(
  site: Site,
  machineOf: (digest: string) => RunMachine,
  runbookOf: RunbookOf,
  first: Sealed<EntryOf<'run.opened'>>,
): LiveRun {
  const digest = first.entry.runbook;
  const runbook = runbookOf(digest);
  const registered = site.runbooks.get(digest);
  if (!runbook || !registered) throw new Error(`runbook ${digest} is not known`);
  const opening = { origin: site.origin, runbook, authors: registered.authors, roles: rolesOf(site.roster) };
  return { state: openState(machineOf(digest), opening, first), entries: [bare(first)] };
}

/** Bodies are kept by the store; a run in memory would grow with its output. */
export const bare = <E extends RunEntry>(sealed: Sealed<E>): Sealed<E> => ({ ...sealed, bodies: {} });

/** Replays a run from the store. Throws where an entry cannot follow: a log that disagrees with its rules is not served. */
export function replayRun(
  store: LogStore,
  site: Site,
  machineOf: (digest: string) => RunMachine,
  runbookOf: RunbookOf,
  run: string,
): LiveRun {
  const [first, ...rest] = store.entriesOf(run).map((row) => withBodies(store, readEntry(row) as Sealed<RunEntry>));
  if (first?.entry.type !== 'run.opened') throw new Error(`run ${run} does not begin with run.opened`);
  let live = beginRun(site, machineOf, runbookOf, first as Sealed<EntryOf<'run.opened'>>);
  const entries = [...live.entries];
  for (const sealed of rest) {
    const next = fold(live.state, sealed);
    if (!next.ok) throw new Error(`entry ${sealed.entry.seq} of run ${run} cannot follow: ${next.refusal.sentence}`);
    entries.push(bare(sealed));
    live = { state: next.value, entries };
  }
  return live;
}

/** Only a step.armed is read for its bodies when a run is folded. */
function withBodies(store: LogStore, sealed: Sealed<RunEntry>): Sealed<RunEntry> {
  if (sealed.entry.type !== 'step.armed') return sealed;
  return { ...sealed, bodies: bodiesOf(store, sealed) };
}

/** The bodies of an entry that the store has, by name. */
export function bodiesOf(store: LogStore, sealed: Sealed): Record<string, Body> {
  const found = Object.entries(sealed.entry.bodies ?? {}).flatMap(([name, digest]) => {
    const body = store.body(digest);
    return body ? [[name, body] as const] : [];
  });
  return Object.fromEntries(found);
}
