/** All parsers of bytes that nobody vouches for, and how many of a campaign's inputs each gets. */
import { formatParsers } from './formats.ts';
import { languageParsers } from './language.ts';
import type { Parser } from './parser.ts';
import { protocolParsers } from './protocol.ts';

export interface Table {
  readonly parsers: readonly Parser[];
  close(): Promise<void>;
}

export async function openTable(): Promise<Table> {
  const protocols = await protocolParsers();
  return { parsers: [...formatParsers(), ...languageParsers(), ...protocols.parsers], close: protocols.close };
}

/** The inputs of each parser, by name: `count` in all, and at least `least` each. */
export function sharesOf(parsers: readonly Parser[], count: number, least = 0): Map<string, number> {
  const whole = parsers.reduce((sum, { share }) => sum + share, 0);
  return new Map(parsers.map(({ name, share }) => [name, Math.max(least, Math.ceil((count * share) / whole))]));
}
