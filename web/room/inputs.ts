/** The inputs of a run as they stand: what it was opened with, and what deviations changed. */
import type { Sealed } from '../../core/log/entry.ts';
import type { RunEntry } from '../../core/log/tables.ts';
import { bodyOf } from '../../core/release/entries.ts';
import type { RunContext } from '../../core/run/context.ts';

export function inputsNow(
  [opened]: readonly Sealed<RunEntry>[],
  { changed }: RunContext,
): Readonly<Record<string, unknown>> {
  return { ...(opened && (bodyOf(opened, 'inputs') as object | undefined)), ...changed };
}
