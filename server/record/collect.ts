/** Gathers a run's record from the store: its entries, those they rest on, proofs, bodies and folder. It leaves out what is withheld and judges nothing. */
import { base64, fromUtf8 } from '../../core/bytes/encoding.ts';
import type { Body, Sealed } from '../../core/log/entry.ts';
import { consistencyProof, inclusionProof } from '../../core/log/merkle.ts';
import type { Entry } from '../../core/log/tables.ts';
import type { Bundle } from '../../core/record/bundle.ts';
import { bodiesIn, type LogIndex, type Parts, recordParts } from '../../core/record/parts.ts';
import { folderIndex } from '../../core/runbook/folder.ts';
import { readEntry } from '../runner/site.ts';
import type { LogStore } from '../store/store.ts';

export interface Wanted {
  /** The signed note of a tree of `size` leaves that holds all of the run. */
  readonly checkpoint: Uint8Array;
  readonly size: number;
  /** Digests of bodies that stay blind. */
  readonly withheld: ReadonlySet<string>;
}

/** The log in the store as entries; it throws where the store lacks what it is asked for. */
export const storedLog = (store: LogStore): LogIndex<Sealed> => ({
  at: (seq) => {
    const row = store.entry(seq);
    return row && readEntry(row);
  },
  of: (run) => store.entriesOf(run).map(readEntry),
  after: (run) => store.entriesAfter(run).map(readEntry),
  outside: (types) => store.entriesOfTypes(types).map(readEntry),
});

/** The parts of a run's record in the tree of the first `size` entries. Throws where there is no such run, or its runbook was not approved. */
export function partsAt(log: LogIndex<Sealed>, run: string, size: number): Parts<Sealed> {
  const { entries, foreign } = recordParts(log, run);
  const types = new Set(entries.map(({ entry }) => entry.type));
  if (!types.has('run.opened')) throw new Error(`there is no run ${run}`);
  if (!types.has('runbook.registered') || !types.has('runbook.approved'))
    throw new Error(`the log lacks the approval of the runbook of ${run}`);
  return { entries: entries.filter(({ entry }) => entry.seq < size), foreign };
}

/** The record of a run up to a checkpoint. Throws where the store lacks what the log names. */
export function collect(store: LogStore, run: string, { checkpoint, size, withheld }: Wanted): Bundle {
  const parts = partsAt(storedLog(store), run, size);
  const entries = parts.entries.map(({ entry }) => entry);
  const opened = entries.find((entry) => entry.type === 'run.opened');
  const files = store.folder(opened?.type === 'run.opened' ? opened.runbook : '') ?? [];
  const index = folderIndex(files);
  if (!index.ok) throw new Error(index.refusal.sentence);
  const bodies = bodiesOf(
    store,
    bodiesIn(parts).filter((named) => !withheld.has(named)),
  );
  return {
    checkpoint,
    entries: parts.entries.map(({ bytes }) => bytes),
    proofs: entries.map(({ seq }) => inclusionProof(seq, size, store.node).map(base64)),
    consistency: sizesOf(entries, bodies)
      .filter((from) => from >= 1 && from < size)
      .map((from) => ({ size: from, proof: consistencyProof(from, size, store.node).map(base64) })),
    bodies,
    folderIndex: index.value,
    files,
  };
}

/** A body that the log names. */
export function storedBody(store: LogStore, named: string): Body {
  const body = store.body(named);
  if (!body) throw new Error(`the store lacks the body ${named}`);
  return body;
}

const bodiesOf = (store: LogStore, digests: readonly string[]): Map<string, Body> =>
  new Map(digests.map((named) => [named, storedBody(store, named)]));

/** The sizes of trees that statements at hand name, each once, ascending. */
function sizesOf(entries: readonly Entry[], bodies: ReadonlyMap<string, Body>): number[] {
  const named = entries.flatMap((entry) => {
    const statement = bodies.get(entry.bodies?.statement ?? '');
    const size = statement && /^tree ([0-9]+) /m.exec(fromUtf8(statement.bytes) ?? '')?.[1];
    return size === undefined ? [] : [Number(size)];
  });
  return [...new Set(named)].sort((a, b) => a - b);
}
