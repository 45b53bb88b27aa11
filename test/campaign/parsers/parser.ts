/** A parser under trial: what it takes for good, and what must hold of whatever it accepts. */
import { equal, utf8 } from '../../../core/bytes/encoding.ts';

export interface Parser {
  readonly name: string;
  /** How many of a campaign's inputs it gets, relative to the others: slow parsers get fewer. */
  readonly share: number;
  /** Each of these is accepted. */
  readonly goods: readonly Uint8Array[];
  /** What else bad inputs are made of: well formed, and refused for what it says. */
  readonly near?: readonly Uint8Array[];
  /**
   * Whether the input is accepted. It throws where the parser throws, and where something is accepted that is not what
   * the format's writer would write.
   */
  readonly take: (input: Uint8Array) => boolean | Promise<boolean>;
}

/** Throws unless what was accepted is written again as it was read. */
export function rewritten(input: Uint8Array, again: Uint8Array | string): true {
  if (!equal(input, typeof again === 'string' ? utf8(again) : again))
    throw new Error('accepted, and written differently');
  return true;
}

/** Text as callers make it of bytes that they do not judge themselves. */
export const textOf = (input: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(input);

/** Throws unless it holds. */
export function must(holds: boolean, what: string): true {
  if (!holds) throw new Error(what);
  return true;
}
