/** Two texts line by line: what stayed, what went, what came. Longest common subsequence; very long texts are compared as wholes. */
export interface LineChange {
  readonly is: 'same' | 'gone' | 'came';
  readonly text: string;
  /** Line numbers from 1; null on the side where the line is not. */
  readonly before: number | null;
  readonly after: number | null;
}

const MOST = 4_000_000;

/** Lengths of the longest common subsequence of every two tails. */
function tails(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      table[i * width + j] =
        a[i] === b[j]
          ? (table[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
  return table;
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

export function lineDiff(before: string, after: string): LineChange[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  const width = b.length + 1;
  const table = a.length * b.length > MOST ? null : tails(a, b);
  const at = (i: number, j: number): number => table?.[i * width + j] ?? 0;
  const changes: LineChange[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (table && i < a.length && j < b.length && a[i] === b[j]) {
      changes.push({ is: 'same', text: a[i] ?? '', before: ++i, after: ++j });
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      changes.push({ is: 'gone', text: a[i] ?? '', before: ++i, after: null });
    } else changes.push({ is: 'came', text: b[j] ?? '', before: null, after: ++j });
  }
  return changes;
}
