/** Every arming with all that was said of it, from its entry to its end. It judges nothing; what fits nowhere is astray. */
import { type At, countBefore, isA, NEVER, nextAfter, push, type Timeline } from './history.ts';

const OUTCOMES = ['step.finished', 'step.failed', 'step.unknown'] as const;
const ANSWERS = ['step.confirmed', 'step.refused', 'step.withdrawn', 'check.differed', 'step.voided'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type Result = 'finished' | 'failed' | 'not-started' | 'unknown';
export type Answer = (typeof ANSWERS)[number];

export interface Start extends At<'step.started'> {
  readonly arming: Arming;
  outcome: At<Outcome> | undefined;
  attested: At<'step.attested'> | undefined;
  resolved: At<'step.resolved'> | undefined;
}

export interface Arming extends At<'step.armed'> {
  /** The items that it covers; `['']` where the step has no waves. */
  readonly items: readonly string[];
  readonly said: At<Answer>[];
  readonly confirmed: At<'step.confirmed'>[];
  readonly keyed: At<'step.keyed'>[];
  readonly starts: Start[];
  readonly aborted: At<'step.aborted'>[];
  /** Where it was voided. */
  voided: number;
  /** Where the first thing happened after which nothing of it may start. */
  stopped: number;
  /** Where it was over: void or all started, and every start with its outcome. */
  ended: number;
}

/** What stops every arming that is open: whatever was looked at has changed, or something went wrong. */
const STOPS = ['hold.raised', 'seat.taken', 'seat.left', 'lead.taken', 'roster.followed'] as const;

export const itemOf = (entry: { readonly item?: string }): string => entry.item ?? '';

export class Armings {
  readonly list: Arming[] = [];
  /** Entries that name no arming or no running start that they could be about. */
  readonly astray: At[] = [];
  readonly #refs = new Map<string, Arming>();
  readonly #starts = new Map<string, Start>();
  /** By the reference of the outcome. */
  readonly #outcomes = new Map<string, Start>();
  readonly #steps = new Map<string, Arming[]>();
  readonly #differed = new Map<string, number>();
  /** Every unknown outcome. */
  readonly unknown: At<Outcome>[] = [];
  /** By place in the list: where the last of it and all before it is over. */
  readonly #over: number[] = [];

  constructor(timeline: Timeline) {
    for (const line of timeline.all) if (!this.#fits(line)) this.astray.push(line);
    const stops = STOPS.flatMap((type) => timeline.of(type) as readonly At[])
      .filter(({ entry }) => entry.type !== 'roster.followed' || Object.keys(entry.struck).length > 0)
      .sort((a, b) => a.at - b.at);
    for (const arming of this.list) {
      arming.stopped = Math.min(arming.stopped, nextAfter(stops, arming.at), this.#goneFrom(arming, timeline));
      arming.ended = endOf(arming);
      this.#over.push(Math.max(this.#over.at(-1) ?? 0, arming.ended));
    }
  }

  ofStep(step: string): readonly Arming[] {
    return this.#steps.get(step) ?? [];
  }

  /** Where somebody went, for however short, who is required or had confirmed it. */
  #goneFrom({ at, confirmed }: Arming, timeline: Timeline): number {
    const { required } = timeline.input.runbook.presence;
    const gone = timeline
      .of('presence.lost')
      .find(
        (line) =>
          line.at > at &&
          (required.includes(line.entry.seat) ||
            confirmed.some((one) => one.at < line.at && one.entry.seat === line.entry.seat)),
      );
    return gone?.at ?? NEVER;
  }

  /** What came last of each item of a step before `at`, over all its attempts. */
  results(step: string, at: number): Map<string, Result> {
    const last = new Map<string, Result>();
    for (const start of this.ofStep(step).flatMap(({ starts }) => starts)) {
      const result = resultOf(start, at);
      if (result !== undefined) last.set(itemOf(start.entry), result);
    }
    return last;
  }

  /** What was armed before `at` and not over. */
  open(at: number): Arming[] {
    const found: Arming[] = [];
    for (let index = countBefore(this.list, at) - 1; (this.#over[index] ?? 0) >= at; index -= 1) {
      const one = this.list[index];
      if (one && one.ended >= at) found.push(one);
    }
    return found;
  }

  /** The start that this reference, of it or of its outcome, names. */
  named(ref: string): Start | undefined {
    return this.#outcomes.get(ref) ?? this.#starts.get(ref);
  }

  /** The start whose end nobody saw, named by its unknown outcome or, where an abort brought none, by itself, and unresolved before `at`. */
  unresolved(ref: string, at: number): Start | undefined {
    const start = this.named(ref);
    if (!start || (start.resolved?.at ?? NEVER) < at) return undefined;
    if (start.ref !== ref)
      return start.outcome?.entry.type === 'step.unknown' && start.outcome.at < at ? start : undefined;
    const lost =
      start.arming.aborted.some((one) => one.at > start.at && one.at < at) && (start.outcome?.at ?? NEVER) >= at;
    return lost ? start : undefined;
  }

  /** What was armed last before `at`. */
  lastBefore(at: number): Arming | undefined {
    return this.list[countBefore(this.list, at) - 1];
  }

  /** Puts the entry where it belongs; false where there is no such place. */
  #fits(line: At): boolean {
    if (isA(line, 'step.armed')) return this.#arm(line);
    if (isA(line, 'step.keyed', 'step.started', ...ANSWERS)) return this.#ofArming(line);
    if (isA(line, ...OUTCOMES, 'step.attested')) return this.#ofStart(line);
    if (isA(line, 'step.resolved')) return this.#resolve(line);
    return isA(line, 'step.aborted') ? this.#abort(line) : true;
  }

  #arm(line: At<'step.armed'>): true {
    const items = line.entry.wave?.items ?? [''];
    const open = { voided: NEVER, stopped: NEVER, ended: NEVER };
    const arming: Arming = { ...line, items, said: [], confirmed: [], keyed: [], starts: [], aborted: [], ...open };
    this.list.push(arming);
    this.#refs.set(line.ref, arming);
    push(this.#steps, line.entry.step, arming);
    return true;
  }

  #ofArming(line: At<'step.keyed' | 'step.started' | Answer>): boolean {
    const arming = this.#refs.get(line.entry.armed);
    if (!arming || !isOf(arming.entry, line.entry)) return false;
    if (isA(line, 'step.keyed')) arming.keyed.push(line);
    else if (isA(line, 'step.started')) {
      const start = { ...line, arming, outcome: undefined, attested: undefined, resolved: undefined };
      arming.starts.push(start);
      this.#starts.set(line.ref, start);
    } else if (isA(line, ...ANSWERS)) this.#answered(arming, line);
    return true;
  }

  #answered(arming: Arming, line: At<Answer>): void {
    arming.said.push(line);
    if (isA(line, 'step.confirmed')) arming.confirmed.push(line);
    else if (line.entry.type !== 'check.differed' || this.#again(arming.entry.step))
      arming.stopped = Math.min(arming.stopped, line.at);
    if (line.entry.type === 'step.voided') arming.voided = Math.min(arming.voided, line.at);
  }

  /** Whether it is the second wrong answer of the step, over all its armings, or a later one. */
  #again(step: string): boolean {
    const times = (this.#differed.get(step) ?? 0) + 1;
    this.#differed.set(step, times);
    return times > 1;
  }

  #ofStart(line: At<Outcome | 'step.attested'>): boolean {
    const start = this.#starts.get(line.entry.started);
    if (!start || overAt(start) < line.at || !isOf(start.entry, line.entry)) return false;
    if (isA(line, 'step.attested')) {
      const first = start.attested === undefined;
      start.attested ??= line;
      return first;
    }
    if (!isA(line, ...OUTCOMES) || itemOf(line.entry) !== itemOf(start.entry)) return false;
    start.outcome = line;
    if (line.entry.type !== 'step.finished') start.arming.stopped = Math.min(start.arming.stopped, line.at);
    this.#outcomes.set(line.ref, start);
    if (isA(line, 'step.unknown')) this.unknown.push(line);
    return true;
  }

  #resolve(line: At<'step.resolved'>): boolean {
    const start = this.unresolved(line.entry.outcome, line.at);
    if (!start || !isOf(start.entry, line.entry) || itemOf(start.entry) !== itemOf(line.entry)) return false;
    start.resolved = line;
    return true;
  }

  #abort(line: At<'step.aborted'>): boolean {
    const arming = this.ofStep(line.entry.step).at(-1);
    if (!arming || !isOf(arming.entry, line.entry) || arming.starts.every((start) => overAt(start) < line.at))
      return false;
    arming.aborted.push(line);
    arming.stopped = Math.min(arming.stopped, line.at);
    return true;
  }
}

/** Where the start was over: its outcome was told, or people said what became of it. */
export const overAt = ({ outcome, resolved }: Start): number => outcome?.at ?? resolved?.at ?? NEVER;

/** What had become of the start before `at`, as its outcome or whoever resolved it says. */
export function resultOf({ outcome, resolved }: Start, at: number): Result | undefined {
  if (resolved && resolved.at < at) return resolved.entry.as;
  return outcome && outcome.at < at ? outcome.entry.result : undefined;
}

const isOf = (a: { step: string; attempt: number }, b: { step: string; attempt: number }): boolean =>
  a.step === b.step && a.attempt === b.attempt;

/** Nothing of it runs and nothing more can start: all has, or it had been stopped by then, or it is void. */
function endOf({ items, starts, voided, stopped }: Arming): number {
  const started = new Set(starts.map(({ entry }) => itemOf(entry)));
  const over = Math.max(0, ...starts.map(overAt));
  const last = items.every((item) => started.has(item)) || (starts.length > 0 && stopped <= over);
  return last ? over : Math.max(over, voided);
}
