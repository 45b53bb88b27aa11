/** Every change of one byte: of the file as it lies there, and of what it holds, packed again so that nothing but the content tells. */
import { concat, fromUtf8, utf8 } from '../../../core/bytes/encoding.ts';
import { archive, type Member } from '../../../core/record/tar.ts';
import { Dice } from '../dice.ts';
import type { Reference } from './reference.ts';

/** `null` where no archive can hold it. */
export interface Change {
  readonly name: string;
  readonly kind: string;
  readonly bytes: Uint8Array | null;
  /** The content of README.txt, and nothing else: the only change that may pass. */
  readonly exempt: boolean;
}

export const README = 'README.txt';

type Edit = (bytes: Uint8Array, at: number, dice: Dice) => Uint8Array;

const replaced = (bytes: Uint8Array, at: number, ...values: number[]): Uint8Array =>
  concat(bytes.subarray(0, at), Uint8Array.from(values), bytes.subarray(at + 1));
const other = (old: number, dice: Dice): number => (old + 1 + dice.below(255)) % 256;

/** The neighbour keeps a digit a digit and a letter a letter, mostly; the other value is any. */
export const EDITS: Readonly<Record<string, Edit>> = {
  neighbour: (bytes, at) => replaced(bytes, at, (bytes[at] ?? 0) ^ 1),
  substituted: (bytes, at, dice) => replaced(bytes, at, other(bytes[at] ?? 0, dice)),
  deleted: (bytes, at) => replaced(bytes, at),
  inserted: (bytes, at, dice) => replaced(bytes, at, dice.below(256), bytes[at] ?? 0),
};
const NAMES = Object.keys(EDITS);
/** Of content, a packed substitution is a plain one. */
const LENGTHENED = ['deleted', 'inserted'];

interface Part {
  readonly kinds: readonly string[];
  readonly length: number;
  readonly change: (kind: string, at: number, dice: Dice) => Omit<Change, 'kind'>;
}

/** All changes of a record, numbered: the same number is the same change. */
export class Changes {
  readonly count: number;
  readonly #parts: readonly Part[];
  readonly #seed: number;

  constructor({ tar, members }: Pick<Reference, 'tar' | 'members'>, seed: number) {
    this.#seed = seed;
    this.#parts = [
      plain(tar, members),
      ...members.flatMap((member) => [content(members, member), path(members, member)]),
    ];
    this.count = this.#parts.reduce((sum, { kinds, length }) => sum + kinds.length * length, 0);
  }

  at(number: number): Change {
    let left = number;
    for (const { kinds, length, change } of this.#parts) {
      if (left < kinds.length * length) {
        const kind = kinds[left % kinds.length] ?? '';
        return { kind, ...change(kind, Math.floor(left / kinds.length), new Dice(this.#seed, number)) };
      }
      left -= kinds.length * length;
    }
    throw new RangeError(`there is no change ${number}`);
  }
}

/** The bytes of a file that is no archive, changed one by one. */
export function changesOf(bytes: Uint8Array, seed: number): Uint8Array[] {
  return [...bytes.keys()].flatMap((at) => NAMES.map((kind) => edited(kind, bytes, at, new Dice(seed, at))));
}

const edited = (kind: string, bytes: Uint8Array, at: number, dice: Dice): Uint8Array =>
  EDITS[kind]?.(bytes, at, dice) ?? bytes;

function plain(tar: Uint8Array, members: readonly Member[]): Part {
  const readme = members.find((member) => member.path === README)?.bytes ?? new Uint8Array();
  const from = readme.byteOffset - tar.byteOffset;
  return {
    kinds: NAMES,
    length: tar.length,
    change: (kind, at, dice) => ({
      name: `byte ${at} ${kind}`,
      bytes: edited(kind, tar, at, dice),
      exempt: !LENGTHENED.includes(kind) && at >= from && at < from + readme.length,
    }),
  };
}

const content = (members: readonly Member[], member: Member): Part => ({
  kinds: LENGTHENED,
  length: member.bytes.length,
  change: (kind, at, dice) => ({
    name: `byte ${at} of ${member.path} ${kind}, packed again`,
    bytes: packed(members, member, { ...member, bytes: edited(kind, member.bytes, at, dice) }),
    exempt: member.path === README,
  }),
});

const path = (members: readonly Member[], member: Member): Part => ({
  kinds: NAMES,
  length: member.path.length,
  change: (kind, at, dice) => {
    const name = fromUtf8(edited(kind, utf8(member.path), at, dice));
    return {
      name: `letter ${at} of ${member.path} ${kind}, packed again`,
      bytes: name === undefined ? null : packed(members, member, { ...member, path: name }),
      exempt: false,
    };
  },
});

function packed(members: readonly Member[], old: Member, changed: Member): Uint8Array | null {
  try {
    return archive(members.map((member) => (member === old ? changed : member)));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
