/** Rules of one step: its kind, where it runs, and how there is a way back, or why there is none. */
import { didYouMean } from '../nearest.ts';
import type { Step } from '../runbook.ts';
import type { StepSubject } from './subject.ts';

/** Timers hold no longer. */
const LONGEST_MS = 20 * 86_400_000;

export function stepRules(subject: StepSubject): void {
  kindRules(subject);
  irreversibleRules(subject);
  undoRules(subject);
  timeRules(subject);
}

function kindRules({ runbook, step, written, path, index, report }: StepSubject): void {
  if (runbook.steps.findIndex(({ id }) => id === step.id) !== index)
    report([...path, 'id'], 'duplicate-id', `The id “${step.id}” stands twice.`, 'Give each step its own id.');
  if (!written.run && !written.backup)
    report(path, 'kind', `Step “${step.id}” does nothing.`, 'Add “run:” or “backup:”.');
  if (written.run && written.backup)
    report([...path, 'backup'], 'kind', `Step “${step.id}” has two kinds.`, 'Keep “run:” or “backup:”.', 'key');
  if (!Object.hasOwn(runbook.targets, step.target))
    report(
      [...path, 'target'],
      'target',
      `Unknown target “${step.target}”.`,
      didYouMean(step.target, Object.keys(runbook.targets)),
    );
}

const backupsBefore = ({ runbook, index }: StepSubject): Step[] =>
  runbook.steps.slice(0, index).filter((one) => one.backup);

function irreversibleRules(subject: StepSubject): void {
  const { step, path, report } = subject;
  if (!step.irreversible) return;
  const at = [...path, 'irreversible'];
  if (!step.critical)
    report(at, 'irreversible', 'An irreversible step must be critical.', 'Add “critical: true”.', 'key');
  if (step.no_backup === null && backupsBefore(subject).length === 0)
    report(
      at,
      'backup',
      'An irreversible step needs a proven backup before it.',
      'Add a backup step with a drill, or “no_backup: <reason>”.',
      'key',
    );
}

function undoRules(subject: StepSubject): void {
  const { step, path, report } = subject;
  if (!step.undo) return;
  const { from, reason } = step.undo;
  if ((from === null) === (reason === null))
    report(
      [...path, 'undo'],
      'undo',
      'An undo says either which backup it comes from or why it needs none.',
      'Write one of “from: <backup step>” and “reason: …”.',
      'key',
    );
  const backups = backupsBefore(subject).map(({ id }) => id);
  if (from !== null && !backups.includes(from))
    report(
      [...path, 'undo', 'from'],
      'undo',
      `“${from}” is no backup step before this one.`,
      didYouMean(from, backups),
    );
}

function timeRules({ step, path, report }: StepSubject): void {
  if (step.critical && step.timeout_ms === null)
    report(path, 'timeout', `The critical step “${step.id}” has no timeout.`, 'Add “timeout: 10m”.');
  if ((step.timeout_ms ?? 0) > LONGEST_MS)
    report([...path, 'timeout'], 'timeout', 'A timeout is at most 20d.', 'Make it shorter.');
  if (step.valid_for_ms > LONGEST_MS)
    report([...path, 'cross_check', 'valid_for'], 'timeout', 'An arming is valid for at most 20d.', 'Make it shorter.');
}
