/** What one person may see of a run, cut from the store: every byte that leaves the server about a run is made here, through core's `withheld`. */
import { base64, fromUtf8 } from '../../core/bytes/encoding.ts';
import type { BodyText, RunDocument, Slice } from '../../core/protocol/frames.ts';
import { changesSince, changeText } from '../../core/release/changes.ts';
import { durationsOf } from '../../core/release/figures.ts';
import { contextOf } from '../../core/run/state.ts';
import { withheld } from '../../core/run/view.ts';
import { linksOf } from '../../core/runbook/render.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import type { Store } from '../store/store.ts';
import type { Engine } from './engine.ts';
import { figuresOf } from './figures.ts';
import type { Log } from './log.ts';
import { type LiveRun, openedOn, rolesAt } from './runs.ts';
import { readEntry } from './site.ts';

export const hiddenFrom = (run: LiveRun, person: string | null): ReadonlySet<string> =>
  withheld(
    contextOf(run.state).runbook,
    run.entries.map((sealed) => sealed.entry),
    person,
  );

/** Returns the bodies of these digests as text. */
export function bodyTexts(store: Store, digests: readonly string[]): Record<string, BodyText> {
  const found = digests.flatMap((digest) => {
    const body = store.body(digest);
    return body ? [[digest, { bytes: base64(body.bytes), salt: base64(body.salt) }] as const] : [];
  });
  return Object.fromEntries(found);
}

/** The entries with rseq > `after`, the bodies that may be seen, and the proof that ties them to the newest checkpoint. */
export function slice(store: Store, log: Log, run: LiveRun, hidden: ReadonlySet<string>, after: number): Slice {
  const entries = run.entries.slice(after + 1);
  const digests = entries.flatMap(({ entry }) =>
    Object.entries(entry.bodies ?? {}).flatMap(([name, digest]) =>
      name === 'output' || hidden.has(digest) ? [] : [digest],
    ),
  );
  return {
    entries: entries.map(({ bytes }) => fromUtf8(bytes) ?? ''),
    bodies: bodyTexts(store, digests),
    checkpoint: log.checkpoint,
    proof: log.inclusion(run.state.head.seq),
  };
}

export function runDocument(store: Store, engine: Engine, run: LiveRun, person: string): RunDocument {
  const context = contextOf(run.state);
  const { facts } = run.state;
  const runbook = engine.runbookOf(facts.runbook) ?? context.runbook;
  const after = store.entriesAfter(facts.run).map(readEntry);
  return {
    run: facts.run,
    // As the folder has it: what deviations inserted is in the entries, and whoever folds them inserts it again.
    runbook,
    authors: context.authors,
    // As the roster gave them at the opening: what it took since stands in the entries.
    roles: rolesAt(engine.site, openedOn(run)),
    names: store.names(),
    links: linksIn(run, runbook),
    ...sinceRehearsal(engine, run, store.names()),
    slice: slice(store, engine.log, run, hiddenFrom(run, person), -1),
    after: {
      entries: after.map(({ bytes }) => fromUtf8(bytes) ?? ''),
      bodies: bodyTexts(
        store,
        after.flatMap(({ entry }) => Object.values(entry.bodies ?? {})),
      ),
    },
  };
}

/** A link that has no value is not shown. */
function linksIn({ state, inputs }: LiveRun, runbook: Runbook): RunDocument['links'] {
  const { run: id, mode, openedAt } = state.facts;
  const scope = {
    inputs: { ...inputs, ...contextOf(state).changed },
    run: { id, mode, started_at_ms: openedAt, data: '' },
  };
  const links = linksOf(runbook, scope);
  return links.ok ? links.value : [];
}

/** The rehearsal that the run rests on, or else the newest one of its folder: how long each step took in it, and what differs now. */
function sinceRehearsal(
  engine: Engine,
  run: LiveRun,
  names: Readonly<Record<string, string>>,
): Pick<RunDocument, 'rehearsed' | 'changed'> {
  const { state, entries } = run;
  const opened = entries[0]?.entry;
  const named = opened?.type === 'run.opened' ? opened.rehearsed : undefined;
  const world = engine.world();
  const close = named === undefined ? world.rehearsal(state.facts.runbook) : world.closeOf(named);
  const live = close && engine.run(close.run);
  if (!live || live.state.facts.run === state.facts.run) return { rehearsed: null, changed: null };
  const changes = changesSince(figuresOf(live), figuresOf(run));
  return {
    rehearsed: durationsOf(live.entries),
    changed: changes.map((change) => changeText(change, (person) => names[person] ?? person)),
  };
}
