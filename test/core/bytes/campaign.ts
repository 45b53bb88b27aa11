/** Random campaigns that print their seed, so that a failure seen once can be seen again with CROSSCHECK_SEED. */
import fc from 'fast-check';
import type { Test } from 'tap';

export async function campaign(t: Test, property: fc.IRawProperty<unknown>, numRuns: number): Promise<void> {
  const seed = Number(process.env.CROSSCHECK_SEED ?? Date.now() % 2 ** 31);
  t.comment(`CROSSCHECK_SEED=${seed}, ${numRuns} runs`);
  const { failed, counterexample, errorInstance } = await fc.check(property, { seed, numRuns });
  t.notOk(failed, 'holds for all', {
    seed,
    counterexample: fc.stringify(counterexample),
    error: String(errorInstance),
  });
}
