/** Every hold from its raising to its end, with its conditions. It judges nothing. */
import type { Armings } from './armings.ts';
import { type At, isA, NEVER, push, type Timeline } from './history.ts';
import type { Steps } from './steps.ts';

interface Past {
  readonly holds: Holds;
  readonly armings: Armings;
  readonly steps: Steps;
}

export interface Hold extends At<'hold.raised'> {
  readonly updates: At<'hold.updated'>[];
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
      if (isA(line, 'hold.raised')) this.#raise(line);
      else if (isA(line, 'hold.updated')) this.#refs.get(line.entry.hold)?.updates.push(line);
      else if (isA(line, 'hold.lifted', 'run.decided')) this.#end(this.#refs.get(line.entry.hold), line.at);
      else if (isA(line, 'step.resolved') && !this.#stays(line))
        for (const hold of this.ofStep(line.entry.step)) if (hold.entry.cause === 'unknown') this.#end(hold, line.at);
    }
  }

  #raise(line: At<'hold.raised'>): void {
    const hold: Hold = { ...line, updates: [], until: NEVER };
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

  /** Whether what was just said of the step is that it failed, or another of its items still waits to be resolved. */
  #stays({ at, entry }: At<'step.resolved'>): boolean {
    return entry.as === 'failed' || [...this.#armings.results(entry.step, at + 1).values()].includes('unknown');
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

interface Condition {
  readonly seat: string;
  readonly met: boolean;
}

/** The conditions of a hold before `at`: those set last, each met where its seat has said so since it owns it. */
export function conditionsOf({ updates }: Hold, at: number): Map<string, Condition> {
  let open = new Map<string, Condition>();
  for (const { entry } of updates.filter((one) => one.at < at)) {
    const before = open;
    if (entry.conditions) {
      const kept = (id: string, seat: string) => before.get(id)?.met === true && before.get(id)?.seat === seat;
      open = new Map(Object.entries(entry.conditions).map(([id, seat]) => [id, { seat, met: kept(id, seat) }]));
    }
    for (const id of entry.met ?? []) open.set(id, { seat: open.get(id)?.seat ?? '', met: true });
  }
  return open;
}

export const isMet = (hold: Hold, at: number): boolean => [...conditionsOf(hold, at).values()].every(({ met }) => met);

/** Whether the hold was open before `at`, its conditions met, and neither a decision nor a resolution had to end it. */
export function liftable({ holds, armings, steps }: Past, ref: string, at: number): boolean {
  const hold = holds.open(ref, at);
  if (!hold || !isMet(hold, at)) return false;
  const { cause, step: id = '' } = hold.entry;
  const step = steps.get(id, at)?.step;
  const results = [...armings.results(id, at).values()];
  const decides = step?.on_failure === 'decide' && results.includes('failed') && !steps.isDone(step, at);
  if (cause === 'unknown' && results.includes('unknown')) return false;
  return !(decides && (cause === 'failed' || cause === 'unknown'));
}
