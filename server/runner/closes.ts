/** What stays known of closed runs without replaying them: their clocks and the copies that are due for deletion. It is made of the log and written with it. */
import { lineJson, parseStatement } from '../../core/approval/statement.ts';
import type { Sealed } from '../../core/log/entry.ts';
import { duties } from '../../core/release/clocks.ts';
import type { RunningClock } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Do } from '../../core/runbook/runbook.ts';
import { type AfterEntry, type AfterState, afterClose, closeOf, foldAfter, keptCopies } from '../../core/site/after.ts';
import { Erasable } from '../../core/site/redaction.ts';
import type { Close } from '../../core/site/state.ts';
import type { CloseRow, LogStore, RunRow } from '../store/store.ts';
import type { LiveRun } from './runs.ts';
import { readEntry } from './site.ts';

/** A copy that a backup left, to be deleted when it is due. */
export interface KeptCopy {
  readonly step: string;
  readonly artifact: string;
  readonly due: number;
  /** When and by whom, and the digest of the body with the evidence. */
  readonly done: { readonly at: number; readonly by: string; readonly answer: string } | null;
}

interface Facts {
  readonly clocks: Readonly<Record<string, RunningClock>>;
  readonly copies: readonly KeptCopy[];
}

const WEEK = 7 * 24 * 3_600_000;

/** A clock that has ended is shown for a week; a clock or a copy that is not done with is watched until it is. */
function watchUntil({ clocks, copies }: Facts): number {
  const all = Object.values(clocks);
  const pending = all.some(({ passed }) => !passed) || copies.some(({ done }) => done === null);
  return pending ? Number.MAX_SAFE_INTEGER : Math.max(0, ...all.map(({ ends }) => ends + WEEK));
}

const rowOf = ({ ref, at, runbook, mode, result }: Close, facts: Facts): CloseRow => ({
  ...{ ref, at, runbook, mode, result },
  watch: watchUntil(facts),
  facts: JSON.stringify(facts),
});

/** The row of a run that has just been closed. */
export function closedRow(store: LogStore, live: LiveRun): RunRow {
  const close = closeOf(live.state);
  return { run: close.run, close: rowOf(close, { clocks: close.clocks, copies: keptCopiesOf(store, live) }) };
}

/** The copies that a run, open or closed, has left so far. */
export function keptCopiesOf(store: LogStore, live: LiveRun): KeptCopy[] {
  const kept = keptCopies(live.state);
  return duties(contextOf(live.state).runbook, live.entries, live.state.head.ts)
    .filter(({ step }) => kept.includes(step))
    .map(({ step, due }) => ({ step, due, artifact: artifactOf(store, live, step), done: null }));
}

/** Where a backup left its copy, as its last arming says. */
function artifactOf(store: LogStore, live: LiveRun, step: string): string {
  const armed = live.entries.findLast(({ entry }) => entry.type === 'step.armed' && entry.step === step);
  const body = store.body(armed?.entry.bodies?.['statement'] ?? '');
  const lines = body && parseStatement('armed', body.bytes);
  const what = lines?.ok ? (lineJson(lines.value.do) as Do | undefined) : undefined;
  return what?.kind === 'backup' ? what.artifact.path : '';
}

export const factsOf = (row: CloseRow): Facts => JSON.parse(row.facts) as Facts;

export function closeOfRow({ run, close }: RunRow): Close | undefined {
  if (!close) return undefined;
  const { ref, at, runbook } = close;
  const [mode, result] = [close.mode as Close['mode'], close.result as Close['result']];
  return { run, ref, at, runbook, mode, result, clocks: factsOf(close).clocks };
}

/** The chain after a close as it stands. */
export function afterState(store: LogStore, row: RunRow): AfterState | undefined {
  const close = closeOfRow(row);
  if (!close || !row.close) return undefined;
  const kept = factsOf(row.close).copies.flatMap(({ step, done }) => (done === null ? [step] : []));
  const entries = store.entriesAfter(row.run).map((one) => readEntry(one) as Sealed<AfterEntry>);
  return entries.reduce(foldAfter, afterClose(close, kept));
}

/** What may be erased of a closed run as it stands. */
export function erasableOfRun(store: LogStore, run: string): Erasable {
  const erasable = new Erasable(store.entriesOf(run).map(readEntry));
  for (const row of store.entriesAfter(run)) erasable.take(readEntry(row));
  return erasable;
}

/** The row after one more entry of the chain. */
export function rowAfter({ run, close }: RunRow, state: AfterState, { entry }: Sealed<AfterEntry>): RunRow {
  if (!close) return { run, close };
  const copies = factsOf(close).copies.map((copy) => {
    if (entry.type !== 'backup.deleted' || entry.step !== copy.step) return copy;
    return { ...copy, done: { at: entry.ts, by: entry.actor, answer: entry.bodies?.['answer'] ?? '' } };
  });
  return { run, close: rowOf(state.close, { clocks: state.close.clocks, copies }) };
}
