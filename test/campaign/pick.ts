/** Choices made by a list of numbers, so that a failure is replayed, and made smaller, by the numbers alone. */
export class Pick {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** 0 … n−1; 0 once the numbers are used up. */
  below(n: number): number {
    const number = this.#numbers[this.#next] ?? 0;
    this.#next += 1;
    return n <= 1 ? 0 : number % n;
  }

  /** True once in n times. */
  chance(n: number): boolean {
    return this.below(n) === n - 1;
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  some<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : this.one(list);
  }
}
