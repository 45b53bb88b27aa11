/** What the suite's campaigns make, judged with one check taken out: if any of it is then judged otherwise, the check is noticed. */
import fc from 'fast-check';
import { verifyRecord } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { Workshop } from '../mutants/campaign.ts';
import { fault } from '../mutants/judge.ts';
import { STORY_NAMES, type World, worldOf } from '../mutants/world.ts';
import { play, SUITE, shelf, tally, tapes } from '../sequences.ts';

export interface Sampled {
  /** Numbers of the checks without which a sample is judged otherwise. */
  readonly noticed: readonly number[];
}

interface Sample {
  readonly name: string;
  /** Null where all is as it must be. */
  readonly judge: () => Promise<string | null>;
  readonly asked: Set<number>;
}

declare global {
  var crosscheckWithout: (number: number) => boolean;
}

const genuine = (world: World) => async (): Promise<string | null> => {
  const { verdict, reasons } = await verifyRecord(world.bundle, world.site.trust, verifyRaw);
  return verdict === 'ANCHORED' ? null : `${verdict}: ${reasons[0]?.sentence}`;
};

/** Takes out each of `numbers` in turn and looks for a sample that notices. `seed` and `count` are those of the suite. */
export async function sampled(seed: number, count: number, numbers: readonly number[]): Promise<Sampled> {
  let without = -1;
  let asked = new Set<number>();
  globalThis.crosscheckWithout = (number) => {
    asked.add(number);
    return number === without;
  };
  const workshop = new Workshop(seed);
  const samples: Sample[] = STORY_NAMES.map((name) => ({
    name,
    judge: genuine(worldOf(name, seed)),
    asked: new Set(),
  }));
  for (let number = 0; number < count; number++) {
    const { world, mutant, name } = workshop.make(number);
    samples.push({ name: `${name} (${mutant.what})`, judge: () => fault(world, mutant), asked: new Set() });
  }
  for (const sample of samples) {
    asked = sample.asked;
    const before = await sample.judge();
    if (before !== null) throw new Error(`${sample.name} fails with every check in place: ${before}`);
  }
  asked = new Set();
  const noticed: number[] = [];
  for (const number of numbers) {
    without = number;
    for (const sample of samples.filter((one) => one.asked.has(number))) {
      const why = await sample.judge().catch((error: unknown) => String(error));
      if (why === null) continue;
      noticed.push(number);
      break;
    }
  }
  return { noticed };
}

/** Of rules: plays the first `count` sequences of the suite without each of `numbers`; machine and checker then differ. */
export async function played(count: number, numbers: readonly number[]): Promise<Sampled> {
  let without = -1;
  globalThis.crosscheckWithout = (number) => number === without;
  const ready = shelf(SUITE.runbooks);
  const sequences = fc.sample(tapes(SUITE.runbooks), { seed: SUITE.seed, numRuns: count });
  const differs = (number: number): boolean => {
    without = number;
    try {
      for (const tape of sequences) play(tape, ready, tally());
      return false;
    } catch {
      return true;
    }
  };
  if (differs(-1)) throw new Error('the sequences fail with every check in place');
  return { noticed: numbers.filter(differs) };
}
