/** One arming of a step after another and what became of each, told from the run's entries for people; it judges nothing: the machine has done that. */

import { lineJson, parseStatement } from '../../core/approval/statement.ts';
import { refOf, type Sealed } from '../../core/log/entry.ts';
import type { AnswerResult, Resolution, RunEntry, RunEntryOf, VoidReason } from '../../core/log/tables.ts';

export interface Voice {
  readonly person: string;
  readonly seat: string;
  readonly at: number;
}

export type Ended = RunEntryOf<'step.finished'> | RunEntryOf<'step.failed'> | RunEntryOf<'step.unknown'>;

/** One start: of the whole command, or of one item of a wave. */
export interface Start {
  readonly at: number;
  readonly ended: Ended | null;
  readonly resolved: { readonly as: Resolution; readonly at: number } | null;
}

/** One arming of a step and what became of it; times are ms since 1970, null where it did not come to that. */
export interface Attempt {
  readonly number: number;
  readonly ref: string;
  readonly armed: Sealed<RunEntryOf<'step.armed'>>;
  readonly armedAt: number;
  readonly askedBy: string;
  readonly confirmed: readonly Voice[];
  readonly differed: readonly { readonly person: string; readonly challenge: string }[];
  readonly refused: (Voice & { readonly reason: string }) | null;
  readonly voided: { readonly at: number; readonly reason: VoidReason; readonly probe: string | null } | null;
  readonly keyedAt: number | null;
  /** By item, '' where the step has no waves. */
  readonly starts: Readonly<Record<string, Start>>;
  /** The first start. */
  readonly startedAt: number | null;
  readonly attested: (Voice & { readonly result: AnswerResult; readonly evidence: string }) | null;
  readonly aborted: { readonly at: number; readonly person: string } | null;
  /** The outcome that ended it: of a wave the one that did not finish, or the last. */
  readonly ended: Ended | null;
}

type Mutable = { -readonly [K in keyof Attempt]: Attempt[K] };

const itemOf = (entry: { readonly item?: string }): string => entry.item ?? '';

/** A line of a statement as JSON, where the body is at hand. */
function stated(sealed: Sealed<RunEntry>, act: 'refuse' | 'attest', line: string): unknown {
  const body = sealed.bodies['statement'];
  const read = body && parseStatement(act, body.bytes);
  return read?.ok ? lineJson((read.value as Readonly<Record<string, string>>)[line] ?? '') : undefined;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

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
      attempt.refused = { person: entry.actor, seat: entry.seat, at, reason: text(stated(sealed, 'refuse', 'reason')) };
      return;
    case 'step.voided':
      attempt.voided = { at, reason: entry.reason, probe: entry.probe ?? null };
      attempt.ended = overall(attempt);
      return;
    case 'step.keyed':
      attempt.keyedAt = at;
      return;
    case 'step.started':
      attempt.startedAt ??= at;
      attempt.starts = { ...attempt.starts, [itemOf(entry)]: { at, ended: null, resolved: null } };
      return;
    case 'step.attested': {
      const said = stated(sealed, 'attest', 'content') as { evidence?: unknown } | undefined;
      attempt.attested = {
        person: entry.actor,
        seat: entry.seat,
        at,
        result: entry.result,
        evidence: text(said?.evidence),
      };
      return;
    }
    case 'step.aborted':
      attempt.aborted = { at, person: entry.actor };
      return;
    case 'step.finished':
    case 'step.failed':
    case 'step.unknown':
      attempt.starts = withStart(attempt, itemOf(entry), { ended: entry });
      attempt.ended = overall(attempt);
      return;
    case 'step.resolved':
      attempt.starts = withStart(attempt, itemOf(entry), { resolved: { as: entry.as, at } });
      return;
    default:
  }
}

function withStart({ starts }: Attempt, item: string, more: Partial<Start>): Attempt['starts'] {
  const before = starts[item];
  return before ? { ...starts, [item]: { ...before, ...more } } : starts;
}

/** The outcome of the whole arming, once nothing of it runs or will start. */
function overall(attempt: Attempt): Ended | null {
  const own = attempt.armed.entry.wave?.items ?? [''];
  const ends = Object.values(attempt.starts).map(({ ended }) => ended);
  const running = ends.includes(null);
  const stopped = attempt.voided !== null || attempt.aborted !== null;
  if (running || ends.length === 0 || (ends.length < own.length && !stopped)) return null;
  return ends.find((end) => end?.result !== 'finished') ?? ends.at(-1) ?? null;
}

const begun = (sealed: Sealed<RunEntryOf<'step.armed'>>): Mutable => ({
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
  starts: {},
  startedAt: null,
  attested: null,
  aborted: null,
  ended: null,
});

/** The armings of each step, oldest first. */
export function attemptsOf(entries: readonly Sealed<RunEntry>[]): ReadonlyMap<string, readonly Attempt[]> {
  const attempts = new Map<string, Mutable[]>();
  for (const sealed of entries) {
    const { entry } = sealed;
    if (!('attempt' in entry)) continue;
    const own = attempts.get(entry.step) ?? [];
    attempts.set(entry.step, own);
    if (entry.type === 'step.armed') own.push(begun(sealed as Sealed<RunEntryOf<'step.armed'>>));
    else {
      const attempt = own.find((one) => one.number === entry.attempt);
      if (attempt) applyToAttempt(attempt, sealed);
    }
  }
  return attempts;
}
