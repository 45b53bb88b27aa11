/** Undo windows as people watch them: how far they have run, when the next alarm is, which copies are due for deletion. It stops nothing. */

import type { Sealed } from '../log/entry.ts';
import type { Entry, EntryOf } from '../log/tables.ts';
import type { RunningClock } from '../run/context.ts';
import type { Runbook, Step } from '../runbook/runbook.ts';
import { forwardSteps } from '../runbook/steps.ts';
import { bodyOf, type Entries, isRedacted, ofType, REDACTED } from './entries.ts';

/** Per cent of a clock at which everybody is told. */
export const ALARMS = [50, 80, 95, 100] as const;
export type Alarm = (typeof ALARMS)[number];

export interface ClockView {
  readonly id: string;
  readonly since: number;
  readonly ends: number;
  /** From 0 to 1. */
  readonly fraction: number;
  /** The last alarm that is behind it. */
  readonly passed: Alarm | null;
  readonly state: 'normal' | 'amber' | 'red' | 'ended';
  /** What holds while it runs and is impossible afterwards. */
  readonly means: string;
  readonly owner: string | null;
}

export type Running = Readonly<Record<string, RunningClock>>;

/** The clocks that have started, by the entries of a run and of what came after its close. */
export function runningClocks({ clocks }: Runbook, entries: Entries): Running {
  const over = new Set(ofType(entries, 'clock.passed').map(({ entry }) => entry.clock));
  const started = Object.entries(clocks).flatMap(([id, { starts, lasts_ms }]) => {
    const since = ofType(entries, 'step.started').find(({ entry }) => entry.step === starts)?.entry.ts;
    return since === undefined ? [] : [[id, { since, ends: since + lasts_ms, passed: over.has(id) }] as const];
  });
  return Object.fromEntries(started);
}

/** Returns the clocks that have started, in the runbook's order. */
export const clockViews = (runbook: Runbook, running: Running, now: number): ClockView[] =>
  Object.entries(runbook.clocks).flatMap(([id, { means }]) => {
    const clock = Object.hasOwn(running, id) ? running[id] : undefined;
    return clock ? [viewOf(id, clock, { means, owner: runbook.owner }, now)] : [];
  });

function viewOf(id: string, clock: RunningClock, more: Pick<ClockView, 'means' | 'owner'>, now: number): ClockView {
  const { since, ends } = clock;
  const over = hasEnded(clock, now);
  const passed = over ? 100 : lastAlarm(clock, now);
  const state = over ? 'ended' : passed === 95 ? 'red' : passed === 80 ? 'amber' : 'normal';
  const fraction = over ? 1 : Math.min(1, Math.max(0, (now - since) / (ends - since)));
  return { id, since, ends, fraction, passed, state, ...more };
}

/** A clock is over when its time is, whether or not the server has come to write it down. */
export const hasEnded = ({ passed, ends }: RunningClock, now: number): boolean => passed || now >= ends;

const alarmAt = ({ since, ends }: RunningClock, alarm: Alarm): number =>
  since + Math.ceil(((ends - since) * alarm) / 100);

/** The last alarm that is behind `now`; null where there is none, or none any more. */
export const lastAlarm = (clock: RunningClock, now: number): Alarm | null =>
  hasEnded(clock, now) ? null : (ALARMS.findLast((alarm) => now >= alarmAt(clock, alarm)) ?? null);

/** The next alarm after `now`; null where there is none any more. */
export function nextAlarm(clock: RunningClock, now: number): { readonly alarm: Alarm; readonly at: number } | null {
  if (hasEnded(clock, now)) return null;
  const alarm = ALARMS.find((one) => alarmAt(clock, one) > now);
  return alarm === undefined ? null : { alarm, at: alarmAt(clock, alarm) };
}

/** A copy that a backup step left, which has to be deleted when its time is over. */
export interface Duty {
  readonly step: string;
  readonly title: string;
  readonly since: number;
  readonly due: number;
  readonly state: 'kept' | 'due' | 'deleted';
  readonly deleted: { readonly at: number; readonly by: string; readonly evidence: string | null } | null;
}

/** Returns the duty to delete of each backup whose command ran, a failed one too: it may have left a copy. */
export function duties(runbook: Runbook, entries: Entries, now: number): Duty[] {
  return forwardSteps(runbook).flatMap((step) => dutyOf(step, entries, now) ?? []);
}

function dutyOf({ id, title, backup }: Step, entries: Entries, now: number): Duty | undefined {
  const keep = backup?.keep_ms ?? null;
  const last = ofType(entries, 'step.finished', 'step.failed', 'step.unknown').findLast(
    ({ entry }) => entry.step === id && entry.result !== 'not-started',
  );
  if (keep === null || !last) return undefined;
  const since = last.entry.ts;
  const gone = ofType(entries, 'backup.deleted').findLast(({ entry }) => entry.step === id);
  const state = gone ? 'deleted' : now >= since + keep ? 'due' : 'kept';
  return { step: id, title, since, due: since + keep, state, deleted: gone ? deletion(gone) : null };
}

function deletion(gone: Sealed<EntryOf<'backup.deleted'> & Entry>): Duty['deleted'] {
  const evidence = isRedacted(gone) ? REDACTED : bodyOf(gone, 'answer');
  return { at: gone.entry.ts, by: gone.entry.actor, evidence: typeof evidence === 'string' ? evidence : null };
}
