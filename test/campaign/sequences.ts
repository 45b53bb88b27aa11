/** Sequences of entries, lawful and wrong, over small runbooks, as lists of numbers that fast-check makes and shrinks. */
import fc from 'fast-check';
import { type Ready, readyOf, Watched } from './judges.ts';
import { MOVES, type Move, PREPARING } from './moves.ts';
import { Pick } from './pick.ts';
import { runbookOf } from './runbooks.ts';
import { leaves } from './wayOut.ts';
import { wrong } from './wrong.ts';

const MOST = 60;
const DECK = MOVES.flatMap(([times, mover]) => Array.from({ length: times }, () => mover));

/** The sequences of the suite: the same each time; `npm run campaign` plays new ones. */
export const SUITE = { runbooks: 60, sequences: 20_000, seed: 347_975_200 } as const;

export interface Tape {
  /** Which of the runbooks. */
  readonly runbook: number;
  /** 0 where it begins with nobody there and nothing said. */
  readonly prepared: number;
  /** One list of choices per move. */
  readonly moves: readonly (readonly number[])[];
}

const numbers = fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 30, size: 'max' });

export const tapes = (runbooks: number): fc.Arbitrary<Tape> =>
  fc.noBias(
    fc.record({
      runbook: fc.nat(runbooks - 1),
      prepared: fc.nat(3),
      moves: fc.array(numbers, { minLength: 1, maxLength: 20, size: 'max' }),
    }),
  );

/** The runbooks of a campaign: their machines are dear to build, so that every sequence takes one of these. */
export function shelf(count: number): Ready[] {
  const runbooks = fc.sample(fc.array(fc.nat(0xffff), { minLength: 60, maxLength: 60 }), { numRuns: count, seed: 1 });
  return runbooks.map((choices) => readyOf(runbookOf(new Pick(choices))));
}

export interface Tally {
  sequences: number;
  offered: number;
  taken: number;
  starts: number;
  closed: number;
  readonly types: Map<string, number>;
}

export const tally = (): Tally => ({ sequences: 0, offered: 0, taken: 0, starts: 0, closed: 0, types: new Map() });

/** Plays the tape; throws where the judges differ, where something starts without its quorum, or where nobody gets out. */
export function play({ runbook, prepared, moves }: Tape, ready: readonly Ready[], count: Tally): void {
  const run = new Watched(ready[runbook % ready.length] as Ready);
  if (prepared > 0) for (const mover of PREPARING) carryOut(run, mover(run, new Pick([])), () => false);
  for (const numbers of moves) if (run.offered < MOST) makeMove(run, new Pick(numbers));
  run.settle();
  count.sequences += 1;
  count.offered += run.offered;
  count.taken += run.written.length;
  for (const { entry } of run.written) count.types.set(entry.type, (count.types.get(entry.type) ?? 0) + 1);
  count.starts = count.types.get('step.started') ?? 0;
  count.closed = count.types.get('run.closed') ?? 0;
  leaves(run);
  run.settle();
}

function makeMove(run: Watched, pick: Pick): void {
  const mistaken = pick.chance(3);
  carryOut(run, pick.one(DECK)(run, pick), () => mistaken && pick.chance(2), pick);
}

function carryOut(run: Watched, move: Move, mistaken: () => boolean, pick = new Pick([])): void {
  let said = move.next();
  while (!said.done && run.offered < MOST)
    said = move.next(run.offer(mistaken() ? wrong(said.value, run.written, pick) : said.value));
}
