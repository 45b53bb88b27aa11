/** Rules of what is measured: how, and what the value must be; a blind value must not stand in the runbook either. */
import type { Compiled } from '../cel.ts';
import { expectation, tellsValue } from '../expression.ts';
import type { Path } from '../problem.ts';
import type { ProbeSpec } from '../runbook.ts';
import { isTemplate } from '../templates.ts';
import { commandAt, probesAt, type Report, type StepSubject } from './subject.ts';

export function probeRules(subject: StepSubject): void {
  const { step, report } = subject;
  for (const [id, probe] of Object.entries(step.probes)) oneProbe(subject, id, probe);
  for (const [id, check] of Object.entries(step.verify))
    expected(report, [...commandAt(subject), 'verify', id, 'expect'], check.expect, 'status');
}

function oneProbe(subject: StepSubject, id: string, probe: ProbeSpec): void {
  const { blind, report } = subject;
  const at = [...probesAt(subject), id];
  if ((probe.run === null) === (probe.http === null))
    report(at, 'probe', `Probe “${id}” is measured in one way.`, 'Write one of “run:” and “http:”.', 'key');
  if (probe.drift === 'expect' && probe.expect === null)
    report([...at, 'drift'], 'drift', 'Drift “expect” needs an expectation.', 'Add “expect:”, or use exact.');
  if (probe.expect === null) return;
  const compiled = expected(report, [...at, 'expect'], probe.expect, probe.http ? 'exit_code' : 'status');
  if (compiled && blind.has(id) && tellsValue(compiled))
    report(
      [...at, 'expect'],
      'blind',
      `The expectation tells the value of “${id}”, which a challenge asks for.`,
      'Leave the expectation out; drift is looked for anyway.',
    );
}

/** Reports what is wrong with an expectation; `foreign` is measured only where a fact is measured otherwise. */
function expected(report: Report, path: Path, text: string, foreign: 'status' | 'exit_code'): Compiled | undefined {
  if (isTemplate(text)) {
    report(path, 'expression', '“expect” is an expression as it stands.', 'Leave “${{” and “}}” out.');
    return undefined;
  }
  const checked = expectation(text);
  if ('flaw' in checked)
    report(path, 'expression', `This expectation cannot be used: ${checked.flaw.why}.`, checked.flaw.mend);
  else if (checked.compiled.names.has(foreign))
    report(path, 'expression', `“${foreign}” says nothing here.`, FOREIGN[foreign]);
  return 'flaw' in checked ? undefined : checked.compiled;
}

const FOREIGN = {
  status: 'Use value, stdout or exit_code; status belongs to “http:”.',
  exit_code: 'Use value, stdout or status; exit_code belongs to “run:”.',
} as const;
