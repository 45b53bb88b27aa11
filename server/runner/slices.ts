/** What one person may see of a run, cut from the store: every byte that leaves the server about a run is made here, through core's `withheld`. */
import { base64, fromUtf8 } from '../../core/bytes/encoding.ts';
import type { BodyText, RunDocument, Slice } from '../../core/protocol/frames.ts';
import { contextOf } from '../../core/run/state.ts';
import { withheld } from '../../core/run/view.ts';
import type { Store } from '../store/store.ts';
import type { Log } from './log.ts';
import type { LiveRun } from './runs.ts';

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

export function runDocument(store: Store, log: Log, run: LiveRun, person: string): RunDocument {
  const context = contextOf(run.state);
  return {
    run: run.state.facts.run,
    runbook: context.runbook,
    authors: context.authors,
    roles: context.roles,
    names: store.names(),
    slice: slice(store, log, run, hiddenFrom(run, person), -1),
  };
}
