/** The tables of docs/log-format.md, read from the page itself. */
import { readFileSync } from 'node:fs';

// Compiled tests stand in build/, the page in the project's root.
export const PAGE = readFileSync(new URL('../../../docs/log-format.md', import.meta.url), 'utf8');

/** The rows of the first table after a heading, each a list of its cells, without code marks. */
export function table(heading: string): string[][] {
  const from = PAGE.indexOf(`\n${heading}\n`);
  const [first = ''] = /(?:^\|.*\n)+/m.exec(PAGE.slice(from)) ?? [];
  return first
    .trimEnd()
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

const words = (cell = ''): string[] => (cell === '–' ? [] : cell.split(' '));
const optional = (name: string): boolean => name.endsWith('?');
const bare = (name: string): string => name.replace(/\?$/, '');

export interface TypeRow {
  readonly chains: readonly string[];
  readonly writers: readonly string[];
  /** Its own fields, and whether each may be absent. */
  readonly fields: ReadonlyMap<string, boolean>;
  readonly bodies: ReadonlyMap<string, boolean>;
  readonly probes: boolean;
  readonly act: string | null;
}

const marked = (cell: string | undefined): Map<string, boolean> =>
  new Map(words(cell).map((name) => [bare(name), optional(name)]));

export const TYPES: ReadonlyMap<string, TypeRow> = new Map(
  table('### Types').map(([type = '', chains, writers, fields, bodies, act = '–']) => {
    const named = marked(bodies);
    const probes = named.delete('probe-*');
    const row = { chains: words(chains), writers: words(writers), fields: marked(fields), bodies: named, probes };
    return [type, { ...row, act: act === '–' ? null : act }];
  }),
);

export const LINES: ReadonlyMap<string, readonly string[]> = new Map(
  table('### Lines').map(([act = '', lines]) => [act, words(lines)]),
);

export const MEANING: ReadonlyMap<string, string> = new Map(
  table('### Acts').map(([act = '', , , , meaning = '']) => [act, meaning]),
);

/** The form of each statement line as a pattern. */
export const LINE_FORMS: ReadonlyMap<string, RegExp> = new Map(
  table('### Forms of lines').flatMap(([lines = '', form = '']) =>
    lines.split(' ').map((line) => [line, new RegExp(`^(?:${form.replaceAll('\\|', '|')})$`)] as const),
  ),
);

/** The words that a field may say. */
export const wordsOf = (field: string): readonly string[] =>
  words(table('### Fields').find(([name]) => name === field)?.[1]);
