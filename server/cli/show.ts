/** How names, commands and modes read on a terminal. Everything that was written elsewhere is cleaned here. */
import type { RunFacts } from '../../core/run/state.ts';
import type { Step } from '../../core/runbook/runbook.ts';
import { clean } from './terminal.ts';

export type Names = Readonly<Record<string, string>>;

export const nameOf = (names: Names, id: string): string => clean(names[id] ?? id);

/** A text as a shell would take it: as it is where that is safe, else in single quotes. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${clean(text).replaceAll("'", "'\\''")}'`;

export const argvText = (argv: readonly string[]): string => argv.map(quoted).join(' ');

/** `LIVE`, `REHEARSAL SOLO`: never left out where a run is shown. */
export const modeText = ({ mode, solo }: Pick<RunFacts, 'mode' | 'solo'>): string =>
  `${mode === 'live' ? 'LIVE' : 'REHEARSAL'}${solo ? ' SOLO' : ''}`;

/** Whose eyes a critical step needs: `lead, reviewer`, or `lead and one of reviewer, verifier`. */
export function eyesText({ eyes, by }: Pick<Step, 'eyes' | 'by'>): string {
  const count = eyes / 2 - 1;
  return by.length === count
    ? ['lead', ...by].join(', ')
    : `lead and ${count === 1 ? 'one' : 'two'} of ${by.join(', ')}`;
}

/** A text of several lines, each behind a bar. */
export const barred = (text: string): string[] =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `  | ${clean(line)}`);
