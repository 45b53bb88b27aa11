/** A clock that stands still until a test moves it, and the timers that wait by it. It never reads the real one. */
import type { Ports } from '../../server/ports/ports.ts';

interface Timer {
  readonly at: number;
  readonly then: () => void;
}

export class ManualClock implements Pick<Ports, 'now' | 'later'> {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(start: number) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  readonly later = (ms: number, then: () => void): (() => void) => {
    const timer = { at: this.#now + ms, then };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  /** How long each timer waits still, ascending. */
  get waiting(): number[] {
    return [...this.#timers].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  /** Lets time pass while timers are late. */
  pass(ms: number): void {
    this.#now += ms;
  }

  /** Jumps, and does what is due then in the order in which it was. */
  jump(ms: number): void {
    this.pass(ms);
    for (let due = this.#due(); due; due = this.#due()) {
      this.#timers.delete(due);
      due.then();
    }
  }

  #due(): Timer | undefined {
    return [...this.#timers].filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at)[0];
  }
}
