/** What people wrote after a run: the postmortem's human sections and the countermeasures, open until somebody closes them with evidence. */
import type { Result } from '../result.ts';
import { bodyOf, type Entries, ofType, redacted } from './entries.ts';
import { type Form, read, shaped, text } from './shape.ts';

/** Body `answer` of `countermeasure.opened`. */
export interface CountermeasureDocument {
  readonly what: string;
  readonly cost: string;
  readonly effect: string;
  readonly owner: string;
}

export const readCountermeasure = (given: unknown): Result<CountermeasureDocument> =>
  read('countermeasure', shaped({ what: text, cost: text, effect: text, owner: text }), given);

/** Body `answer` of `postmortem.written`; a section that nobody wrote is an empty text. */
export interface PostmortemDocument {
  readonly contributing_factors: string;
  readonly went_well: string;
  readonly lucky: string;
}

const orEmpty: Form = (value) => (value === '' ? undefined : text(value));

export const readPostmortem = (given: unknown): Result<PostmortemDocument> =>
  read('postmortem', shaped({ contributing_factors: orEmpty, went_well: orEmpty, lucky: orEmpty }), given);

export interface Countermeasure {
  readonly id: string;
  readonly seq: number;
  readonly openedAt: number;
  readonly due: number | null;
  /** Null where its body is not at hand or not of its form. */
  readonly document: CountermeasureDocument | null;
  readonly closed: { readonly seq: number; readonly at: number; readonly evidence: string | null } | null;
}

/** Returns the countermeasures of the chain after a close, in the order in which they were opened. */
export function countermeasuresOf(after: Entries): Countermeasure[] {
  const closed = ofType(after, 'countermeasure.closed');
  return ofType(after, 'countermeasure.opened').map((opened) => {
    const { id, seq, ts, due } = opened.entry;
    const document = readCountermeasure(bodyOf(opened, 'answer'));
    const end = closed.find(({ entry }) => entry.id === id);
    const evidence = end && (redacted(end, 'answer', after) ?? bodyOf(end, 'answer'));
    const gone = redacted(opened, 'answer', after);
    return {
      id,
      seq,
      openedAt: ts,
      due: due ?? null,
      document:
        gone !== null ? { what: gone, cost: gone, effect: gone, owner: gone } : document.ok ? document.value : null,
      closed: end
        ? { seq: end.entry.seq, at: end.entry.ts, evidence: typeof evidence === 'string' ? evidence : null }
        : null,
    };
  });
}

/** Whether it is past its date and still open. */
export const isLate = ({ due, closed }: Countermeasure, now: number): boolean =>
  closed === null && due !== null && now > due;
