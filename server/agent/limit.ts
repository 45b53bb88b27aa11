/** Watches a number in the command's JSON lines and says when it goes past what was armed: the blast radius. It reads and judges, and stops nothing itself. */
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import { above } from '../../core/runbook/drift.ts';
import type { LimitSpec } from '../../core/runbook/runbook.ts';

/** Lines that are longer are no progress. */
const LONGEST = 64 * 1024;

export interface LimitWatch {
  /** Takes more output; returns what is past the limit, from the first such line on. */
  push(bytes: Uint8Array): string | null;
  /** Takes the end of the output, which is the end of its last line. */
  end(): string | null;
}

/** `armed`: the probe's value as it was signed. */
export function watchLimit({ field, within: percent }: LimitSpec, armed: string): LimitWatch {
  let line: Buffer = Buffer.alloc(0);
  let over: string | null = null;

  const judge = () => {
    const value = line.length > LONGEST ? undefined : numberIn(line, field);
    if (over === null && value !== undefined && above(percent, armed, value))
      over = `${field} ${value.slice(0, 100)} is more than ${percent} above ${armed}`;
    line = Buffer.alloc(0);
  };

  return {
    push: (bytes) => {
      for (let from = 0; from < bytes.length; ) {
        const at = bytes.indexOf(10, from);
        const to = at === -1 ? bytes.length : at;
        // Of a line that is too long only its end is waited for.
        if (line.length <= LONGEST) line = Buffer.concat([line, bytes.subarray(from, to)]);
        if (at !== -1) judge();
        from = to + 1;
      }
      return over;
    },
    end: () => {
      judge();
      return over;
    },
  };
}

/** The field of a JSON object as a plain decimal; undefined where the line is none or the field says no number. */
function numberIn(line: Uint8Array, field: string): string | undefined {
  let document: unknown;
  try {
    document = JSON.parse(fromUtf8(line) ?? '');
  } catch {
    return undefined;
  }
  if (typeof document !== 'object' || document === null || !Object.hasOwn(document, field)) return undefined;
  const value = (document as Record<string, unknown>)[field];
  if (typeof value === 'number') return plain(value);
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? value : undefined;
}

/** JavaScript writes very large and very small numbers with an exponent, which the limit's decimals do not know. */
function plain(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString();
  const text = String(value);
  return text.includes('e') ? value.toFixed(20) : text;
}
