/** Rules of time: a critical command ends, nothing lasts longer than a timer can, and only what may be repeated is. */
import type { StepSource } from '../schema.ts';
import { ms } from '../units.ts';
import { commandAt, type StepSubject, type Subject } from './subject.ts';

/** Timers hold no longer. */
const LONGEST_MS = 20 * 86_400_000;
const TIMED = ['run', 'shell', 'manual', 'backup'];

export function timeRules(subject: StepSubject): void {
  const { step, written, path, is, report } = subject;
  const at = commandAt(subject);
  if (step.critical && step.timeout_ms === null && TIMED.includes(step.kind) && (is !== 'undo' || written.cross_check))
    report(at, 'timeout', `The critical step “${step.id}” has no timeout.`, 'Add “timeout: 10m”.');
  const own: Partial<StepSource> = written.step ?? written;
  longRule(subject, [...at, 'timeout'], own.timeout, 'A timeout is');
  longRule(subject, [...at, 'retry_delay'], own.retry_delay, 'A delay is');
  longRule(subject, [...path, 'cross_check', 'valid_for'], written.cross_check?.valid_for, 'An arming is valid for');
  longRule(subject, [...path, 'wait', 'for'], written.wait?.for, 'A wait is');
  if (step.wait && step.wait.every_ms > step.wait.for_ms)
    report(
      [...path, 'wait', 'every'],
      'timeout',
      'The wait is over before its probes are looked at.',
      'Make “every” shorter than “for”.',
    );
  tryRules(subject, own);
}

/** How long somebody may be gone is a timer too. */
export const graceRule = (subject: Subject): void =>
  longRule(subject, ['presence', 'grace'], subject.source.presence.grace, 'A grace is');

function longRule(
  { report }: Subject,
  at: readonly (string | number)[],
  lasts: string | undefined,
  what: string,
): void {
  if ((ms(lasts) ?? 0) > LONGEST_MS) report(at, 'timeout', `${what} at most 20d.`, 'Make it shorter.');
}

function tryRules(subject: StepSubject, { retries, retry_delay, idempotent }: Partial<StepSource>): void {
  const { report } = subject;
  const at = commandAt(subject);
  if (retries !== undefined && !idempotent)
    report(
      [...at, 'retries'],
      'idempotent',
      'Only what is idempotent may be tried again.',
      'Add “idempotent: true” if running it twice is as good as once; else remove this.',
      'key',
    );
  if (retry_delay !== undefined && retries === undefined)
    report([...at, 'retry_delay'], 'idempotent', 'Nothing is tried again.', 'Add “retries: 3”, or remove this.', 'key');
}
