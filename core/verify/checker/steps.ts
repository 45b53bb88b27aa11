/** The steps of the run as they stood at every place, and where each of them was done with. It judges nothing. */
import type { Runbook, Step } from '../../runbook/runbook.ts';
import { type Armings, itemOf, resultOf } from './armings.ts';
import { type Change, changeOf } from './changes.ts';
import type { Gates } from './gates.ts';
import { type At, NEVER, type Timeline } from './history.ts';

/** A step of the run. */
export interface Known {
  readonly step: Step;
  /** Where it became one: before everything, or at the deviation that inserted it. */
  readonly since: number;
  /** The `parallel` that it is a child of. */
  readonly side: Known | undefined;
}

export class Steps {
  /** In the order of the run, with everything that was ever inserted. */
  readonly order: Known[] = [];
  /** By place of the deviation or decision: null where it changes no step, undefined where it cannot be read. */
  readonly changes = new Map<number, Change | null | undefined>();
  /** Where the decision to go back stands. */
  readonly back: number;
  readonly #byId = new Map<string, Known>();
  readonly #armings: Armings;
  readonly #gates: Gates;
  /** Where a step was skipped or decided past. */
  readonly #passed = new Map<string, number>();
  /** Where each item of a step was finished first, by step. */
  readonly #finished = new Map<string, Map<string, number>>();
  #undo: Known[] | undefined;

  constructor(timeline: Timeline, armings: Armings, gates: Gates) {
    this.#armings = armings;
    this.#gates = gates;
    for (const step of timeline.input.runbook.steps) this.order.push(this.#add(step, -1));
    const decided = timeline.of('run.decided');
    this.back = decided.find(({ entry }) => entry.way === 'back')?.at ?? NEVER;
    for (const line of [...timeline.of('run.deviated'), ...decided].sort((a, b) => a.at - b.at))
      this.#change(line, timeline.input.runbook);
    for (const line of timeline.all) this.#mark(line);
  }

  #add(step: Step, since: number, side?: Known): Known {
    const known = { step, since, side };
    if (!this.#byId.has(step.id)) this.#byId.set(step.id, known);
    for (const child of step.children) this.#add(child, since, known);
    if (step.undo) this.#add(step.undo.step, since);
    return known;
  }

  #change(line: At<'run.deviated' | 'run.decided'>, runbook: Runbook): void {
    const change = changeOf(line, runbook);
    this.changes.set(line.at, change);
    if (!change) return;
    const { before, steps } = change;
    const at = before === null ? this.order.length : this.order.findIndex(({ step }) => step.id === before);
    const inserted = steps.map((step) => this.#add(step, line.at));
    if (at !== -1) this.order.splice(at, 0, ...inserted);
  }

  #mark({ at, entry }: At): void {
    if (entry.type === 'step.skipped') this.#pass(entry.step, at);
    else if (entry.type === 'run.decided' && entry.way === 'forward' && entry.step) this.#pass(entry.step, at);
    else if (entry.type === 'step.finished' || (entry.type === 'step.resolved' && entry.as === 'finished')) {
      const items = this.#finished.get(entry.step) ?? new Map<string, number>();
      if (!items.has(itemOf(entry))) items.set(itemOf(entry), at);
      this.#finished.set(entry.step, items);
    }
  }

  #pass(step: string, at: number): void {
    if (!this.#passed.has(step)) this.#passed.set(step, at);
  }

  /** The step of this id, where the run had it before `at`. */
  get(id: string, at: number): Known | undefined {
    const known = this.#byId.get(id);
    return known && known.since < at ? known : undefined;
  }

  /** Every step that the run had before `at`: children and ways back too. */
  all(at: number): Step[] {
    return [...this.#byId.values()].filter(({ since }) => since < at).map(({ step }) => step);
  }

  /** Items of a step that were finished before `at`. */
  finished(id: string, at: number): string[] {
    return [...(this.#finished.get(id) ?? [])].flatMap(([item, when]) => (when < at ? [item] : []));
  }

  /** Whether nothing of the step was left to do before `at`. */
  isDone(step: Step, at: number): boolean {
    if ((this.#passed.get(step.id) ?? NEVER) < at) return true;
    if (step.gate) return this.#gates.agreed(step.id, step.gate, at);
    if (step.kind === 'parallel') return step.children.every((child) => this.isDone(child, at));
    const of = this.#armings.ofStep(step.id)[0]?.entry.wave?.of ?? 1;
    return this.finished(step.id, at).length >= of;
  }

  /** Whether anything of the step ran before `at`: a start whose outcome is that it did not start is none. */
  ran(step: Step, at: number): boolean {
    return this.#armings
      .ofStep(step.id)
      .some(({ starts }) => starts.some((start) => start.at < at && resultOf(start, at) !== 'not-started'));
  }

  /** Ways back of everything that ran before the decision to go back, the last first. */
  undoing(): readonly Known[] {
    this.#undo ??= this.order
      .filter(({ since }) => since < this.back)
      .flatMap(({ step }) => [step, ...step.children])
      .filter((step) => this.ran(step, this.back))
      .flatMap(({ undo }) => (undo ? [this.#byId.get(undo.step.id)] : []))
      .filter((known) => known !== undefined)
      .reverse();
    return this.#undo;
  }

  /** The steps that must be done before this one may be armed, skipped or polled, as the run stood before `at`. */
  before(known: Known, at: number): Step[] | undefined {
    if (at > this.back) {
      const place = this.undoing().indexOf(known);
      return place === -1
        ? undefined
        : this.undoing()
            .slice(0, place)
            .map(({ step }) => step);
    }
    const place = this.order.indexOf(known.side ?? known);
    const earlier = this.order.slice(0, place).filter(({ since }) => since < at);
    return place === -1 || known.since >= at ? undefined : earlier.map(({ step }) => step);
  }

  /** Whether everything before the step was done before `at`, and it itself, or what it is a part of, was not. */
  isTurn(known: Known, at: number): boolean {
    const earlier = this.before(known, at);
    const over = this.isDone(known.step, at) || (known.side !== undefined && this.isDone(known.side.step, at));
    return earlier?.every((step) => this.isDone(step, at)) === true && !over;
  }

  /** Whether the run, whichever way it goes, had nothing left to do before `at`. */
  allDone(at: number): boolean {
    const left = at > this.back ? this.undoing() : this.order.filter(({ since }) => since < at);
    return left.every(({ step }) => this.isDone(step, at));
  }
}
