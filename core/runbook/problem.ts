/** What is wrong with a runbook, in words that its writer understands: where, what, and the mend. */
import type { Runbook } from './runbook.ts';

export interface Problem {
  readonly file: string;
  /** Both count from 1; a column is a UTF-16 unit, as editors count. */
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  /** Permanent name of the rule. */
  readonly rule: string;
  readonly message: string;
  readonly mend: string;
}

export interface Parsed {
  readonly runbook?: Runbook;
  readonly problems: Problem[];
}

/** Keys and indexes from the root to a value. */
export type Path = readonly (string | number)[];
