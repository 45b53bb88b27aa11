/** Undo windows and copies that are to be deleted, of open runs and of closed ones of which something still runs. */
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import type { ClockSummary, DutySummary } from '../../core/protocol/frames.ts';
import { REDACTED } from '../../core/release/entries.ts';
import type { RunningClock } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import type { AppDeps } from '../app.ts';
import { factsOf, type KeptCopy, keptCopiesOf } from '../runner/closes.ts';

type Deps = Pick<AppDeps, 'engine' | 'store' | 'ports'>;

export function clocks({ engine, store, ports }: Deps): ClockSummary[] {
  const open = engine.openRuns().flatMap(({ state }) => {
    const { runbook, clocks: running } = contextOf(state);
    return summaries(state.facts.run, runbook, running, null);
  });
  const closed = store.watched(ports.now()).flatMap(({ run, close }) => {
    const runbook = close && engine.runbookOf(close.runbook);
    return close && runbook ? summaries(run, runbook, factsOf(close).clocks, close.ref) : [];
  });
  return [...open, ...closed];
}

const summaries = (
  run: string,
  runbook: Runbook,
  running: Readonly<Record<string, RunningClock>>,
  closed: string | null,
): ClockSummary[] =>
  Object.entries(running).map(([clock, { since, ends }]) => ({
    ...{ run, clock, since, ends, closed },
    runbook_id: runbook.id,
    means: runbook.clocks[clock]?.means ?? '',
    owner: runbook.owner,
  }));

export function dutiesDue({ engine, store, ports }: Deps): DutySummary[] {
  const open = engine.openRuns().flatMap((live) => {
    const { run } = live.state.facts;
    return keptCopiesOf(store, live).map((copy) => duty(store, run, copy));
  });
  const closed = store
    .watched(ports.now())
    .flatMap(({ run, close }) => (close ? factsOf(close).copies.map((copy) => duty(store, run, copy)) : []));
  return [...open, ...closed];
}

function duty(store: Deps['store'], run: string, { step, artifact, due, done }: KeptCopy): DutySummary {
  const body = done && store.body(done.answer);
  const evidence: unknown = body ? JSON.parse(fromUtf8(body.bytes) ?? 'null') : REDACTED;
  return { run, step, artifact, due, done: done && { at: done.at, by: done.by, evidence: String(evidence) } };
}
