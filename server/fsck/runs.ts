/** Every run replayed by the code that boots it, and its row made again; what differs is a finding. */
import { jcs } from '../../core/bytes/jcs.ts';
import type { Sealed } from '../../core/log/entry.ts';
import { contextOf } from '../../core/run/state.ts';
import { type AfterEntry, afterClose, closeOf, foldAfter, keptCopies } from '../../core/site/after.ts';
import { closedRow, rowAfter } from '../runner/closes.ts';
import { type LiveRun, machines, type RunbookOf, replayRun } from '../runner/runs.ts';
import { readEntry, type Site } from '../runner/site.ts';
import type { LogStore, RunRow } from '../store/store.ts';
import { looking, type Tell } from './finding.ts';

export interface Replaying {
  readonly store: LogStore;
  readonly site: Site;
  readonly runbookOf: RunbookOf;
  /** The first entry of each run. */
  readonly runs: ReadonlyMap<string, number>;
  readonly rows: readonly RunRow[];
}

export function checkRuns({ store, site, runbookOf, runs, rows }: Replaying, tell: Tell): void {
  const machineOf = machines(runbookOf);
  const stored = new Map(rows.map((row) => [row.run, row]));
  for (const [run, seq] of runs) {
    const row = stored.get(run);
    if (!row) tell(seq, `the run ${run} has no row`);
    const live = looking(tell, () => replayRun(store, site, machineOf, runbookOf, run), seq);
    const made = live && looking(tell, () => rowOf(store, live), seq);
    if (row && made && looking(tell, () => normal(row), seq) !== normal(made))
      tell(seq, `the row of the run ${run} is not what its entries make of it`);
  }
  for (const { run } of rows) if (!runs.has(run)) tell(null, `the run ${run} has a row and no entry`);
}

/** The row as it was written with the close and with all that came after it. */
function rowOf(store: LogStore, live: LiveRun): RunRow {
  const { run } = live.state.facts;
  if (contextOf(live.state).closed === null) return { run, close: null };
  let row = closedRow(store, live);
  let state = afterClose(closeOf(live.state), keptCopies(live.state));
  for (const sealed of store.entriesAfter(run).map((one) => readEntry(one) as Sealed<AfterEntry>)) {
    state = foldAfter(state, sealed);
    row = rowAfter(row, state, sealed);
  }
  return row;
}

const normal = ({ run, close }: RunRow): string =>
  jcs({ run, close: close && { ...close, facts: JSON.parse(close.facts) as unknown } });
