/** A run as its entries have made it so far: what the third group is judged by. */

import type { Authentic, Lines } from './authentic.ts';
import { textOf } from './bytes.ts';
import type { Entry } from './entries.ts';
import type { Leaf, Spine } from './record.ts';
import type { Roster } from './roster.ts';

export interface Challenge {
  readonly by: string;
  readonly equals: string;
  readonly id: string;
  readonly within: string | null;
}

export interface Action {
  readonly by: readonly string[];
  readonly challenge: readonly Challenge[];
  readonly eyes: number;
  readonly keys: { readonly high: number; readonly terminal: number };
}

export interface Arming {
  readonly leaf: Leaf;
  readonly ref: string;
  readonly lines: Lines;
  readonly action: Action;
  readonly confirmed: Leaf[];
  key: Leaf | null;
  readonly starts: Map<string, Leaf>;
  /** Refused, withdrawn, void or over: nothing more is done on it. */
  over: boolean;
}

/** The run as its entries have made it so far. */
export interface Story {
  readonly spine: Spine;
  readonly roster: Roster;
  readonly authentic: Authentic;
  rosterRef: string;
  /** Seat by person. */
  readonly seats: Map<string, string>;
  /** Wrong answers by step. */
  readonly differed: Map<string, number>;
  /** By ref. */
  readonly holds: Map<string, Entry>;
  /** By step. */
  readonly armings: Map<string, Arming>;
  readonly attempts: Map<string, number>;
  readonly nonces: Set<string>;
  readonly used: Set<string>;
  /** Who opened, led, armed or keyed. */
  readonly leads: Set<string>;
  lead: string;
  last: Leaf;
  /** The newest entry that is neither presence nor an `act.signed`. */
  settled: string;
  closing: Leaf[];
}

export const jsonOf = (bytes: Buffer | undefined): unknown => JSON.parse(textOf(bytes ?? Buffer.alloc(0)) || 'null');
export const msOf = (time = ''): number => Date.parse(time);
