/** Replaces secrets by `***` in a stream of bytes, however it is cut into pieces. What it has not yet decided it keeps back. */

export interface Masker {
  /** Returns what is decided with these bytes. */
  push(bytes: Uint8Array): Uint8Array;
  /** Returns what was kept back; nothing comes after it. */
  end(): Uint8Array;
}

const MASK = Buffer.from('***');

/** Every byte of every occurrence is masked, of overlapping ones too, so the result never depends on how the bytes arrive. */
export function masker(secrets: readonly string[]): Masker {
  const needles = secrets.filter((one) => one !== '').map((one) => Buffer.from(one));
  let held: Buffer = Buffer.alloc(0);
  /** Bytes at the beginning of `held` that belong to an occurrence which has its mask already. */
  let covered = 0;

  const take = (upTo: number): Uint8Array => {
    const out: Uint8Array[] = [];
    let end = covered;
    for (const { start, length } of occurrences(held, needles, upTo)) {
      if (start >= end) out.push(held.subarray(end, start), MASK);
      end = Math.max(end, start + length);
    }
    if (end < upTo) out.push(held.subarray(end, upTo));
    covered = Math.max(0, end - upTo);
    held = held.subarray(upTo);
    return Buffer.concat(out);
  };

  return {
    push: (bytes) => {
      held = Buffer.concat([held, bytes]);
      return take(undecided(held, needles));
    },
    end: () => take(held.length),
  };
}

/** Where secrets begin before `upTo`, in order; the longest where several begin at one place. */
function* occurrences(text: Buffer, needles: readonly Buffer[], upTo: number) {
  const next = needles.map((needle) => text.indexOf(needle));
  for (let from = 0; ; from++) {
    let found: { start: number; length: number } | undefined;
    for (const [index, needle] of needles.entries()) {
      if (next[index] !== -1 && (next[index] ?? -1) < from) next[index] = text.indexOf(needle, from);
      const start = next[index] ?? -1;
      if (start === -1 || start >= upTo || (found && start > found.start)) continue;
      if (!found || start < found.start || needle.length > found.length) found = { start, length: needle.length };
    }
    if (!found) return;
    yield found;
    from = found.start;
  }
}

/** Where the end of the text may be the beginning of a secret. */
function undecided(text: Buffer, needles: readonly Buffer[]): number {
  const longest = Math.max(0, ...needles.map((needle) => needle.length - 1));
  for (let start = Math.max(0, text.length - longest); start < text.length; start++) {
    const tail = text.subarray(start);
    if (needles.some((needle) => needle.length > tail.length && needle.subarray(0, tail.length).equals(tail)))
      return start;
  }
  return text.length;
}

export type Mask = (text: string) => string;

/** Masks a whole text; text in which nothing is secret stays as it is. */
export const maskText =
  (secrets: readonly string[]): Mask =>
  (text) => {
    if (secrets.length === 0) return text;
    const mask = masker(secrets);
    const bytes = Buffer.concat([mask.push(Buffer.from(text)), mask.end()]);
    return bytes.toString();
  };
