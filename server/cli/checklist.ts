/** A runbook as the checklist that it is: who sits, what is asked, what is done in which order, and what cannot be undone. */
import { lasting } from '../../core/release/words.ts';
import type { Question, Runbook, Step } from '../../core/runbook/runbook.ts';
import { argvText, barred, eyesText, quoted } from './show.ts';
import { clean } from './terminal.ts';

export function checklist(runbook: Runbook, digest: string): string[] {
  const { id, title, description, owner, crew, presence, clocks, steps } = runbook;
  const seats = Object.entries(crew).map(
    ([seat, { roles, optional }]) =>
      `  ${seat}: ${roles.join(' or ')}${optional ? ', optional' : ''}${presence.required.includes(seat) ? ', present all the time' : ''}`,
  );
  return [
    `${id}: ${clean(title)}`,
    ...(description === null ? [] : barred(description.trimEnd())),
    `  ${digest}${owner === null ? '' : `, of ${clean(owner)}`}`,
    'Crew',
    ...seats,
    ...section('Inputs', inputLines(runbook)),
    ...section('Before it opens', openingLines(runbook)),
    ...section(
      'Undo windows',
      Object.entries(clocks).map(
        ([name, { lasts_ms, starts, means }]) =>
          `  ${name}: ${lasting(lasts_ms)} from the start of ${starts}: ${clean(means)}`,
      ),
    ),
    ...section('Briefing', [...questionLines(runbook.briefing), ...goLine(runbook)]),
    'Steps',
    ...steps.flatMap((step, index) => stepLines(step, `${index + 1}.`)),
    ...section('Debrief', questionLines(runbook.debrief)),
  ];
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length > 0 ? [title, ...lines] : []);

const inputLines = ({ inputs }: Runbook): string[] =>
  Object.entries(inputs).map(
    ([name, { type, description, pattern, default: otherwise }]) =>
      `  ${name}: ${type}${pattern === null ? '' : ` like ${clean(pattern)}`}${otherwise === null ? '' : `, else ${quoted(String(otherwise))}`}${description === null ? '' : `: ${clean(description)}`}`,
  );

function openingLines({ window, locks, rehearsal }: Runbook): string[] {
  const age = rehearsal?.max_age_ms ?? null;
  return [
    ...(window ? [`  ${window.days.join(', ')} from ${window.from} to ${window.to} ${window.timezone}`] : []),
    ...locks.map((lock) => `  alone with the lock ${clean(lock)}`),
    ...(rehearsal?.required
      ? [`  after a completed rehearsal of this very folder${age === null ? '' : `, not older than ${lasting(age)}`}`]
      : []),
  ];
}

const questionLines = (questions: readonly Question[]): string[] =>
  questions.map(({ id, ask, answer, by }) => `  [ ] ${id} (${by}, a ${answer}): ${clean(ask)}`);

const goLine = ({ go_no_go }: Runbook): string[] =>
  go_no_go.length > 0 ? [`  [ ] go or no-go of ${go_no_go.join(', ')}`] : [];

/** A step and, deeper, what stands in it. */
function stepLines(step: Step, number: string): string[] {
  const { id, title, children } = step;
  const traits = traitsOf(step);
  return [
    `  [ ] ${number} ${id}: ${clean(title)}${traits.length > 0 ? ` (${traits.join(', ')})` : ''}`,
    ...actionLines(step).map((line) => `        ${line}`),
    ...children.flatMap((child, index) => stepLines(child, `${number}${index + 1}.`).map((line) => `  ${line}`)),
  ];
}

const traitsOf = ({ eyes, by, irreversible, target, timeout_ms, rehearse, undo }: Step): string[] => [
  ...(eyes > 2 ? [`${eyes} eyes: ${eyesText({ eyes, by })}`] : []),
  ...(irreversible ? ['IRREVERSIBLE'] : []),
  ...(target === 'local' ? [] : [`on ${target}`]),
  ...(timeout_ms === null ? [] : [`up to ${lasting(timeout_ms)}`]),
  ...(rehearse === 'as_is' ? ['rehearsed as it is'] : []),
  ...(undo === null
    ? []
    : [`undo ${undo.takes_ms === null ? 'of unknown length' : `takes ${lasting(undo.takes_ms)}`}`]),
];

function actionLines(step: Step): string[] {
  const { when, probes, challenge, verify, undo, no_backup, while: needs, on_failure } = step;
  return [
    ...(when === null ? [] : [`only when ${clean(when)}`]),
    ...(needs.length > 0 ? [`only while ${needs.join(', ')} runs`] : []),
    ...doLines(step),
    ...(no_backup === null ? [] : [`no backup: ${clean(no_backup)}`]),
    ...Object.values(probes).map(
      ({ title, expect }) => `fact: ${clean(title)}${expect === null ? '' : `, expected ${clean(expect)}`}`,
    ),
    ...challenge.map(({ by, ask }) => `blind, of the ${by}: ${clean(ask)}`),
    ...Object.values(verify).map(({ title }) => `then checked: ${clean(title)}`),
    ...(undo === null ? [] : doLines(undo.step).map((line) => `way back: ${line}`)),
    ...(on_failure === 'decide' ? ['when it fails, people decide: back or forward'] : []),
  ];
}

/** What it does, with its expressions as they are written. */
function doLines({ kind, run, shell, manual, wait, backup, gate, for_each }: Step): string[] {
  const each = for_each
    ? [
        `for each of ${typeof for_each.items === 'string' ? clean(for_each.items) : for_each.items.map(quoted).join(' ')}, ${for_each.canary} first, ${for_each.max_parallel} at a time`,
      ]
    : [];
  if (kind === 'shell') return [...each, 'SHELL', ...barred(shell ?? '')];
  if (manual) return [...each, `by hand, attested by the ${manual.by}:`, ...barred(manual.text)];
  if (wait) return [`waits ${lasting(wait.for_ms)}, looking every ${lasting(wait.every_ms)}`];
  if (backup)
    return [
      argvText(backup.run),
      `proved by ${argvText(backup.drill)}${backup.keep_ms === null ? '' : `, kept ${lasting(backup.keep_ms)}`}`,
    ];
  if (gate) return [`go or no-go of ${gate.join(', ')}`];
  return kind === 'parallel' ? ['side by side:'] : [...each, argvText(run)];
}
