/** Every hold from its raising to its end, with its conditions. It judges nothing. */
import { type Armings, resultOf } from './armings.ts';
import { type At, isA, NEVER, push, type Timeline } from './history.ts';
import type { Steps } from './steps.ts';

interface Past {
  readonly holds: Holds;
  readonly armings: Armings;
  readonly steps: Steps;
}

export interface Hold extends At<'hold.raised'> {
  readonly updates: At<'hold.updated'>[];
  /** The no-go that raised it. */
  readonly vote: At<'gate.polled'> | undefined;
  /** Where it was lifted, decided or resolved. */
  until: number;
}

export class Holds {
  readonly list: Hold[] = [];
  readonly #refs = new Map<string, Hold>();
  readonly #steps = new Map<string, Hold[]>();
  readonly #armings: Armings;
  /** By place: how many holds were open before it. */
  readonly #open: number[] = [];
  #count = 0;

  constructor(timeline: Timeline, armings: Armings) {
    this.#armings = armings;
    for (const line of timeline.all) {
      this.#open.push(this.#count);
      if (isA(line, 'hold.raised')) this.#raise(line, timeline.all[line.at - 1]);
      else if (isA(line, 'hold.updated')) this.#refs.get(line.entry.hold)?.updates.push(line);
      else if (isA(line, 'hold.lifted', 'run.decided')) this.#end(this.#refs.get(line.entry.hold), line.at);
      else if (isA(line, 'step.resolved') && !this.#stays(line.entry.step, line.at))
        for (const hold of this.ofStep(line.entry.step)) if (hold.entry.cause === 'unknown') this.#end(hold, line.at);
    }
  }

  #raise(line: At<'hold.raised'>, last: At | undefined): void {
    const objected =
      line.entry.cause === 'objection' && last && isA(last, 'gate.polled') && last.entry.vote === 'no-go';
    const hold: Hold = { ...line, updates: [], vote: objected ? last : undefined, until: NEVER };
    this.list.push(hold);
    this.#refs.set(line.ref, hold);
    if (line.entry.step !== undefined) push(this.#steps, line.entry.step, hold);
    this.#count += 1;
  }

  #end(hold: Hold | undefined, at: number): void {
    if (!hold || hold.until < NEVER) return;
    hold.until = at;
    this.#count -= 1;
  }

  /** Whether an unknown outcome of the step waits beside the one just resolved, or one of the same arming was found to have failed. */
  #stays(step: string, at: number): boolean {
    const starts = this.#armings.ofStep(step).findLast((one) => one.at < at)?.starts ?? [];
    return starts.some((start) => ['unknown', 'failed'].includes(resultOf(start, at + 1) ?? ''));
  }

  /** The hold of this reference, where it was open before `at`. */
  open(ref: string, at: number): Hold | undefined {
    const hold = this.#refs.get(ref);
    return hold && hold.at < at && hold.until >= at ? hold : undefined;
  }

  anyOpen(at: number): boolean {
    return (this.#open[at] ?? 0) > 0;
  }

  ofStep(step: string): readonly Hold[] {
    return this.#steps.get(step) ?? [];
  }
}

/** Conditions before `at` that the seat that owns them has not called met, by id with that seat. */
export function unmet({ updates }: Hold, at: number): Map<string, string> {
  const open = new Map<string, string>();
  const met = new Set<string>();
  for (const { entry } of updates.filter((one) => one.at < at)) {
    for (const [id, seat] of Object.entries(entry.conditions ?? {})) open.set(id, seat);
    for (const id of entry.met ?? []) met.add(id);
  }
  for (const id of met) open.delete(id);
  return open;
}

/** Whether the hold was open before `at`, its conditions met, and neither a decision nor a resolution had to end it. */
export function liftable({ holds, armings, steps }: Past, ref: string, at: number): boolean {
  const hold = holds.open(ref, at);
  if (!hold || unmet(hold, at).size > 0) return false;
  const { cause, step } = hold.entry;
  if (step === undefined || (cause !== 'failed' && cause !== 'unknown')) return true;
  const decides = steps.get(step, at)?.step.on_failure === 'decide';
  const starts = armings.ofStep(step).findLast((one) => one.at < hold.at)?.starts ?? [];
  return !(decides && starts.some((start) => resultOf(start, at) === 'failed'));
}
