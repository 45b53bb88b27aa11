/** What happened to each step, told from the run's entries for people; it judges nothing: the machine has done that. */

import { lineJson, parseStatement } from '../../core/approval/statement.ts';
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import type { Lines } from '../../core/log/acts.ts';
import { refOf, type Sealed } from '../../core/log/entry.ts';
import type { EntryOf, RunEntry } from '../../core/log/tables.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import type { Action, Do, Step } from '../../core/runbook/runbook.ts';

export interface Voice {
  readonly person: string;
  readonly seat: string;
  readonly at: number;
}

/** One arming of a step and what became of it; times are ms since 1970, null where it did not come to that. */
export interface Attempt {
  readonly number: number;
  readonly ref: string;
  readonly armed: Sealed<EntryOf<'step.armed'>>;
  readonly armedAt: number;
  readonly askedBy: string;
  readonly confirmed: readonly Voice[];
  readonly differed: readonly { readonly person: string; readonly challenge: string }[];
  readonly refused: (Voice & { readonly reason: string }) | null;
  readonly voided: { readonly at: number; readonly reason: string; readonly probe: string | null } | null;
  readonly keyedAt: number | null;
  readonly startedAt: number | null;
  readonly aborted: { readonly at: number; readonly person: string } | null;
  readonly ended: EntryOf<'step.finished'> | EntryOf<'step.failed'> | EntryOf<'step.unknown'> | null;
}

export interface HoldStory {
  readonly ref: string;
  readonly at: number;
  readonly by: string;
  readonly cause: string;
  readonly step: string | null;
  /** The sentence of whoever raised it. */
  readonly text: string | null;
  /** The command had started when it was raised. */
  readonly running: boolean;
  readonly liftedAt: number | null;
}

export type StepState = 'todo' | 'waiting' | 'running' | 'done' | 'held' | 'void' | 'failed' | 'unknown' | 'aborted';

export interface StepStory {
  readonly step: Step;
  /** Place in the runbook, from 1. */
  readonly number: number;
  readonly state: StepState;
  readonly attempts: readonly Attempt[];
}

export interface Story {
  readonly steps: readonly StepStory[];
  readonly holds: readonly HoldStory[];
  /** The step that is armed, running or next; null when all are done. */
  readonly current: StepStory | null;
  /** Place of the first irreversible step, from 1; 0 where there is none. */
  readonly wall: number;
}

type Mutable = { -readonly [K in keyof Attempt]: Attempt[K] };

function applyToAttempt(attempt: Mutable, sealed: Sealed<RunEntry>): void {
  const { entry } = sealed;
  const at = entry.ts;
  switch (entry.type) {
    case 'step.confirmed':
      attempt.confirmed = [...attempt.confirmed, { person: entry.actor, seat: entry.seat, at }];
      return;
    case 'check.differed':
      attempt.differed = [...attempt.differed, { person: entry.actor, challenge: entry.challenge }];
      return;
    case 'step.refused':
      attempt.refused = { person: entry.actor, seat: entry.seat, at, reason: reasonOf(sealed) };
      return;
    case 'step.voided':
      attempt.voided = { at, reason: entry.reason, probe: entry.probe ?? null };
      return;
    case 'step.keyed':
      attempt.keyedAt = at;
      return;
    case 'step.started':
      attempt.startedAt = at;
      return;
    case 'step.aborted':
      attempt.aborted = { at, person: entry.actor };
      return;
    case 'step.finished':
    case 'step.failed':
    case 'step.unknown':
      attempt.ended = entry;
      return;
    default:
  }
}

function reasonOf(sealed: Sealed<RunEntry>): string {
  const body = sealed.bodies['statement'];
  const read = body && parseStatement('refuse', body.bytes);
  const reason = read?.ok ? lineJson(read.value.reason) : undefined;
  return typeof reason === 'string' ? reason : '';
}

const begun = (sealed: Sealed<EntryOf<'step.armed'>>): Mutable => ({
  number: sealed.entry.attempt,
  ref: refOf(sealed),
  armed: sealed,
  armedAt: sealed.entry.ts,
  askedBy: sealed.entry.asked_by,
  confirmed: [],
  differed: [],
  refused: null,
  voided: null,
  keyedAt: null,
  startedAt: null,
  aborted: null,
  ended: null,
});

function attemptsOf(entries: readonly Sealed<RunEntry>[]): Map<string, Mutable[]> {
  const attempts = new Map<string, Mutable[]>();
  for (const sealed of entries) {
    const { entry } = sealed;
    if (!('attempt' in entry)) continue;
    const own = attempts.get(entry.step) ?? [];
    attempts.set(entry.step, own);
    if (entry.type === 'step.armed') own.push(begun(sealed as Sealed<EntryOf<'step.armed'>>));
    else {
      const attempt = own.find((one) => one.number === entry.attempt);
      if (attempt) applyToAttempt(attempt, sealed);
    }
  }
  return attempts;
}

function holdsOf(entries: readonly Sealed<RunEntry>[], attempts: ReadonlyMap<string, readonly Attempt[]>): HoldStory[] {
  const lifted = new Map(
    entries.flatMap(({ entry }) => (entry.type === 'hold.lifted' ? [[entry.hold, entry.ts] as const] : [])),
  );
  return entries.flatMap((sealed) => {
    const { entry } = sealed;
    if (entry.type !== 'hold.raised') return [];
    const text = sealed.bodies['answer'];
    const running = [...attempts.values()]
      .flat()
      .some(
        ({ startedAt, ended }) =>
          startedAt !== null && startedAt <= entry.ts && (ended === null || ended.rseq > entry.rseq),
      );
    const ref = refOf(sealed);
    return [
      {
        ref,
        at: entry.ts,
        by: entry.actor,
        cause: entry.cause,
        step: entry.step ?? null,
        text: text ? textOf(text.bytes) : null,
        running,
        liftedAt: lifted.get(ref) ?? null,
      },
    ];
  });
}

/** A body that is a JSON string, or an object with a `text`. */
function textOf(bytes: Uint8Array): string | null {
  const raw = fromUtf8(bytes) ?? '';
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value === 'string') return value;
    const text = (value as { text?: unknown } | null)?.text;
    return typeof text === 'string' ? text : raw;
  } catch {
    return raw;
  }
}

function stateOf(attempt: Attempt | undefined, held: boolean): StepState {
  if (!attempt) return held ? 'held' : 'todo';
  const { ended, startedAt, voided, aborted } = attempt;
  if (ended)
    return ended.result === 'finished'
      ? 'done'
      : aborted
        ? 'aborted'
        : ended.result === 'unknown'
          ? 'unknown'
          : 'failed';
  if (startedAt !== null) return 'running';
  if (held) return 'held';
  return voided ? 'void' : 'waiting';
}

/** Tells the run so far. */
export function tell(state: RunState, entries: readonly Sealed<RunEntry>[]): Story {
  const { runbook, outcomes, arming, holds } = contextOf(state);
  const attempts = attemptsOf(entries);
  const open = arming?.step ?? runbook.steps.find((step) => outcomes[step.id] !== 'finished')?.id;
  const steps = runbook.steps.map((step, index) => {
    const own = attempts.get(step.id) ?? [];
    return { step, number: index + 1, attempts: own, state: stateOf(own.at(-1), step.id === open && holds.length > 0) };
  });
  return {
    steps,
    holds: holdsOf(entries, attempts),
    current: steps.find(({ step }) => step.id === open) ?? null,
    wall: runbook.steps.findIndex((step) => step.irreversible) + 1,
  };
}

/** An arming as its bodies tell it: what would run, where, and the probe values that this reader may see. */
export interface ArmedFacts {
  readonly lines: Lines<'armed'>;
  readonly does: Do;
  readonly action: Action;
  readonly values: Readonly<Record<string, string>>;
}

const json = (bytes: Uint8Array | undefined): unknown => {
  try {
    return bytes && JSON.parse(fromUtf8(bytes) ?? '');
  } catch {
    return undefined;
  }
};

export function armedFacts({ entry, bodies }: Sealed<EntryOf<'step.armed'>>): ArmedFacts | undefined {
  const { statement, action } = bodies;
  const read = statement && parseStatement('armed', statement.bytes);
  if (!read?.ok || !action) return undefined;
  const values = Object.keys(entry.probes).flatMap((id) => {
    const value = json(bodies[`probe-${id}`]?.bytes);
    return typeof value === 'string' ? [[id, value] as const] : [];
  });
  return {
    lines: read.value,
    does: lineJson(read.value.do) as Do,
    action: json(action.bytes) as Action,
    values: Object.fromEntries(values),
  };
}
