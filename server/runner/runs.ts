/** Runs in memory: each is its folded state and its entries, replayed from the store by the same fold that runs live. */
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import type { Sealed } from '../../core/log/entry.ts';
import { rolesOf } from '../../core/log/roster.ts';
import type { RunEntry, RunEntryOf } from '../../core/log/tables.ts';
import { type RunMachine, runMachine } from '../../core/run/machine.ts';
import { fold, openState, type RunState } from '../../core/run/state.ts';
import type { InputValue } from '../../core/runbook/inputs.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import type { LogStore } from '../store/store.ts';
import { bodiesOf, CannotFollow, readEntry, type Site } from './site.ts';

export interface LiveRun {
  readonly state: RunState;
  /** All entries, ascending by rseq, without their bodies. */
  readonly entries: readonly Sealed<RunEntry>[];
  /** As they were signed at the opening; deviations change them in the run's context. */
  readonly inputs: Readonly<Record<string, InputValue>>;
  /** Named values of the steps that have finished, by step. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
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
  first: Sealed<RunEntryOf<'run.opened'>>,
): LiveRun {
  const digest = first.entry.runbook;
  const runbook = runbookOf(digest);
  const registered = site.runbooks.get(digest);
  if (!runbook || !registered) throw new Error(`runbook ${digest} is not known`);
  const opening = {
    origin: site.origin,
    runbook,
    authors: registered.authors,
    roles: rolesAt(site, first.entry.roster),
  };
  const inputs = (jsonIn(first, 'inputs') ?? {}) as LiveRun['inputs'];
  return { state: openState(machineOf(digest), opening, first), entries: [bare(first)], inputs, outputs: {} };
}

/** `<version> <digest>` of the roster under which the run was opened. */
export function openedOn({ entries }: Pick<LiveRun, 'entries'>): string {
  const first = entries[0]?.entry;
  if (first?.type !== 'run.opened') throw new Error('a run does not begin with its opening');
  return first.roster;
}

/** Roles as the roster gave them when the run opened: later versions say in the run what they take. */
export function rolesAt({ rosters }: Site, ref: string) {
  const roster = rosters.get(ref);
  if (!roster) throw new Error(`there is no roster ${ref}`);
  return rolesOf(roster);
}

/** Returns the run after entries that were folded into `state` already; their bodies are at hand. */
export function grown(live: LiveRun, state: RunState, entries: readonly Sealed<RunEntry>[]): LiveRun {
  const named = entries.flatMap((sealed) => {
    const outputs = sealed.entry.type === 'step.finished' ? jsonIn(sealed, 'outputs') : undefined;
    return outputs === undefined ? [] : [[(sealed.entry as RunEntryOf<'step.finished'>).step, outputs] as const];
  });
  const outputs = named.length === 0 ? live.outputs : { ...live.outputs, ...Object.fromEntries(named) };
  return { ...live, state, entries: [...live.entries, ...entries.map(bare)], outputs };
}

function jsonIn(sealed: Sealed, name: string): Record<string, never> | undefined {
  const body = sealed.bodies[name];
  return body && (JSON.parse(fromUtf8(body.bytes) ?? 'null') as Record<string, never>);
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
  const begun = beginRun(site, machineOf, runbookOf, first as Sealed<RunEntryOf<'run.opened'>>);
  let { state } = begun;
  for (const sealed of rest) {
    const next = fold(state, sealed);
    if (!next.ok) throw new CannotFollow(sealed.entry.seq, next.refusal.sentence);
    state = next.value;
  }
  return grown(begun, state, rest);
}

/** What is read of an entry's bodies when a run is folded; everything else stays in the store. */
const READ: Partial<Record<RunEntry['type'], readonly string[]>> = {
  'run.opened': ['inputs'],
  'act.signed': ['content'],
  'run.decided': ['content'],
  'run.deviated': ['content'],
  'step.finished': ['outputs'],
};

function withBodies(store: LogStore, sealed: Sealed<RunEntry>): Sealed<RunEntry> {
  if (sealed.entry.type === 'step.armed') return { ...sealed, bodies: bodiesOf(store, sealed) };
  const names = READ[sealed.entry.type];
  return names ? { ...sealed, bodies: bodiesOf(store, sealed, names) } : sealed;
}
