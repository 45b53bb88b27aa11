/** Gives a parser bad inputs, each made again by its seed and number, and measures what it makes of them. */
import { equal } from '../../../core/bytes/encoding.ts';
import { Dice } from '../dice.ts';
import type { Failure } from '../report.ts';
import { mutate } from './mutate.ts';
import type { Parser } from './parser.ts';

/** ms that one input may take. */
export const MOST_MS = 50;
/** A machine that does something else for a moment is no slow parser: what took this long is measured again. */
const SUSPECT_MS = 10;
const TRIES = 8;

export interface Trial {
  readonly name: string;
  readonly inputs: number;
  /** Accepted, and found to be what the format's writer would write. */
  readonly accepted: number;
  readonly slowest: number;
  readonly failures: readonly Failure[];
}

export interface Row {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** The bad input of a number: the same for the same seed. */
export function inputOf({ name, goods, near = [] }: Parser, seed: number, number: number): Uint8Array {
  const dice = new Dice(seed, number, ...[...name].map((letter) => letter.charCodeAt(0)));
  for (let tries = 0; tries < 10; tries++) {
    const input = mutate([...goods, ...near], dice);
    if (!goods.some((good) => equal(good, input))) return input;
  }
  return dice.bytes(64);
}

/** Throws where a good input is refused, for then the bad ones would show nothing. */
export async function tryParser(parser: Parser, { seed, from, to }: Row): Promise<Trial> {
  for (const [index, good] of parser.goods.entries())
    if (!(await parser.take(good))) throw new Error(`${parser.name} refuses its good input ${index}`);
  const failures: Failure[] = [];
  let [accepted, slowest] = [0, 0];
  for (let number = from; number < to; number++) {
    const input = inputOf(parser, seed, number);
    const again = `parsers --seed ${seed} --parser "${parser.name}" --only ${number}`;
    try {
      const { took, takes } = await timed(parser, input);
      slowest = Math.max(slowest, took);
      if (takes) accepted += 1;
      if (took > MOST_MS)
        failures.push({ again, why: `${parser.name} took ${took.toFixed(0)} ms for ${shown(input)}` });
    } catch (error) {
      failures.push({ again, why: `${parser.name}: ${String(error)} at ${shown(input)}` });
    }
  }
  return { name: parser.name, inputs: to - from, accepted, slowest, failures };
}

/** How long the parser takes in ms, by the clock or by the processor's time, whichever is less, at best of a few times. */
export async function timed(
  parser: Parser,
  input: Uint8Array,
): Promise<{ readonly took: number; readonly takes: boolean }> {
  let took = Number.POSITIVE_INFINITY;
  let takes = false;
  for (let tries = 0; tries < TRIES && took > SUSPECT_MS; tries++) {
    const [began, before] = [performance.now(), process.cpuUsage()];
    takes = await parser.take(input);
    const { user, system } = process.cpuUsage(before);
    took = Math.min(took, performance.now() - began, (user + system) / 1000);
  }
  return { took, takes };
}

const SHOWN = 200;

const shown = (input: Uint8Array): string =>
  JSON.stringify(Buffer.from(input.subarray(0, SHOWN)).toString('latin1')) +
  (input.length > SHOWN ? ` … (${input.length} bytes)` : '');
