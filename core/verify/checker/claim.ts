/** What a claim is: a look over the whole history that yields what breaks it. */
import type { RunInput } from '../../run/context.ts';
import { Armings } from './armings.ts';
import { Crew } from './crew.ts';
import { Gates } from './gates.ts';
import { type At, type Finding, Timeline, type Written } from './history.ts';
import { Holds } from './holds.ts';
import { Signatures } from './signatures.ts';
import { Steps } from './steps.ts';

export interface History {
  readonly input: RunInput;
  readonly timeline: Timeline;
  readonly crew: Crew;
  readonly armings: Armings;
  readonly holds: Holds;
  readonly gates: Gates;
  readonly steps: Steps;
  readonly signatures: Signatures;
}

export type Claim = (history: History) => Iterable<Finding>;

export function historyOf(input: RunInput, written: readonly Written[]): History {
  const timeline = new Timeline(input, written);
  const crew = new Crew(timeline);
  const armings = new Armings(timeline);
  const holds = new Holds(timeline, armings);
  const gates = new Gates(timeline, holds, crew);
  const steps = new Steps(timeline, armings, gates);
  return {
    input,
    timeline,
    crew,
    armings,
    holds,
    gates,
    steps,
    signatures: new Signatures(timeline),
  };
}

export const broken = (invariant: string, { entry }: Pick<At, 'entry'>, why: string): Finding => ({
  invariant,
  seq: entry.seq,
  why,
});
