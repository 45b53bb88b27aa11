/** Which items of a `for_each` the next arming covers, by their ids alone, so that machine, agent and verifier cannot differ. */

/** `item-1` … `item-<n>`, in the order of the runbook. */
export const itemIds = (of: number): string[] => Array.from({ length: of }, (_, index) => `item-${index + 1}`);

/** Returns the items of the next wave: what is not finished of the canary, then what is not finished of the rest. */
export function waveIds(of: number, canary: number, finished: readonly string[]): string[] {
  const all = itemIds(of);
  const first = canary > 0 && canary < of ? all.slice(0, canary) : all;
  const open = (items: readonly string[]) => items.filter((item) => !finished.includes(item));
  const canaries = open(first);
  return canaries.length > 0 ? canaries : open(all);
}
