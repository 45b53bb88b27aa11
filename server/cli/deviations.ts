/** Deviations from a YAML file, and how they read: what is inserted where, and which inputs change. A near miss is refused, never mended. */
import { existsSync, readFileSync } from 'node:fs';
import type { RunContext } from '../../core/run/context.ts';
import { type Deviation, deviated } from '../../core/run/deviation.ts';
import { turnOf } from '../../core/run/progress.ts';
import type { InputValue } from '../../core/runbook/inputs.ts';
import { render } from '../../core/runbook/render.ts';
import type { StepSource } from '../../core/runbook/schema.ts';
import { readYaml } from '../../core/runbook/yaml.ts';
import { wellShaped } from '../../core/verify/deviation.ts';
import { inputsOfRun, scopeNow } from './armed.ts';
import { deny, must, usage } from './exits.ts';
import type { Folded, Ground } from './fold.ts';
import { problemLine } from './folders.ts';
import { eyesText } from './show.ts';
import { stepText } from './step-text.ts';
import { clean } from './terminal.ts';

const KEYS = ['reason', 'inputs', 'steps'];

/** Reads a file of `reason`, `steps` and `inputs`; its steps stand before the one whose turn it is in `context`. */
export function deviationIn(file: string, context: RunContext, reason: string | undefined): Deviation {
  if (!existsSync(file)) throw usage(`There is no file ${file}.`, 'Name a YAML file of reason, steps and inputs.');
  const { value, problems } = readYaml(readFileSync(file, 'utf8'), file);
  const [first] = problems;
  if (first) throw usage(problemLine('.', first), 'Correct the file; nothing was signed.');
  const source = Object(value) as Partial<Deviation>;
  const stranger = Object.keys(source).find((key) => !KEYS.includes(key));
  if (stranger !== undefined)
    throw usage(`${file} has the unknown key ${clean(stranger)}.`, `Keys: ${KEYS.join(', ')}`);
  const change: Deviation = {
    before: turnOf(context)?.id ?? null,
    inputs: source.inputs ?? null,
    reason: reason ?? source.reason ?? deny('XCK_DEVIATION', { why: 'it does not say why' }),
    steps: source.steps ?? null,
  };
  if (!wellShaped(change, context.runbook))
    throw usage(
      `${file} is no deviation.`,
      'It has reason; steps of the kinds run, shell or manual, at most 20, as a runbook writes them; inputs that the runbook asks for.',
    );
  return change;
}

/** What the deviation changes, as a diff; commands are rendered as they would be armed. */
export function deviationLines(
  folded: Folded,
  ground: Ground,
  context: RunContext,
  { before, inputs, reason, steps }: Deviation,
): string[] {
  const now: Readonly<Record<string, InputValue>> = { ...inputsOfRun(folded, ground), ...context.changed };
  return [
    `Because: ${clean(reason)}`,
    ...Object.entries(inputs ?? {}).flatMap(([name, value]) => [
      `  - input ${name} = ${clean(String(now[name]))}`,
      `  + input ${name} = ${clean(String(value))}`,
    ]),
    ...((steps ?? []).length > 0 ? [`Inserted before ${before ?? 'the end'}; each is critical and cross-checked`] : []),
    ...insertedLines(folded, ground, context, { before, inputs, reason, steps }),
  ];
}

function insertedLines(folded: Folded, ground: Ground, context: RunContext, change: Deviation): string[] {
  const after = must(deviated(context, change));
  return (change.steps ?? []).flatMap((source: StepSource) => {
    const step = after.runbook.steps.find(({ id }) => id === source.id);
    if (!step) return [];
    const scope = scopeNow(folded, ground, step.id);
    const rendered = must(render(after.runbook, step.id, { ...scope, inputs: { ...scope.inputs, ...change.inputs } }));
    return [
      `  + ${step.id}: ${clean(step.title)} (${step.eyes} eyes: ${eyesText(step)})`,
      ...stepText(step, rendered, {}, null).map((line) => `  +   ${line}`),
    ];
  });
}
