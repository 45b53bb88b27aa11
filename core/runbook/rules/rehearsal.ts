/** Rules of rehearsals: what is replaced exists, and every step is replaced in some part or says that it need not be. */
import { checkInput } from '../inputs.ts';
import { didYouMean } from '../nearest.ts';
import type { Path } from '../problem.ts';
import { covered } from '../rehearsal.ts';
import type { Step } from '../runbook.ts';
import { allSteps } from '../steps.ts';
import type { Report, StepSubject, Subject } from './subject.ts';

/** Kinds whose action another command can stand for. */
const REPLACED = ['run', 'shell', 'backup'];

export function rehearsalRules({ source, runbook, report }: Subject): void {
  const { targets = {}, inputs = {}, steps = {} } = source.rehearsal ?? {};
  for (const name of Object.keys(targets))
    if (!Object.hasOwn(runbook.targets, name))
      report(
        ['rehearsal', 'targets', name],
        'target',
        `Unknown target “${name}”.`,
        didYouMean(name, Object.keys(runbook.targets)),
        'key',
      );
  for (const [name, value] of Object.entries(inputs)) {
    const path = ['rehearsal', 'inputs', name];
    const spec = Object.hasOwn(runbook.inputs, name) ? runbook.inputs[name] : undefined;
    const wrong = spec && checkInput(spec, value);
    if (!spec) report(path, 'type', `Unknown input “${name}”.`, didYouMean(name, Object.keys(runbook.inputs)), 'key');
    else if (wrong) report(path, 'type', `This value ${wrong}.`, 'Make it fit the input.');
  }
  for (const [id, written] of Object.entries(steps)) replacementRules(runbook, id, written, report);
}

function replacementRules(
  runbook: Subject['runbook'],
  id: string,
  written: { readonly run?: unknown; readonly shell?: unknown },
  report: Report,
): void {
  const path = ['rehearsal', 'steps', id];
  const all = allSteps(runbook);
  const step = all.find((one) => one.id === id);
  if (!step)
    report(
      path,
      'rehearsal',
      `Unknown step “${id}”.`,
      didYouMean(
        id,
        all.map((one) => one.id),
      ),
      'key',
    );
  else if (!REPLACED.includes(step.kind))
    report(
      path,
      'rehearsal',
      `Step “${id}” runs nothing that could be replaced; it is of the kind “${step.kind}”.`,
      'Remove it; give the step another target, or “rehearse: as_is”.',
      'key',
    );
  if ((written.run === undefined) === (written.shell === undefined))
    report(path, 'kind', `Step “${id}” is replaced by one thing.`, 'Write one of “run:” and “shell:”.', 'key');
}

export function rehearsedRules(subject: StepSubject): void {
  const { runbook, step, written, path, is, report } = subject;
  const at = [...path, 'rehearse'];
  if (is !== 'undo' && written.rehearse !== undefined) {
    if (step.irreversible) report(at, 'rehearsal', 'An irreversible step is never rehearsed as it is.', REPLACE, 'key');
    const by = covered(runbook, step);
    if (!step.irreversible && by !== null && by !== 'as_is')
      report(
        at,
        'rehearsal',
        `“as_is” says that nothing is replaced, but a rehearsal replaces its ${by}.`,
        'Remove this key.',
        'key',
      );
  }
  rehearsableRule(subject, step, path);
}

const REPLACE = 'Give its target, its action or an input of it another value under “rehearsal:”.';

/** Where a runbook has rehearsals, a step that cannot be armed in one keeps them from ever ending. */
export function rehearsableRule({ runbook, report }: Subject, step: Step, path: Path): void {
  if (!runbook.rehearsal || step.kind === 'gate' || step.kind === 'parallel' || covered(runbook, step) !== null) return;
  report(
    path,
    'rehearsal',
    `Nothing of step “${step.id}” is replaced in a rehearsal, so it cannot be armed there.`,
    `${REPLACE.slice(0, -1)}, or add “rehearse: as_is”.`,
    'value',
    'warning',
  );
}
