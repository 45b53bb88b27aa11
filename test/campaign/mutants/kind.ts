/** What a kind of tampering is: a change of a genuine log, and the invariants of which one must be named. */

import type { EntryType } from '../../../core/log/tables.ts';
import type { Bundle } from '../../../core/record/bundle.ts';
import type { Dice } from '../dice.ts';
import { actOf, type Forged, type Loose } from './forge.ts';
import { looseLog, type World } from './world.ts';

/** `I1` … `I19`; `receipt` where only what somebody kept tells. */
export type Expected = readonly string[];

export interface Mutant {
  /** What was done to which entry. */
  readonly what: string;
  readonly log: readonly Loose[];
  readonly expects: Expected;
  /** The last word on what stands beside the entries. */
  readonly bundle?: (forged: Forged) => Bundle;
  /** A receipt or checkpoint that somebody kept, against which the record is held. */
  readonly kept?: Uint8Array;
}

/** Returns null where this record has nothing of the kind. */
export type Kind = (world: World, dice: Dice) => Mutant | null;

/** Names of several invariants, one of which must be named. */
export const either = (...invariants: string[]): Expected => invariants;

/** A log under change, and shorthand to find things in it. */
export class Bench {
  readonly world: World;
  readonly dice: Dice;
  readonly log: Loose[];

  constructor(world: World, dice: Dice, again = true) {
    this.world = world;
    this.dice = dice;
    this.log = looseLog(world, again);
  }

  /** Entries that the record shows, of these types or of any. */
  of(...types: EntryType[]): Loose[] {
    return this.log.filter(
      ({ shown, bare, fields }) => shown && !bare && (types.length === 0 || types.includes(fields.type)),
    );
  }

  /** Those of the run alone. */
  run(...types: EntryType[]): Loose[] {
    return this.of(...types).filter(({ chain }) => chain === 'run');
  }

  signed(...types: EntryType[]): Loose[] {
    return this.of(...types).filter((loose) => actOf(loose) !== null && loose.bodies['statement'] !== undefined);
  }

  some(list: readonly Loose[]): Loose | undefined {
    return this.dice.some(list);
  }

  drop(...gone: Loose[]): void {
    for (const loose of gone) this.log.splice(this.log.indexOf(loose), 1);
  }

  /** Puts `loose` behind `before`. */
  after(before: Loose, ...loose: Loose[]): void {
    this.log.splice(this.log.indexOf(before) + 1, 0, ...loose);
  }

  made(what: string, expects: Expected, more: Partial<Mutant> = {}): Mutant {
    return { what, expects, log: this.log, ...more };
  }

  id(name: keyof World['site']['people']): string {
    return this.world.site.people[name].id;
  }

  signer(id: string) {
    return this.world.signers.get(id) ?? null;
  }
}

/** A copy that nothing names yet. */
export const copyOf = (loose: Loose): Loose => ({
  ...loose,
  fields: structuredClone(loose.fields),
  bodies: { ...loose.bodies },
  was: { ...loose.was, digest: '', index: -1 },
});

export const nameOf = ({ fields, was }: Loose): string => `${fields.type} ${was.index}`;
export const refTo = ({ was }: Loose): string => `${was.index} ${was.digest}`;

/** The reference of a log entry without the effect of what is dropped: lists of references lose it. */
export function forget(log: readonly Loose[], gone: readonly Loose[]): void {
  const refs = new Set(gone.map(refTo));
  const statements = new Set(gone.map(({ was }) => was.bodies['statement']));
  for (const { fields } of log)
    for (const name of ['signed', 'confirmations'] as const)
      if (Array.isArray(fields[name])) fields[name] = (fields[name] as string[]).filter((ref) => !refs.has(ref));
  for (const loose of log)
    if (loose.fields.type === 'step.keyed') {
      const before = loose.lines;
      loose.lines = (lines) => {
        before?.(lines);
        const listed = JSON.parse(lines.get('confirmations') ?? '[]') as string[];
        lines.set('confirmations', JSON.stringify(listed.filter((digest) => !statements.has(digest))));
      };
    }
}
