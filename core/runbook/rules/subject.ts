/** What a lint rule sees of a folder, and how it reports. A rule never changes either. */
import type { FolderFile } from '../folder.ts';
import type { Names } from '../names.ts';
import type { Path, Problem } from '../problem.ts';
import type { Runbook, Step } from '../runbook.ts';
import type { RunbookSource, StepSource } from '../schema.ts';

/** Adds a problem at a value, or at its key. */
export type Report = (
  path: Path,
  rule: string,
  message: string,
  mend: string,
  at?: 'key' | 'value',
  severity?: Problem['severity'],
) => void;

/** One runbook of a folder, alone: the outermost one or one that it uses. */
export interface Subject {
  readonly source: RunbookSource;
  /** As meant, with what it uses in place. */
  readonly runbook: Runbook;
  /** Its own files; paths begin at its own folder. */
  readonly files: readonly FolderFile[];
  readonly names: Names;
  readonly report: Report;
}

/** One step that it wrote, as meant and as written. An undo is a step too. */
export interface StepSubject extends Subject {
  readonly step: Step;
  readonly written: Partial<StepSource>;
  readonly path: Path;
  readonly is: 'step' | 'child' | 'undo';
  /** Probes that a challenge asks for, of an undo's step too. */
  readonly blind: ReadonlySet<string>;
  /** Every step whose outcome is there when this one's turn comes. */
  readonly before: readonly Step[];
}

/** One `use` of another runbook. */
export interface UseSubject extends Subject {
  readonly written: StepSource;
  readonly path: Path;
  /** Its steps as they stand here. */
  readonly steps: readonly Step[];
  readonly before: readonly Step[];
  readonly other: RunbookSource;
}

/** Where the command of a step stands: below `step:` where it runs for each item. */
export const commandAt = ({ path, written }: StepSubject): Path => (written.step ? [...path, 'step'] : path);
/** Where its probes stand. */
export const probesAt = ({ path, written }: StepSubject): Path => [
  ...path,
  ...(written.wait ? ['wait', 'probes'] : ['probes']),
];

/** The names of a list that stand in it before, with their indexes. */
export const repeated = (names: readonly string[]): (readonly [index: number, name: string])[] =>
  [...names.entries()].filter(([index, name]) => names.indexOf(name) !== index);
