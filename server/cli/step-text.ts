/** What a step does, as the people who judge it read it. No value that is blind is ever shown. */
import { keysText } from '../../core/approval/quorum.ts';
import { lineJson } from '../../core/approval/statement.ts';
import { lasting } from '../../core/release/words.ts';
import { type ArmingFacts, factsOf, type RunFacts, type RunState } from '../../core/run/state.ts';
import { blindProbes } from '../../core/runbook/blind.ts';
import type { Action, Do, Rendered, Step } from '../../core/runbook/runbook.ts';
import { argvText, barred, modeText, quoted } from './show.ts';
import { clean } from './terminal.ts';

/** The command itself, a line or more for each thing that happens. */
export function doLines(what: Do): string[] {
  switch (what.kind) {
    case 'run':
      return [`  ${argvText(what.argv)}`];
    case 'shell':
      return ['  SHELL, as sh -eu runs it:', ...barred(what.script)];
    case 'manual':
      return [`  BY HAND; the ${what.by} attests to it with evidence:`, ...barred(what.text)];
    case 'wait':
      return [`  waits ${lasting(what.for)} and looks every ${lasting(what.every)}; what does not hold fails the step`];
    case 'backup':
      return [
        `  ${argvText(what.run)}`,
        `  the backup is ${quoted(what.artifact.path)}`,
        `  proved by ${argvText(what.drill)}`,
      ];
    case 'for_each':
      return [
        `  a wave of ${what.items.length} of ${what.of} items, ${what.max_parallel} at a time:`,
        ...what.items.flatMap(({ id, value, do: each }) => [`  ${id} (${clean(value)})`, ...doLines(each)]),
      ];
  }
}

function probeLines({ probes, challenge }: Action, values: Readonly<Record<string, string>>): string[] {
  const blind = blindProbes({ challenge });
  return Object.entries(probes).map(([id, { title, expect }]) => {
    const value = blind.has(id)
      ? 'blind: somebody is asked for it'
      : values[id] === undefined
        ? 'not measured yet'
        : quoted(values[id]);
    return `  ${id}: ${clean(title)}: ${value}${expect === null ? '' : `, expected ${clean(expect)}`}`;
  });
}

/** What surrounds the command and bounds it. */
function boundLines(action: Action): string[] {
  const { count, delay } = action.retries;
  return [
    ...(action.cwd === '.' ? [] : [`  in the folder ${clean(action.cwd)}`]),
    ...Object.entries(action.env).map(([name, value]) => `  with ${name}=${quoted(value)}`),
    ...(action.secrets.length > 0 ? [`  with the secrets ${action.secrets.map(clean).join(', ')}`] : []),
    ...Object.entries(action.programs).map(([path, digest]) => `  ${clean(path)} is ${digest}`),
    ...(count > 0 ? [`  tried again up to ${count} times, ${lasting(delay)} apart`] : []),
    ...(action.timeout === null ? [] : [`  stopped after ${lasting(action.timeout)}`]),
    ...(action.limit
      ? [
          `  stopped when ${action.limit.field} is more than ${action.limit.within} above the probe ${action.limit.probe}`,
        ]
      : []),
    ...(action.outputs.length > 0 ? [`  gives ${action.outputs.join(', ')} to later steps`] : []),
  ];
}

function undoLines({ undo }: Action): string[] {
  if (!undo) return [];
  const takes = undo.takes === null ? '' : ` (takes ${lasting(undo.takes)})`;
  const from = undo.from === null ? '' : `, from the backup of ${undo.from}`;
  const reason = undo.reason === null ? '' : `: ${clean(undo.reason)}`;
  return [`  way back${takes}${from}${reason}`, ...doLines(undo.do)];
}

/** The parts of a step that a reviewer judges, as they are rendered or armed. `values` are those at hand. */
export function stepText(
  step: Step,
  { do: what, target, action }: Rendered,
  values: Readonly<Record<string, string>>,
  agent: string | null,
): string[] {
  const probes = probeLines(action, values);
  const checks = Object.entries(action.verify).map(
    ([id, { title, run, expect }]) => `  ${id}: ${clean(title)}: ${argvText(run)}, expected ${clean(expect)}`,
  );
  return [
    ...(step.deviation ? ['INSERTED during this run by a deviation; the approved runbook does not have it'] : []),
    'What runs',
    ...doLines(what),
    ...boundLines(action),
    'Where',
    `  target ${step.target}, agent ${clean(target.agent)}${agent === null ? '' : ` (${agent})`}, in a read-only copy of the runbook folder`,
    'What cannot be undone',
    step.irreversible
      ? '  Once it has started, this step itself cannot be undone.'
      : '  The runbook does not call this step irreversible.',
    ...keyLines(action),
    ...(step.no_backup === null ? [] : [`  no backup: ${clean(step.no_backup)}`]),
    ...(action.while.length > 0 ? [`  starts only while the clock ${action.while.join(', ')} runs`] : []),
    ...undoLines(action),
    ...(probes.length > 0 ? ['Facts, measured when armed and again before the start', ...probes] : []),
    ...(checks.length > 0 ? ['Checked afterwards', ...checks] : []),
  ];
}

/** By which keys the confirmations of a live run must be. */
function keyLines({ keys }: Action): string[] {
  const text = keysText(keys);
  return text === '' ? [] : [`  of a live run’s confirmations ${text}`];
}

/** The armed step as its statement says; the lines are canonical JSON or the fold would not have taken them. */
const renderedOf = ({ lines, action }: ArmingFacts): Rendered =>
  ({ target: lineJson(lines.target), do: lineJson(lines.do), action }) as Rendered;

export function armedRendering(state: RunState, step: string): Rendered | undefined {
  const facts = factsOf(state, step);
  return facts && renderedOf(facts);
}

const ORDINAL = ['first', 'second', 'third'];

/** “You are the second of three pairs of eyes for LIVE: …” */
export function eyesSentence(facts: Pick<RunFacts, 'mode' | 'solo'>, step: Step, confirmed: number): string {
  const pairs = step.eyes / 2;
  return `You are the ${ORDINAL[confirmed + 1] ?? `${confirmed + 2}th`} of ${pairs === 3 ? 'three' : 'two'} pairs of eyes for ${modeText(facts)}: ${clean(step.title)}`;
}
