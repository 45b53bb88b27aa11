/** Gathers a run's record from the store: its entries, those they rest on, proofs, bodies and folder. It leaves out what is withheld and judges nothing. */
import { base64, fromUtf8 } from '../../core/bytes/encoding.ts';
import { type Body, refIndex, type Sealed } from '../../core/log/entry.ts';
import { consistencyProof, inclusionProof } from '../../core/log/merkle.ts';
import type { Entry } from '../../core/log/tables.ts';
import type { Bundle } from '../../core/record/bundle.ts';
import { folderIndex } from '../../core/runbook/folder.ts';
import { foreignTo, type HoldsEntry } from '../../core/site/holds.ts';
import { readEntry } from '../runner/site.ts';
import type { LogStore, StoredEntry } from '../store/store.ts';

export interface Wanted {
  /** The signed note of a tree of `size` leaves that holds all of the run. */
  readonly checkpoint: Uint8Array;
  readonly size: number;
  /** Digests of bodies that stay blind. */
  readonly withheld: ReadonlySet<string>;
}

const read = (row: StoredEntry): Entry => JSON.parse(fromUtf8(row.bytes) ?? '') as Entry;

/** The record of a run up to a checkpoint. Throws where the store lacks what the log names. */
export function collect(store: LogStore, run: string, { checkpoint, size, withheld }: Wanted): Bundle {
  const rows = rowsOf(store, run).filter(({ seq }) => seq < size);
  const entries = rows.map(read);
  const opened = entries.find((entry) => entry.type === 'run.opened');
  if (opened?.type !== 'run.opened') throw new Error(`there is no run ${run}`);
  const files = store.folder(opened.runbook) ?? [];
  const index = folderIndex(files);
  if (!index.ok) throw new Error(index.refusal.sentence);
  const holds = rows.map(readEntry).filter(({ entry }) => HOLDS.includes(entry.type) && !('run' in entry));
  const foreign = foreignTo(holds as Sealed<HoldsEntry>[], opened).flatMap(({ entry }) =>
    Object.values(entry.bodies ?? {}),
  );
  const bodies = bodiesOf(store, entries, new Set([...withheld, ...foreign]));
  return {
    checkpoint,
    entries: rows.map(({ bytes }) => bytes),
    proofs: rows.map(({ seq }) => inclusionProof(seq, size, store.node).map(base64)),
    consistency: sizesOf(entries, bodies)
      .filter((from) => from >= 1 && from < size)
      .map((from) => ({ size: from, proof: consistencyProof(from, size, store.node).map(base64) })),
    bodies,
    folderIndex: index.value,
    files,
  };
}

const HOLDS = ['hold.raised', 'hold.updated', 'act.signed', 'hold.lifted'];

/** The run's entries and those after its close, the chains of roster and holds, the registration and approval that the run names; ascending by seq. */
function rowsOf(store: LogStore, run: string): StoredEntry[] {
  const own = store.entriesOf(run);
  const first = own[0] && read(own[0]);
  if (first?.type !== 'run.opened') return [];
  const approved = store.entry(refIndex(first.approved));
  const approval = approved && read(approved);
  const registered = approval?.type === 'runbook.approved' ? store.entry(refIndex(approval.registered)) : undefined;
  if (!approved || !registered) throw new Error(`the log lacks the approval of the runbook ${first.runbook}`);
  const chains = store.entriesOfTypes(['genesis', 'key.enrolled', ...HOLDS]);
  return [...chains, registered, approved, ...own, ...store.entriesAfter(run)].sort((a, b) => a.seq - b.seq);
}

function bodiesOf(store: LogStore, entries: readonly Entry[], withheld: ReadonlySet<string>): Map<string, Body> {
  const digests = entries.flatMap((entry) => Object.values(entry.bodies ?? {})).filter((named) => !withheld.has(named));
  return new Map(
    digests.map((named) => {
      const body = store.body(named);
      if (!body) throw new Error(`the store lacks the body ${named}`);
      return [named, body];
    }),
  );
}

/** The sizes of trees that statements at hand name, each once, ascending. */
function sizesOf(entries: readonly Entry[], bodies: ReadonlyMap<string, Body>): number[] {
  const named = entries.flatMap((entry) => {
    const statement = bodies.get(entry.bodies?.statement ?? '');
    const size = statement && /^tree ([0-9]+) /m.exec(fromUtf8(statement.bytes) ?? '')?.[1];
    return size === undefined ? [] : [Number(size)];
  });
  return [...new Set(named)].sort((a, b) => a - b);
}
