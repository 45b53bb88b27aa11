/** Whether and how a step can be undone, in the same words everywhere. */
import type { Step } from '../../core/runbook/runbook.ts';
import { about } from '../format.ts';

export function undoWords({ undo, irreversible, no_backup, kind }: Step): string {
  if (undo) {
    const takes = undo.takes_ms === null ? 'time not known' : `about ${about(undo.takes_ms)}`;
    return `can be undone: ${takes}, from ${undo.from ?? undo.reason ?? 'nothing'}`;
  }
  if (irreversible) return `cannot be undone${no_backup === null ? '' : `: ${no_backup}`}`;
  return kind === 'gate' || kind === 'wait' || kind === 'parallel' ? 'nothing to undo' : 'no way back is written';
}
