/** Rules of secrets: each is declared, comes by the environment alone, and is taken for a value nowhere else. */
import { didYouMean } from '../nearest.ts';
import type { Path } from '../problem.ts';
import { repeated, type StepSubject, type Subject } from './subject.ts';

export function secretRules({ runbook, step, written, path, report }: StepSubject): void {
  const declared = Object.keys(runbook.secrets);
  const own = written.secrets ?? [];
  for (const [index, name] of own.entries()) {
    const at = [...path, 'secrets', index];
    if (!declared.includes(name)) report(at, 'secret', `Unknown secret “${name}”.`, didYouMean(name, declared));
    else if (Object.hasOwn(step.env, name))
      report(at, 'secret', `“${name}” is a variable of “env:” too.`, 'Remove it there; the value lives at the agent.');
  }
  for (const [index, name] of repeated(own))
    report([...path, 'secrets', index], 'secret', `The secret “${name}” stands twice.`, 'Name each secret once.');
}

/** What is no shell resolves no variable, and an argv is on every screen. */
export function secretInArgvRule({ runbook, report }: Subject, at: Path, argument: string): void {
  const named = Object.keys(runbook.secrets).find((name) => new RegExp(`\\$\\{?${name}\\b`).test(argument));
  if (named !== undefined)
    report(
      at,
      'secret',
      `The secret “${named}” cannot stand in an argument.`,
      'Let the program take it from its environment.',
    );
}
