/** A command's output as lines: decoded as it comes, escaped, bounded. It never keeps more than its last lines. */

export interface OutputLine {
  readonly number: number;
  /** Text with every control character written out; a gap says how many bytes were skipped. */
  readonly text: string;
  readonly gap: boolean;
}

export interface OutputText {
  readonly lines: readonly OutputLine[];
  /** Lines that are no longer kept. */
  readonly dropped: number;
  /** Where the next byte is expected. */
  readonly next: number;
}

const KEEP = 2000;
/** A longer line is cut where it is shown; the record has it whole. */
const WIDTH = 4000;

// Tabs stay; escape sequences, carriage returns and the rest are written out and so do nothing.
const CONTROL = /[\p{Cc}\p{Cf}\p{Surrogate}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;
const NAMED: Readonly<Record<string, string>> = {
  '\u001b': '\\e',
  '\r': '\\r',
  '\u0007': '\\a',
  '\b': '\\b',
  '\0': '\\0',
};

/** Writes out what a terminal would obey or not show. */
export const escaped = (text: string): string =>
  text.replace(CONTROL, (one) =>
    one === '\t' ? one : (NAMED[one] ?? `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`),
  );

const shown = (text: string): string =>
  text.length > WIDTH ? `${escaped(text.slice(0, WIDTH))} … ${text.length - WIDTH} more characters` : escaped(text);

export interface OutputBuffer {
  /** Takes bytes at their offset; what is known already is passed over, what is missing becomes a gap. */
  readonly take: (offset: number, bytes: Uint8Array) => void;
  readonly text: () => OutputText;
}

export function outputBuffer(): OutputBuffer {
  let decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let next = 0;
  let count = 0;
  let open = '';
  let lines: OutputLine[] = [];
  const push = (text: string, gap: boolean) => {
    count += 1;
    lines.push({ number: count, text: gap ? text : shown(text), gap });
  };
  const skip = (offset: number) => {
    if (open !== '') push(open, false);
    open = '';
    decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    push(`${offset - next} bytes skipped here`, true);
  };
  return {
    take(offset, bytes) {
      if (offset + bytes.length <= next) return;
      if (offset > next) skip(offset);
      const fresh = bytes.subarray(Math.max(0, next - offset));
      next = offset + bytes.length;
      const parts = (open + decoder.decode(fresh, { stream: true })).split(/\r?\n/);
      open = parts.pop() ?? '';
      for (const part of parts) push(part, false);
      if (open.length > 16 * WIDTH) {
        push(open, false);
        open = '';
      }
      if (lines.length > KEEP) lines = lines.slice(-KEEP);
    },
    text() {
      const all = open === '' ? lines : [...lines, { number: count + 1, text: shown(open), gap: false }];
      return { lines: all, dropped: count - lines.length, next };
    },
  };
}
