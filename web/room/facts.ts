/** An arming as its bodies tell it: what would run, where, and the probe values that this reader may see. */
import { lineJson, parseStatement } from '../../core/approval/statement.ts';
import type { Lines } from '../../core/log/acts.ts';
import type { Sealed } from '../../core/log/entry.ts';
import type { RunEntryOf } from '../../core/log/tables.ts';
import { bodyOf } from '../../core/release/entries.ts';
import type { Action, Do } from '../../core/runbook/runbook.ts';

export interface ArmedFacts {
  readonly lines: Lines<'armed'>;
  readonly does: Do;
  readonly action: Action;
  readonly values: Readonly<Record<string, string>>;
}

export function armedFacts(sealed: Sealed<RunEntryOf<'step.armed'>>): ArmedFacts | undefined {
  const { statement, action } = sealed.bodies;
  const read = statement && parseStatement('armed', statement.bytes);
  if (!read?.ok || !action) return undefined;
  const values = Object.keys(sealed.entry.probes).flatMap((id) => {
    const value = bodyOf(sealed, `probe-${id}`);
    return typeof value === 'string' ? [[id, value] as const] : [];
  });
  return {
    lines: read.value,
    does: lineJson(read.value.do) as Do,
    action: bodyOf(sealed, 'action') as Action,
    values: Object.fromEntries(values),
  };
}
