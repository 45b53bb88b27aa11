/** Which items of a step the next arming covers: the canary, then the rest. It is told what is finished and decides nothing else. */

/** Returns the items of the wave that is not finished yet; none where all are. After a failure it is the same wave with what is left of it. */
export function waveOf<T extends { readonly id: string }>(
  items: readonly T[],
  canary: number,
  finished: readonly string[],
): T[] {
  const left = (wave: readonly T[]): T[] => wave.filter(({ id }) => !finished.includes(id));
  const first = left(items.slice(0, canary));
  return first.length > 0 ? first : left(items);
}
