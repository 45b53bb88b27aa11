/** Rules of one step: its id, where it runs, and how there is a way back, or why there is none. */
import { didYouMean } from '../nearest.ts';
import type { Step } from '../runbook.ts';
import { commandAt, repeated, type StepSubject } from './subject.ts';

/** Ids in the log have 64 characters, and an undo’s is longer than its step’s. */
const LONGEST_ID = 64;
/** The gate before the first step. */
const RESERVED = 'go_no_go';

export function stepRules(subject: StepSubject): void {
  const { runbook, step, path, is, report } = subject;
  if (is !== 'undo') idRules(subject);
  if (is !== 'undo' && !Object.hasOwn(runbook.targets, step.target))
    report(
      [...path, 'target'],
      'target',
      `Unknown target “${step.target}”.`,
      didYouMean(step.target, Object.keys(runbook.targets)),
    );
  irreversibleRules(subject);
  undoRules(subject);
  whileRules(subject);
  outputRules(subject);
}

/** The longest id that a step may have. */
export const longestId = ({ undo }: Step): number => LONGEST_ID - (undo ? '-undo'.length : 0);

function idRules({ step, path, report }: StepSubject): void {
  const at = [...path, 'id'];
  if (step.id === RESERVED)
    report(at, 'reserved', `“${RESERVED}” is the poll before the first step.`, 'Call the step something else.');
  if (step.id.length > longestId(step))
    report(
      at,
      'id',
      `The id has ${step.id.length} characters; with an undo it may have ${longestId(step)}.`,
      'Make it shorter.',
    );
}

const backupsIn = (steps: readonly Step[]): string[] => steps.filter((one) => one.backup).map(({ id }) => id);

function irreversibleRules({ step, before, path, report }: StepSubject): void {
  if (!step.irreversible) return;
  const at = [...path, 'irreversible'];
  if (!step.critical)
    report(at, 'irreversible', 'An irreversible step must be critical.', 'Add “critical: true”.', 'key');
  if (step.no_backup === null && backupsIn(before).length === 0)
    report(
      at,
      'backup',
      'An irreversible step needs a proven backup before it.',
      'Add a backup step with a drill, or “no_backup: <reason>”.',
      'key',
    );
}

function undoRules({ step, before, path, report }: StepSubject): void {
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
  const backups = backupsIn(before);
  if (from !== null && !backups.includes(from))
    report(
      [...path, 'undo', 'from'],
      'undo',
      `“${from}” is no backup step before this one.`,
      didYouMean(from, backups),
    );
}

function whileRules({ runbook, step, path, report }: StepSubject): void {
  const clocks = Object.keys(runbook.clocks);
  for (const [index, clock] of step.while.entries())
    if (!clocks.includes(clock))
      report([...path, 'while', index], 'clock', `Unknown clock “${clock}”.`, didYouMean(clock, clocks));
  for (const [index, clock] of repeated(step.while))
    report([...path, 'while', index], 'clock', `The clock “${clock}” stands twice.`, 'Name each clock once.');
}

function outputRules(subject: StepSubject): void {
  const { step, path, report } = subject;
  for (const [index, name] of repeated(step.outputs))
    report([...path, 'outputs', index], 'output', `The output “${name}” stands twice.`, 'Name each output once.');
  const { limit, probes } = step;
  if (limit && !Object.hasOwn(probes, limit.probe))
    report(
      [...commandAt(subject), 'limit', 'within'],
      'probe',
      `Unknown probe “${limit.probe}”.`,
      didYouMean(limit.probe, Object.keys(probes)),
    );
}
