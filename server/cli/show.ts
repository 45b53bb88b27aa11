/** How runs, steps and entries read on a terminal. Everything that was written elsewhere is cleaned here, and no value that is blind is ever shown. */

import { demandOf, enough } from '../../core/approval/quorum.ts';
import { lineJson } from '../../core/approval/statement.ts';
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import type { Sealed } from '../../core/log/entry.ts';
import type { RunEntry } from '../../core/log/tables.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { blindProbes } from '../../core/runbook/blind.ts';
import type { Do, Rendered, Step } from '../../core/runbook/runbook.ts';
import { clean } from './terminal.ts';

export type Names = Readonly<Record<string, string>>;

export const nameOf = (names: Names, id: string): string => clean(names[id] ?? id);

/** An argument as a shell would take it: as it is where that is safe, else in single quotes. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${clean(text).replaceAll("'", "'\\''")}'`;

export const argvText = (argv: readonly string[]): string => argv.map(quoted).join(' ');

/** `4m 10s` */
export function lasting(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const;
  return (
    parts
      .filter(([count]) => count > 0)
      .map(([count, unit]) => `${count}${unit}`)
      .join(' ') || '0s'
  );
}

export const timeText = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ').concat('Z');

function doLines(what: Do): string[] {
  if (what.kind === 'run') return [`  ${argvText(what.argv)}`];
  return [
    `  ${argvText(what.run)}`,
    `  the backup is ${quoted(what.artifact.path)}`,
    `  proved by ${argvText(what.drill)}`,
  ];
}

/** The parts of a step that a reviewer judges, as they are rendered or armed. `values` are those at hand. */
export function stepText(
  step: Step,
  { do: what, target, action }: Rendered,
  values: Readonly<Record<string, string>>,
  agent: string | null,
): string[] {
  const blind = blindProbes(action);
  const env = Object.entries(action.env).map(([name, value]) => `  with ${name}=${quoted(value)}`);
  const programs = Object.entries(action.programs).map(([path, digest]) => `  ${clean(path)} is ${digest}`);
  const probes = Object.entries(action.probes).map(([id, probe]) => {
    const value = blind.has(id)
      ? 'blind: somebody is asked for it'
      : values[id] === undefined
        ? 'not measured yet'
        : quoted(values[id]);
    return `  ${id}: ${clean(probe.title)}: ${value}${probe.expect === null ? '' : `, expected ${clean(probe.expect)}`}`;
  });
  const checks = Object.entries(action.verify).map(
    ([id, { title, run, expect }]) => `  ${id}: ${clean(title)}: ${argvText(run)}, expected ${clean(expect)}`,
  );
  const undo = action.undo
    ? [
        `  way back: ${action.undo.run.length > 0 ? argvText(action.undo.run) : clean(action.undo.reason ?? '')}${action.undo.takes === null ? '' : `, takes ${lasting(action.undo.takes)}`}`,
      ]
    : [];
  return [
    'What runs',
    ...doLines(what),
    ...env,
    ...programs,
    ...(action.timeout === null ? [] : [`  stopped after ${lasting(action.timeout)}`]),
    'Where',
    `  target ${step.target}, agent ${clean(target.agent)}${agent === null ? '' : ` (${agent})`}, in a read-only copy of the runbook folder`,
    'What cannot be undone',
    step.irreversible
      ? '  Once it has started, this step itself cannot be undone.'
      : '  The runbook does not call this step irreversible.',
    ...(step.no_backup === null ? [] : [`  no backup: ${clean(step.no_backup)}`]),
    ...undo,
    ...(probes.length > 0 ? ['Facts, measured when armed and again before the start', ...probes] : []),
    ...(checks.length > 0 ? ['Checked afterwards', ...checks] : []),
  ];
}

/** The armed step as its statement says; the lines are canonical JSON or the fold would not have taken them. */
export function armedRendering({ arming }: RunState): Rendered | undefined {
  return arming
    ? ({ target: lineJson(arming.lines.target), do: lineJson(arming.lines.do), action: arming.action } as Rendered)
    : undefined;
}

const ORDINAL = ['first', 'second', 'third'];

/** “You are the second of three pairs of eyes for LIVE: …” */
export function eyesSentence(step: Step, confirmed: number): string {
  const pairs = step.eyes / 2;
  return `You are the ${ORDINAL[confirmed + 1] ?? `${confirmed + 2}th`} of ${pairs === 3 ? 'three' : 'two'} pairs of eyes for LIVE: ${clean(step.title)}`;
}

/** What an entry says, in one line. */
export function entryLine({ entry, bodies }: Sealed<RunEntry>, names: Names): string {
  const step = 'step' in entry && entry.step !== undefined ? ` ${entry.step}` : '';
  const attempt = 'attempt' in entry ? ` #${entry.attempt}` : '';
  const by = entry.actor === 'server' ? '' : ` by ${nameOf(names, entry.actor)}`;
  return `${timeText(entry.ts)} ${entry.type}${step}${attempt}${detail(entry, bodies, names)}${by}`;
}

function detail(entry: RunEntry, bodies: Sealed['bodies'], names: Names): string {
  switch (entry.type) {
    case 'seat.taken':
    case 'seat.left':
    case 'step.confirmed':
    case 'step.refused':
      return ` ${entry.seat}`;
    case 'presence.lost':
    case 'presence.back':
      return ` ${entry.seat} (${nameOf(names, entry.person)})`;
    case 'step.voided':
      return ` ${entry.reason}${entry.probe === undefined ? '' : ` ${entry.probe}`}`;
    case 'check.differed':
      return ` ${entry.seat} ${entry.challenge}`;
    case 'step.finished':
    case 'step.failed':
    case 'step.unknown':
      return ` ${entry.result}${entry.exit === undefined ? '' : ` exit ${entry.exit}`}`;
    case 'hold.raised':
      return ` ${entry.cause}${bodies['answer'] ? `: ${clean(fromUtf8(bodies['answer'].bytes) ?? '')}` : ''}`;
    case 'act.signed':
      return ` ${entry.act}`;
    case 'run.closed':
      return ` ${entry.result}`;
    default:
      return '';
  }
}

/** Where a step stands, in a word. */
export function stepState(state: RunState, step: Step): string {
  const { arming, outcomes } = contextOf(state);
  if (arming?.step === step.id) return arming.started !== null ? 'running' : arming.keyed !== null ? 'keyed' : 'armed';
  return outcomes[step.id] ?? 'waiting';
}

/** What the run waits for, in a sentence. */
export function waitingFor(state: RunState): string {
  const context = contextOf(state);
  const { arming, closed, holds, runbook } = context;
  if (closed !== null) return `The run is closed: ${closed}.`;
  if (holds.length > 0)
    return `HELD (${holds.map(({ cause }) => cause).join(', ')}): the lead and the quorum lift it with: crosscheck run lift`;
  const next = runbook.steps.find((step) => context.outcomes[step.id] !== 'finished');
  if (!next) return 'All steps are done: the lead and one reviewer close it with: crosscheck run close';
  if (!arming) return `The lead arms step ${next.id}: crosscheck step arm ${state.facts.run} ${next.id}`;
  if (arming.started !== null) return `Step ${arming.step} is running.`;
  const checked = enough(demandOf(next), context, arming.confirmations);
  if (!checked.ok) return `${checked.refusal.sentence} They answer with: crosscheck step check`;
  return arming.keyed !== null
    ? 'The key is turned; the agent measures again and starts.'
    : `The lead starts step ${arming.step}: crosscheck step key ${state.facts.run}`;
}
