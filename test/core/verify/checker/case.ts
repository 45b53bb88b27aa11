/** What the cases of a claim are: histories that keep it, and histories whose last entry breaks it. Nothing here judges them. */
import type { Runbook } from '../../../../core/runbook/runbook.ts';
import type { Finding, Written } from '../../../../core/verify/checker/checker.ts';
import type { Claim } from '../../../../core/verify/checker/claim.ts';
import { Run } from './story.ts';

interface Case {
  readonly name: string;
  readonly runbook: Runbook;
  readonly entries: readonly Written[];
}
/** A history whose last entry breaks the claim; `before`: what other claims find in the entries that it takes to get there. */
export interface Broken extends Case, Finding {
  readonly before: readonly string[];
}

/** A claim with histories that keep it, and histories that break it. */
export interface Claimed {
  readonly claim: Claim;
  readonly keeps: readonly Case[];
  readonly breaks: readonly Broken[];
}

type Tells = (run: Run) => unknown;

export function keeps(name: string, runbook: Runbook, tells: Tells): Case {
  const run = new Run(runbook);
  tells(run);
  return { name, runbook, entries: run.written };
}

/** The last entry that is told is the wrong one. */
export function breaks(
  name: string,
  invariant: string,
  why: string,
  runbook: Runbook,
  tells: Tells,
  before: readonly string[] = [],
): Broken {
  const told = keeps(name, runbook, tells);
  return { ...told, invariant, why, seq: told.entries.at(-1)?.entry.seq ?? -1, before };
}
