/** Rules of clocks and of the window: what starts a clock can start, how long it lasts is known, and the window opens at all. */
import { didYouMean } from '../nearest.ts';
import { allSteps } from '../steps.ts';
import { clockOf } from '../window.ts';
import { repeated, type Subject } from './subject.ts';

export function clockRules({ source, runbook, report }: Subject): void {
  const steps = allSteps(runbook).filter(({ kind }) => kind !== 'gate' && kind !== 'parallel');
  const backups = steps.filter(({ backup }) => backup);
  for (const [id, { starts, lasts }] of Object.entries(source.clocks ?? {})) {
    const at = ['clocks', id];
    const ids = steps.map((step) => step.id);
    if (!ids.includes(starts))
      report([...at, 'starts'], 'clock', `“${starts}” is no step that starts.`, didYouMean(starts, ids));
    const kept = /^(.*)\.keep$/.exec(lasts)?.[1];
    const backup = backups.find((step) => step.id === kept);
    if (kept !== undefined && !backup)
      report(
        [...at, 'lasts'],
        'clock',
        `“${kept}” is no backup step.`,
        didYouMean(
          kept,
          backups.map((step) => step.id),
        ),
      );
    else if (backup && backup.backup?.keep_ms === null)
      report(
        [...at, 'lasts'],
        'clock',
        `The backup step “${kept}” does not say how long it keeps its backup.`,
        'Add “keep: 14d” to it, or write a duration.',
      );
  }
}

export function windowRules({ source, report }: Subject): void {
  const { window } = source;
  if (!window) return;
  if (!clockOf(window.timezone))
    report(
      ['window', 'timezone'],
      'window',
      `The time zone “${window.timezone}” is unknown.`,
      'Write it like Europe/Warsaw or UTC.',
    );
  if (window.from === window.to)
    report(['window', 'to'], 'window', 'The window closes when it opens.', 'Write a later time.');
  for (const [index, day] of repeated(window.days))
    report(['window', 'days', index], 'window', `The day “${day}” stands twice.`, 'Name each day once.');
}
