/** Makes mutants by number, the same for a seed, and judges each; what survives comes back with the number that makes it again. */
import { Dice } from '../dice.ts';
import type { Failure } from '../report.ts';
import { fault } from './judge.ts';
import type { Mutant } from './kind.ts';
import { KINDS } from './table.ts';
import { STORY_NAMES, type World, worldOf } from './world.ts';

/** Every `step`-th mutant from `from` on, below `to`. */
export interface Range {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

export interface Mutated {
  readonly kinds: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
}

const NAMES = Object.keys(KINDS);
/** Mutants of one set of stories; then the dice tell them anew. */
const CHAPTER = 1500;
/** Stories and choices tried before a kind finds nothing to do; each kind has a story with a place for it. */
const TRIES = 200;

export interface Made {
  readonly world: World;
  readonly mutant: Mutant;
  readonly name: string;
}

export class Workshop {
  readonly #seed: number;
  readonly #worlds = new Map<string, World>();
  #chapter = -1;

  constructor(seed: number) {
    this.#seed = seed;
  }

  #world(name: string, chapter: number): World {
    if (chapter !== this.#chapter) this.#worlds.clear();
    this.#chapter = chapter;
    const before = this.#worlds.get(name);
    const world = before ?? worldOf(name, this.#seed + chapter);
    this.#worlds.set(name, world);
    return world;
  }

  /** Throws where no story has a place for the kind. */
  make(number: number): Made {
    const name = NAMES[number % NAMES.length] ?? '';
    const kind = KINDS[name];
    for (let tried = 0; kind && tried < TRIES; tried++) {
      const dice = new Dice(this.#seed, number, tried);
      const world = this.#world(dice.one(STORY_NAMES), Math.floor(number / CHAPTER));
      const mutant = kind(world, dice);
      if (mutant) return { world, mutant, name };
    }
    throw new Error(`no story has a place for ${name} (seed ${this.#seed}, number ${number})`);
  }
}

export async function mutate({ seed, from, to, step }: Range): Promise<Mutated> {
  const workshop = new Workshop(seed);
  const keys = new Map();
  const kinds: Record<string, number> = {};
  const failures: Failure[] = [];
  for (let number = from; number < to; number += step) {
    const { world, mutant, name } = workshop.make(number);
    const why = await fault(world, mutant, keys);
    kinds[name] = (kinds[name] ?? 0) + 1;
    if (why !== null)
      failures.push({
        again: `mutants --seed ${seed} --only ${number}`,
        why: `${name} (${world.name}; ${mutant.what}): ${why}`,
      });
  }
  return { kinds, failures };
}
