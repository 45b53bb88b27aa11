/** What a rehearsal changes of a step, and whether it changes enough of it to be let run. */
import type { Runbook, Step, UseSpec } from './runbook.ts';
import { readsIn } from './templates.ts';

/** The step and the targets as a run of this mode has them. */
export function withRehearsal(
  runbook: Pick<Runbook, 'rehearsal' | 'targets'>,
  step: Step,
  mode: string,
): { readonly step: Step; readonly targets: Runbook['targets'] } {
  const { rehearsal, targets } = runbook;
  if (mode !== 'rehearsal') return { step, targets };
  const own = rehearsal && Object.hasOwn(rehearsal.steps, step.id) ? rehearsal.steps[step.id] : undefined;
  const undo = step.undo && { ...step.undo, step: withRehearsal(runbook, step.undo.step, mode).step };
  const secrets = step.rehearse === 'as_is' ? [] : step.secrets;
  return {
    step: { ...step, ...(own && actionOf(own)), secrets, undo },
    targets: { ...targets, ...rehearsal?.targets },
  };
}

const actionOf = (own: { readonly run: readonly string[] } | { readonly shell: string }) =>
  'shell' in own
    ? { kind: 'shell' as const, run: [], shell: own.shell, backup: null }
    : { kind: 'run' as const, run: own.run, shell: null, backup: null };

/** What lets a step run in a rehearsal: something of it is replaced, or it says that nothing has to be. */
export function covered(
  { rehearsal }: Pick<Runbook, 'rehearsal'>,
  step: Step,
): 'target' | 'action' | 'input' | 'as_is' | null {
  const { targets = {}, steps = {}, inputs = {} } = rehearsal ?? {};
  if (Object.hasOwn(targets, step.target)) return 'target';
  if (Object.hasOwn(steps, step.id)) return 'action';
  const named = inputsNamed(step.use, [...does(step), ...Object.values(step.env)]);
  if (named.some((name) => Object.hasOwn(inputs, name))) return 'input';
  return step.rehearse;
}

/** The texts of what a step does. */
const does = ({ run, backup, manual, for_each }: Step): readonly string[] => [
  ...run,
  ...(backup ? [...backup.run, backup.artifact.path, ...backup.drill] : []),
  ...(manual ? [manual.text] : []),
  ...(for_each ? [for_each.items].flat() : []),
];

/** The inputs of the outermost runbook that texts depend on, through every `with`. */
function inputsNamed(use: UseSpec | null, texts: readonly string[]): string[] {
  const named = texts.flatMap(readsIn).flatMap(([object, name = '']) => (object === 'inputs' ? [name] : []));
  if (use === null) return named;
  const given = named.map((name) => use.with[name]).filter((value) => typeof value === 'string');
  return inputsNamed(use.within, given);
}
