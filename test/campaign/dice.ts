/** Choices by a seed: the same seeds always choose the same, and no two neighbours choose alike. */
import { Pick } from './pick.ts';

export class Dice extends Pick {
  #state = 0x9e3779b9;

  constructor(...seeds: readonly number[]) {
    super([]);
    // Each seed is mixed before the next comes in, so that near seeds do not give the same row, shifted.
    for (const seed of seeds) {
      this.#state = (this.#state ^ seed) >>> 0;
      this.#state = this.#next();
    }
  }

  override below(n: number): number {
    return n <= 1 ? 0 : Math.floor((this.#next() / 2 ** 32) * n);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** Mulberry32: 32 bits. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
}
