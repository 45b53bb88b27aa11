/** A step with every expression resolved: what is shown, signed and run. The agent, the CLI and the verifier render alike. */
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { type Scope, Templates } from './expression.ts';
import type { Action, CheckSpec, Do, Rendered, Runbook, Step } from './runbook.ts';

export { matchesRendered } from './matches.ts';

/** Resolves texts until one refuses; the first refusal is the whole answer. */
class Resolver {
  readonly #templates: Templates;
  readonly #scope: Scope;
  refused: Result<never> | undefined;

  constructor(templates: Templates, scope: Scope) {
    this.#templates = templates;
    this.#scope = scope;
  }

  text = (template: string): string => {
    const done = this.#templates.resolve(template, this.#scope);
    if (done.ok) return done.value;
    this.refused ??= done;
    return '';
  };

  list = (templates: readonly string[]): string[] => templates.map(this.text);

  map = <V, W>(values: Readonly<Record<string, V>>, each: (value: V) => W): Record<string, W> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, each(value)]));
}

/**
 * Returns what the step does with these inputs. `action.programs` is empty and `action.env` lacks PATH, HOME and LANG:
 * the agent adds them; `cwd` is `.`, the agent's read-only copy of the folder. XCK_UNKNOWN, XCK_EXPRESSION.
 */
export function render(runbook: Runbook, stepId: string, scope: Scope): Result<Rendered> {
  const step = runbook.steps.find((one) => one.id === stepId);
  if (!step) return fail('XCK_UNKNOWN', { what: 'step', name: stepId });
  const target = Object.hasOwn(runbook.targets, step.target) ? runbook.targets[step.target] : undefined;
  if (!target) return fail('XCK_UNKNOWN', { what: 'target', name: step.target });
  const resolver = new Resolver(new Templates(runbook.inputs), scope);
  const rendered = {
    target: { agent: target.agent },
    do: doOf(step, resolver),
    action: actionOf(step, resolver, scope),
  };
  return resolver.refused ?? ok(rendered);
}

function doOf(step: Step, { list, text }: Resolver): Do {
  if (!step.backup) return { kind: 'run', argv: list(step.run) };
  const { run, artifact, drill } = step.backup;
  return {
    kind: 'backup',
    run: list(run),
    artifact: { path: text(artifact.path), min_size: artifact.min_size, max_age: artifact.max_age_ms },
    drill: list(drill),
  };
}

function actionOf(step: Step, { list, map, text }: Resolver, scope: Scope): Action {
  const check = ({ title, run, expect }: CheckSpec): CheckSpec => ({ title, run: list(run), expect });
  return {
    by: step.by,
    challenge: step.challenge.map((one) => ({ ...one, hint: one.hint === null ? null : text(one.hint) })),
    cwd: '.',
    data: scope.run.data,
    drift: map(step.probes, (probe) => probe.drift),
    env: map(step.env, text),
    eyes: step.eyes,
    limit: null,
    probes: map(step.probes, ({ title, expect, http, run }) => ({
      title,
      expect,
      http: http && { url: text(http.url) },
      run: run && list(run),
    })),
    programs: {},
    secrets: [],
    timeout: step.timeout_ms,
    undo: step.undo && {
      from: step.undo.from,
      reason: step.undo.reason,
      run: list(step.undo.run),
      takes: step.undo.takes_ms,
    },
    verify: map(step.verify, check),
  };
}
