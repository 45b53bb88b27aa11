/** A run's entries as something to look back on: what stands where, by type and by reference. It judges nothing. */
import type { RunEntry, RunEntryOf } from '../../log/tables.ts';
import type { RunInput } from '../../run/context.ts';

/** An entry of the run, its reference `<rseq> <sha256>`, and the JSON of its `content` body where its type needs one. */
export interface Written {
  readonly entry: RunEntry;
  readonly ref: string;
  readonly content?: unknown;
}

/** A claim that does not hold, and the entry that breaks it. */
export interface Finding {
  /** `I2` … `I19` */
  readonly invariant: string;
  readonly seq: number;
  readonly why: string;
}

/** An entry at its place in the run, counted from 0. What was so *before* a place never includes it. */
export interface Placed<E extends RunEntry = RunEntry> {
  readonly at: number;
  readonly ref: string;
  readonly entry: E;
  readonly content?: unknown;
}
export type At<T extends RunEntry['type'] = RunEntry['type']> = Placed<RunEntryOf<T>>;

export const isA = <T extends RunEntry['type']>(line: At, ...types: readonly T[]): line is At<T> =>
  (types as readonly string[]).includes(line.entry.type);

export const NEVER = Number.POSITIVE_INFINITY;

export class Timeline {
  readonly input: RunInput;
  readonly all: readonly At[];
  readonly #types = new Map<string, At[]>();

  constructor(input: RunInput, written: readonly Written[]) {
    this.input = input;
    this.all = written.map((one, at) => ({ ...one, at }));
    for (const line of this.all) {
      const same = this.#types.get(line.entry.type);
      if (same) same.push(line);
      else this.#types.set(line.entry.type, [line]);
    }
  }

  of<T extends RunEntry['type']>(type: T): readonly At<T>[] {
    return (this.#types.get(type) ?? []) as At[] as unknown as readonly At<T>[];
  }
}

/** How many of an ascending list stand before `at`. */
export function countBefore(list: readonly { readonly at: number }[], at: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.at ?? NEVER) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last of an ascending list that stands before `at`. */
export const lastBefore = <T extends { readonly at: number }>(list: readonly T[] | undefined, at: number) =>
  list?.[countBefore(list, at) - 1];

/** Where the first of an ascending list stands that comes after `at`. */
export const nextAfter = (list: readonly { readonly at: number }[] | undefined, at: number): number =>
  list?.[countBefore(list, at + 1)]?.at ?? NEVER;

export const push = <T>(lists: Map<string, T[]>, key: string, one: T): void => {
  const list = lists.get(key);
  if (list) list.push(one);
  else lists.set(key, [one]);
};
