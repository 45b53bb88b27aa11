/** The items of one arming, so many at a time; one that does not finish is the last to start. Each item's start is a start like any other. */
import type { Result } from '../../core/result.ts';
import type { Judged } from './finishing.ts';

export interface Wave<B> {
  readonly items: readonly string[];
  readonly maxParallel: number;
  /** Carries an item to its commit point. */
  readonly start: (item: string) => Promise<Result<B>>;
  /** Resolves when the outcome of a started item stands in the log. */
  readonly run: (begun: B) => Promise<Judged['result']>;
}

/** Resolves when nothing of the wave runs any more, with the items that were not started. `onFirst` hears how the first start went. */
export async function carryWave<B>(wave: Wave<B>, onFirst: (first: Result<B>) => void): Promise<readonly string[]> {
  const running = new Set<Promise<void>>();
  let stopped = false;
  const follow = (begun: B) => {
    const one: Promise<void> = wave.run(begun).then((result) => {
      if (result !== 'finished') stopped = true;
      running.delete(one);
    });
    running.add(one);
  };
  for (const [index, item] of wave.items.entries()) {
    while (!stopped && running.size >= wave.maxParallel) await Promise.race(running);
    const begun = stopped ? undefined : await wave.start(item);
    if (index === 0 && begun) onFirst(begun);
    if (!begun?.ok) {
      await Promise.all(running);
      return wave.items.slice(index);
    }
    follow(begun.value);
  }
  await Promise.all(running);
  return [];
}
