/** Rules of the kinds: a step has exactly one, and no key that its kind would not obey. */
import type { StepSource } from '../schema.ts';
import { askedRule, polledRule } from './crew.ts';
import type { Report, StepSubject, UseSubject } from './subject.ts';

const KINDS = ['run', 'shell', 'manual', 'wait', 'backup', 'gate', 'parallel', 'for_each', 'use'] as const;
type Kind = (typeof KINDS)[number];
type Key = keyof StepSource;

const WHOLE: readonly Key[] = ['target', 'env', 'secrets', 'while', 'on_failure', 'rehearse'];
const CHECKED: readonly Key[] = ['critical', 'cross_check', 'probes'];
const LASTING: readonly Key[] = ['irreversible', 'no_backup', 'undo'];
const TRIES: readonly Key[] = ['retries', 'retry_delay', 'idempotent', 'progress', 'limit'];
const COMMAND: readonly Key[] = [...WHOLE, ...CHECKED, ...LASTING, ...TRIES, 'timeout', 'outputs', 'verify'];

/** The keys that a kind obeys, beside id, title and when. */
const OBEYED: Readonly<Record<Kind, readonly Key[]>> = {
  run: COMMAND,
  shell: COMMAND,
  backup: [...WHOLE, ...CHECKED, 'timeout', 'outputs', 'verify'],
  manual: [...WHOLE, ...CHECKED, ...LASTING, 'timeout', 'verify'],
  wait: WHOLE,
  gate: [],
  parallel: [],
  for_each: [...WHOLE, ...CHECKED, ...LASTING, 'step'],
  use: ['with'],
};
/** Kinds that a child of `parallel` may have, and what it must not say. */
const CHILD: readonly Kind[] = ['run', 'shell', 'manual', 'wait', 'backup'];

const listed = (names: readonly string[]): string =>
  `${names
    .slice(0, -1)
    .map((name) => `“${name}:”`)
    .join(', ')} or “${names.at(-1)}:”`;

const kindsOf = (written: Partial<StepSource>): Kind[] => KINDS.filter((kind) => written[kind] !== undefined);

export function kindRules(subject: StepSubject): void {
  const { step, written, path, is, report, runbook } = subject;
  const [kind, second] = kindsOf(written);
  if (is === 'undo') {
    commandRule(report, written, path, `The undo of “${step.id.replace(/-undo$/, '')}”`);
    return;
  }
  if (!kind) report(path, 'kind', `Step “${step.id}” does nothing.`, `Add ${listed(is === 'child' ? CHILD : KINDS)}.`);
  if (kind && second)
    report([...path, second], 'kind', `Step “${step.id}” has two kinds.`, `Keep “${kind}:” or “${second}:”.`, 'key');
  if (!kind || second) return;
  if (is === 'child') childRules(subject, kind);
  for (const key of Object.keys(written) as Key[])
    if (key !== kind && !OBEYED[kind].includes(key) && !['id', 'title', 'when'].includes(key))
      report([...path, key], 'fit', `“${key}” does nothing in a step of the kind “${kind}”.`, mendOf(kind, key), 'key');
  if (kind === 'for_each' && !written.step)
    report(path, 'kind', `Step “${step.id}” does not say what each item runs.`, 'Add “step: {run: [program]}”.');
  if (written.step && kind === 'for_each')
    commandRule(report, written.step, [...path, 'step'], `Each item of “${step.id}”`);
  if (step.gate) polledRule(runbook, [...path, 'gate', 'of'], step.gate, report);
  if (step.manual) {
    const by = typeof written.manual === 'object' ? ['manual', 'by'] : ['manual'];
    askedRule(runbook, [...path, ...by], step.manual.by, report);
  }
}

function mendOf(kind: Kind, key: Key): string {
  if (kind === 'for_each' && COMMAND.includes(key) && key !== 'outputs') return 'Write it below “step:”.';
  if (kind === 'wait' && key === 'probes') return 'Write it below “wait:”.';
  if (kind === 'parallel') return 'Write it in the steps below, or remove it.';
  if (key === 'step') return 'It belongs to “for_each:”.';
  return key === 'with' ? 'It belongs to “use:”.' : 'Remove it; it would not be obeyed.';
}

/** An undo and what each item runs are a `run` or a `shell`. */
function commandRule(
  report: Report,
  written: Pick<StepSource, 'run' | 'shell'>,
  path: readonly (string | number)[],
  what: string,
): void {
  if (!written.run && written.shell === undefined)
    report(path, 'kind', `${what} does nothing.`, 'Add “run:” or “shell:”.', 'key');
  if (written.run && written.shell !== undefined)
    report([...path, 'shell'], 'kind', `${what} has two kinds.`, 'Keep “run:” or “shell:”.', 'key');
}

function childRules({ step, written, path, report }: StepSubject, kind: Kind): void {
  if (!CHILD.includes(kind))
    report([...path, kind], 'parallel', `“${kind}:” cannot stand in “parallel:”.`, `Use ${listed(CHILD)}.`, 'key');
  if (step.critical)
    report(
      [...path, 'critical'],
      'parallel',
      'A critical step cannot stand in “parallel:”; people confirm one thing at a time.',
      'Put it before or after.',
      'key',
    );
  for (const key of ['when', 'outputs'] as const)
    if (written[key] !== undefined)
      report(
        [...path, key],
        'parallel',
        `“${key}” cannot stand in “parallel:”.`,
        'Put the step before or after.',
        'key',
      );
}

/** A used runbook stands as it is. */
export function useKeysRule({ written, path, report }: UseSubject): void {
  const [second] = kindsOf(written).filter((kind) => kind !== 'use');
  if (second) {
    const message = `Step “${written.id}” has two kinds.`;
    report([...path, second], 'kind', message, `Keep “use:” or “${second}:”.`, 'key');
    return;
  }
  for (const key of Object.keys(written).filter((name) => !['id', 'title', 'use', 'with'].includes(name)))
    report(
      [...path, key],
      'fit',
      `“${key}” does nothing here: the steps of “${written.use}” stand as they are.`,
      'Remove it, or write it there.',
      'key',
    );
}
