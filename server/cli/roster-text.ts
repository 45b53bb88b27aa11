/** How a roster reads at a terminal: a line per fact, each with whom it is about. Names are for display; what counts is the id. */
import { factText, type RosterRow } from '../../core/site/rosterFacts.ts';
import { type Names, nameOf } from './show.ts';

const MARK = { same: ' ', added: '+', gone: '-' } as const;

/** Every row with its mark, under a line with the person or agent that it is about. */
export function rosterLines(rows: readonly RosterRow[], names: Names): string[] {
  return rows.flatMap((row, index) => {
    const heading = row.about === null ? 'The site' : headed(names, row.about);
    const first = index === 0 || rows[index - 1]?.about !== row.about;
    return [...(first ? [heading] : []), `  ${MARK[row.mark]} ${factText(row)}`];
  });
}

export const headed = (names: Names, id: string): string => (names[id] ? `${nameOf(names, id)} (${id})` : id);
