/** What has happened, as far as anybody outside is told: which event, of which run and step, and where to look. It carries no value. */
import { utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { refIndex, type Sealed } from '../../core/log/entry.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Notified, Runbook } from '../../core/runbook/runbook.ts';
import type { Committed, Engine } from '../runner/engine.ts';
import type { LiveRun } from '../runner/runs.ts';
import { readEntry } from '../runner/site.ts';
import type { LogStore } from '../store/store.ts';
import type { Message } from './webhook.ts';

/** Where something happened. */
export interface About {
  /** The run, or the plan that a hold is on; null for a hold on a runbook. */
  readonly run: string | null;
  readonly mode: 'live' | 'rehearsal' | null;
  readonly runbook: Runbook;
  /** Of the page to look at. */
  readonly path: string;
}

export interface Event extends About {
  readonly type: Notified;
  /** What makes it this event and no other. */
  readonly key: string;
  readonly at: number;
  readonly step?: string;
  readonly clock?: string;
}

export function messageOf(event: Event, { document, origin }: Engine['site']): Message {
  const { type, key, at, run, mode, runbook, path, step, clock } = event;
  const data = {
    run,
    ...(step === undefined ? {} : { step }),
    ...(clock === undefined ? {} : { clock }),
    mode,
    title: runbook.title,
    url: `${document.origins[0] ?? ''}${path}`,
  };
  const id = digest(utf8(`${origin} ${key}`)).slice('sha256:'.length, 'sha256:'.length + 32);
  return { id: `msg_${id}`, payload: JSON.stringify({ type, timestamp: new Date(at).toISOString(), data }) };
}

/** An entry as an event; undefined where it is of no run and no hold. */
export function eventOf(sealed: Sealed, committed: Committed, engine: Engine, store: LogStore): Event | undefined {
  const { entry } = sealed;
  const about = aboutOf(sealed, committed, engine, store);
  return (
    about && {
      ...about,
      type: entry.type as Notified,
      key: sealed.digest,
      at: entry.ts,
      ...('step' in entry && entry.step !== undefined ? { step: entry.step } : {}),
      ...('clock' in entry ? { clock: entry.clock } : {}),
    }
  );
}

function aboutOf({ entry }: Sealed, { run, after }: Committed, engine: Engine, store: LogStore): About | undefined {
  const live = run ?? (after === null ? undefined : engine.run(after));
  if (live) return aboutRun(live);
  if (entry.type === 'hold.raised') return aboutHeld(entry, engine);
  if (entry.type !== 'hold.updated' && entry.type !== 'hold.lifted') return undefined;
  const row = store.entry(refIndex(entry.hold));
  const raised = row && readEntry(row).entry;
  return raised?.type === 'hold.raised' ? aboutHeld(raised, engine) : undefined;
}

export function aboutRun({ state }: LiveRun): About {
  const { run, mode } = state.facts;
  return { run, mode, runbook: contextOf(state).runbook, path: `/runs/${run}` };
}

/** Where a hold outside any run stands. */
export function aboutHeld(
  { plan, runbook }: { readonly plan?: string | null; readonly runbook?: string | null },
  { site, runbookOf }: Engine,
): About | undefined {
  const planned = plan == null ? undefined : site.plans.get(plan);
  const found = runbookOf(planned?.runbook ?? runbook ?? '');
  if (!found) return undefined;
  if (planned) return { run: planned.plan, mode: planned.mode, runbook: found, path: `/plans/${planned.plan}` };
  return { run: null, mode: null, runbook: found, path: `/runbooks/${runbook}` };
}
