/** The entries that one command makes, each folded before the next, so that every one is judged in the state that it will find. */
import { fail, type Refusal } from '../errors.ts';
import { type Body, type Draft, refOf, type Sealed, seal } from '../log/entry.ts';
import type { EntryType, HoldCause, RunEntry, VoidReason } from '../log/tables.ts';
import { ok, type Result } from '../result.ts';
import type { Effect } from './commands.ts';
import { contextOf, fold, type RunState } from './state.ts';

/** Where the log stands: the next leaf index and the time that the new entries get (never below the last entry's). */
export interface At {
  readonly seq: number;
  readonly ts: number;
}

export class Draftbook {
  state: RunState;
  readonly entries: Sealed<RunEntry>[] = [];
  readonly effects: Effect[] = [];
  refusal: Refusal | null = null;
  readonly #at: At;

  constructor(state: RunState, at: At) {
    this.state = state;
    this.#at = at;
  }

  put<T extends RunEntry['type']>(draft: Draft<T>): Result<string> {
    const { facts, head } = this.state;
    const place = {
      log: facts.origin,
      seq: this.#at.seq + this.entries.length,
      ts: this.#at.ts,
      run: { run: facts.run, rseq: head.rseq + 1, prev: head.digest },
    };
    const sealed = seal(draft as Draft<EntryType>, place) as Sealed<RunEntry>;
    const next = fold(this.state, sealed);
    if (!next.ok) return next;
    this.state = next.value;
    this.entries.push(sealed);
    return ok(refOf(sealed));
  }

  /** A void of the open arming, if there is one that has not started. */
  voided(
    actor: string,
    reason: VoidReason,
    more: { readonly probe?: string; readonly probes?: Readonly<Record<string, Body>> } = {},
  ): Result<string> {
    const arming = contextOf(this.state).arming;
    if (!arming || arming.started !== null) return ok('');
    const probe = more.probe === undefined ? {} : { probe: more.probe };
    return this.put({
      type: 'step.voided',
      actor,
      fields: { step: arming.step, attempt: arming.attempt, armed: arming.ref, reason, ...probe },
      bodies: named(more.probes ?? {}),
    });
  }

  /** A hold freezes the machine and voids the arming in one transaction. */
  hold(actor: string, cause: HoldCause, step: string | null, text: Body | null = null): Result<string> {
    const about = step ?? contextOf(this.state).arming?.step ?? null;
    const fields = { cause, ...(about === null ? {} : { step: about }) };
    const raised = this.put({ type: 'hold.raised', actor, fields, ...(text ? { bodies: { answer: text } } : {}) });
    return raised.ok ? this.voided('server', 'hold') : raised;
  }
}

/** Bodies of probe values, by the names that entries give them. */
export const named = <T>(probes: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(probes).map(([id, body]) => [`probe-${id}`, body]));

export const notArmed = () => fail('XCK_NOT_NOW', { what: 'this', why: 'nothing is armed' });

/** The step, attempt and reference of the open arming, as entries name it. */
export function about(book: Draftbook) {
  const arming = contextOf(book.state).arming;
  return { step: arming?.step ?? '', attempt: arming?.attempt ?? 0, armed: arming?.ref ?? '' };
}
