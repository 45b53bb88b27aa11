/** The entries that one command makes, each folded before the next, so that every one is judged in the state that it will find. */
import { fail, type Refusal } from '../errors.ts';
import { type Body, type Draft, refOf, type Sealed, seal } from '../log/entry.ts';
import type { EntryType, HoldCause, RunEntry, VoidReason } from '../log/tables.ts';
import { ok, type Result } from '../result.ts';
import type { Effect } from './commands.ts';
import { armingOf, openArming } from './context.ts';
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
  /** Armings that this command has voided: a failed item and the hold that follows it are one reason. */
  readonly #voided = new Set<string>();

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

  /** A void of what has not started of every open arming. */
  voidedAll(actor: string, reason: VoidReason): Result<string> {
    for (const step of Object.keys(contextOf(this.state).armings)) {
      const done = this.voided(step, actor, reason);
      if (!done.ok) return done;
    }
    return ok('');
  }

  /** A void of what has not started of a step's open arming, if there is any. */
  voided(
    step: string,
    actor: string,
    reason: VoidReason,
    more: { readonly probe?: string; readonly probes?: Readonly<Record<string, Body>> } = {},
  ): Result<string> {
    const arming = armingOf(contextOf(this.state), step);
    if (!arming || arming.items.every((item) => arming.starts[item] !== undefined)) return ok('');
    if (this.#voided.has(arming.ref)) return ok('');
    this.#voided.add(arming.ref);
    const probe = more.probe === undefined ? {} : { probe: more.probe };
    return this.put({
      type: 'step.voided',
      actor,
      fields: { step: arming.step, attempt: arming.attempt, armed: arming.ref, reason, ...probe },
      bodies: named(more.probes ?? {}),
    });
  }

  /** A hold freezes the machine and voids the armings in one transaction. */
  hold(
    actor: string,
    cause: HoldCause,
    step: string | null,
    text: Body | null = null,
    reason: VoidReason = 'hold',
  ): Result<string> {
    const about = step ?? openArming(contextOf(this.state))?.step ?? null;
    const fields = { cause, ...(about === null ? {} : { step: about }) };
    const raised = this.put({ type: 'hold.raised', actor, fields, ...(text ? { bodies: { answer: text } } : {}) });
    return raised.ok ? this.voidedAll('server', reason) : raised;
  }
}

/** Bodies of probe values, by the names that entries give them. */
export const named = <T>(probes: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(probes).map(([id, body]) => [`probe-${id}`, body]));

export const notArmed = () => fail('XCK_NOT_NOW', { what: 'this', why: 'nothing is armed' });

/** The step, attempt and reference of a step's open arming, as entries name it. */
export function about(book: Draftbook, step: string) {
  const arming = armingOf(contextOf(book.state), step);
  return { step, attempt: arming?.attempt ?? 0, armed: arming?.ref ?? '' };
}
