/** The holds of a run as people read them: who raised each, what was said since, which conditions stand, how it ended. It lifts nothing. */
import { refOf, type Sealed } from '../../core/log/entry.ts';
import type { RunEntry } from '../../core/log/tables.ts';
import { bodyOf, isRedacted, ofType, REDACTED } from '../../core/release/entries.ts';
import { EMPTY_HOLD, type HoldDocument, readHold } from '../../core/release/holdDocument.ts';
import { type HoldEnd, holdSummary } from '../../core/release/holdSummary.ts';
import type { Attempt } from './attempts.ts';

export interface HoldUpdate {
  readonly seq: number;
  readonly at: number;
  readonly by: string;
  readonly document: HoldDocument;
  readonly met: readonly string[];
  readonly stance: 'agree' | 'dissent' | null;
}

/** A hold, on a run or on a plan or runbook outside any. */
export interface HoldFacts {
  readonly ref: string;
  readonly at: number;
  readonly by: string;
  /** The sentence of whoever raised it. */
  readonly text: string | null;
  /** As it stands after the newest update. */
  readonly document: HoldDocument;
  readonly updates: readonly HoldUpdate[];
}

export interface HoldStory extends HoldFacts {
  readonly cause: string;
  readonly step: string | null;
  /** A command had started when it was raised. */
  readonly running: boolean;
  readonly end: HoldEnd | null;
  readonly liftedAt: number | null;
}

/** The sentence of whoever raised it, whatever stands in it. */
function sentenceOf(sealed: Sealed<RunEntry>): string | null {
  const said = bodyOf(sealed, 'answer');
  return typeof said === 'string' ? said : (documentOf(sealed)?.text ?? null);
}

export const documentOf = (sealed: Sealed<RunEntry>): HoldDocument | null => {
  if (isRedacted(sealed)) return { ...EMPTY_HOLD, text: REDACTED };
  const read = readHold(bodyOf(sealed, 'answer') ?? null);
  return read.ok ? read.value : null;
};

function updatesOf(entries: readonly Sealed<RunEntry>[], ref: string): HoldUpdate[] {
  return ofType(entries, 'hold.updated').flatMap((sealed) => {
    const { entry } = sealed;
    if (entry.hold !== ref) return [];
    const document = documentOf(sealed as Sealed<RunEntry>) ?? EMPTY_HOLD;
    const { seq, ts, actor, met = [], stance = null } = entry;
    return [{ seq, at: ts, by: actor, document, met, stance }];
  });
}

/** Whether any command ran when this entry was made. */
const ranAt = (attempts: Iterable<readonly Attempt[]>, at: { readonly ts: number; readonly rseq: number }): boolean =>
  [...attempts]
    .flat()
    .some(({ starts }) =>
      Object.values(starts).some((start) => start.at <= at.ts && (start.ended === null || start.ended.rseq > at.rseq)),
    );

/** Every hold of the run, oldest first. */
export function holdsOf(
  entries: readonly Sealed<RunEntry>[],
  attempts: ReadonlyMap<string, readonly Attempt[]>,
): HoldStory[] {
  return entries.flatMap((sealed) => {
    const { entry } = sealed;
    if (entry.type !== 'hold.raised') return [];
    const ref = refOf(sealed);
    const summary = holdSummary(entries, ref, entry.ts);
    const updates = updatesOf(entries, ref);
    const text = sentenceOf(sealed);
    return [
      {
        ref,
        at: entry.ts,
        by: entry.actor,
        cause: entry.cause,
        step: entry.step ?? null,
        text,
        document: updates.at(-1)?.document ?? { ...EMPTY_HOLD, text },
        updates,
        running: ranAt(attempts.values(), entry),
        end: summary?.end ?? null,
        liftedAt: summary?.end?.at ?? null,
      },
    ];
  });
}
