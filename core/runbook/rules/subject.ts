/** What a lint rule sees of a folder, and how it reports. A rule never changes either. */

import type { FolderFile } from '../folder.ts';
import type { Path, Problem } from '../problem.ts';
import type { Runbook, Step } from '../runbook.ts';
import type { RunbookSource, StepSource } from '../schema.ts';
import type { Templates } from '../templates.ts';

/** Adds a problem at a value, or at its key. */
export type Report = (
  path: Path,
  rule: string,
  message: string,
  mend: string,
  at?: 'key' | 'value',
  severity?: Problem['severity'],
) => void;

export interface Subject {
  readonly source: RunbookSource;
  readonly runbook: Runbook;
  readonly files: readonly FolderFile[];
  readonly templates: Templates;
  readonly report: Report;
}

/** One step of it, as meant and as written. */
export interface StepSubject extends Subject {
  readonly step: Step;
  readonly written: StepSource;
  readonly path: Path;
  readonly index: number;
}
