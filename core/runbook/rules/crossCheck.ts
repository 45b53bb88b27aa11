/** Rules of the cross-check: enough seats that will be there, and questions that only somebody who looked can answer. */
import { probeOf } from '../blind.ts';
import { didYouMean } from '../nearest.ts';
import { isEmptyQuestion } from '../question.ts';
import type { ChallengeSpec } from '../runbook.ts';
import type { StepSubject } from './subject.ts';

export function crossCheckRules(subject: StepSubject): void {
  const { step, written, path, is, report } = subject;
  if (!step.critical && written.cross_check) {
    const at = [...path, 'cross_check'];
    report(at, 'critical', 'Only a critical step is cross-checked.', 'Add “critical: true”.', 'key');
  }
  if (!step.critical) return;
  // The undo inherits the seats of its step, where what is wrong with them is said already.
  if (is !== 'undo' || written.cross_check) {
    seatRules(subject);
    eyesRule(subject);
  }
  for (const [index, challenge] of step.challenge.entries()) challengeRules(subject, challenge, index);
}

/** Where a seat of `by` stands; by default it stands nowhere. */
const seatAt = ({ path, written }: StepSubject, index: number) =>
  written.cross_check?.by ? [...path, 'cross_check', 'by', index] : path;

function seatRules(subject: StepSubject): void {
  const { runbook, step, report } = subject;
  for (const [index, seat] of step.by.entries()) {
    const at = seatAt(subject, index);
    if (seat === 'lead') report(at, 'lead', 'The lead never counts in a quorum.', 'Name another seat.');
    else if (!Object.hasOwn(runbook.crew, seat))
      report(at, 'seat', `Unknown seat “${seat}”.`, didYouMean(seat, Object.keys(runbook.crew)));
    else if (step.by.indexOf(seat) !== index)
      report(at, 'seat', `The ${seat} seat stands twice.`, 'Name each seat once.');
  }
}

function eyesRule({ runbook, step, written, path, report }: StepSubject): void {
  const needed = step.eyes / 2 - 1;
  const sure = new Set(step.by.filter((seat) => seat !== 'lead' && !runbook.crew[seat]?.optional)).size;
  const at = written.cross_check?.eyes ? [...path, 'cross_check', 'eyes'] : path;
  if (written.cross_check?.eyes && written.cross_check.eyes < step.eyes)
    report(
      at,
      'eyes',
      `The undo has ${written.cross_check.eyes} eyes, its step ${step.eyes}; it can have more, never fewer.`,
      `Write ${step.eyes}, or leave it out.`,
    );
  if (sure >= needed) return;
  const there = sure === 1 ? 'there is 1' : `there are ${sure}`;
  report(
    at,
    'eyes',
    `${step.eyes} eyes need ${needed} ${needed === 1 ? 'seat' : 'seats'} in “by” that will be there; ${there}.`,
    'Name more seats beside the lead, none of them optional, or lower the eyes.',
  );
}

function challengeRules({ runbook, step, path, report }: StepSubject, one: ChallengeSpec, index: number): void {
  const at = [...path, 'cross_check', 'challenge', index];
  const probe = probeOf(one.equals);
  if (step.challenge.findIndex(({ id }) => id === one.id) !== index)
    report([...at, 'id'], 'duplicate-id', `The challenge id “${one.id}” stands twice.`, 'Give each its own id.');
  if (!step.by.includes(one.by))
    report([...at, 'by'], 'seat', `The ${one.by} seat is not in “by” of this step.`, didYouMean(one.by, step.by));
  else if (runbook.crew[one.by]?.optional)
    report(
      [...at, 'by'],
      'optional',
      `The ${one.by} seat is optional; nobody may be there to answer.`,
      'Make the seat required, or ask another.',
    );
  if (!Object.hasOwn(step.probes, probe))
    report([...at, 'equals'], 'probe', `Unknown probe “${probe}”.`, didYouMean(probe, Object.keys(step.probes)));
  if (isEmptyQuestion(one.ask))
    report(
      [...at, 'ask'],
      'yes-no',
      'A question that yes, no, done or ok answers proves nothing.',
      'Ask for a value: which, how many, when.',
    );
}
