/** A step with every expression resolved: what is shown, signed and run. The agent, the CLI and the verifier render alike. */
import { jcs } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { resolve, type Scope } from './expression.ts';
import type { Action, CheckSpec, Do, Rendered, Runbook, Step } from './runbook.ts';

/** Resolves texts until one refuses; the first refusal is the whole answer. */
class Resolver {
  readonly #scope: Scope;
  refused: Result<never> | undefined;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  text = (template: string): string => {
    const done = resolve(template, this.#scope);
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
  const target = step && runbook.targets[step.target];
  if (!step || !target) return fail('XCK_UNKNOWN', { what: 'step', name: stepId });
  const resolver = new Resolver(scope);
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

const AGENT_ENV = ['PATH', 'HOME', 'LANG'];

/** A bare program name may have become an absolute path of that name, and nothing else. */
const sameArgv = (rendered: readonly string[], signed: readonly string[]): boolean => {
  const [program, ...rest] = rendered;
  const [resolved, ...others] = signed;
  const named =
    program === resolved ||
    (program !== undefined &&
      !program.includes('/') &&
      resolved?.startsWith('/') === true &&
      resolved.split('/').at(-1) === program);
  return named && jcs(rest) === jcs(others);
};

const differs = (what: string) => fail('XCK_RENDER', { what });

/** I17: checks that what was signed is what the folder and the inputs render to, but for what only the agent can know. */
export function matchesRendered(rendered: Rendered, signed: Rendered): Result<true> {
  if (jcs(rendered.target) !== jcs(signed.target)) return differs('the target');
  const done = sameDo(rendered.do, signed.do);
  if (!done.ok) return done;
  return sameAction(rendered.action, signed.action);
}

function sameDo(rendered: Do, signed: Do): Result<true> {
  if (rendered.kind === 'run')
    return signed.kind === 'run' && sameArgv(rendered.argv, signed.argv) && exactKeys(rendered, signed)
      ? ok(true)
      : differs('the command');
  if (signed.kind !== 'backup' || !exactKeys(rendered, signed)) return differs('the kind of step');
  if (!sameArgv(rendered.run, signed.run)) return differs('the backup command');
  if (!sameArgv(rendered.drill, signed.drill)) return differs('the drill');
  return jcs(rendered.artifact) === jcs(signed.artifact) ? ok(true) : differs('the artifact');
}

const exactKeys = (a: object, b: object): boolean => jcs(Object.keys(a).sort()) === jcs(Object.keys(b).sort());

/** Replaces the parts that an agent fills in by what was rendered, where they fit; then the rest must be equal to the byte. */
function sameAction(rendered: Action, signed: Action): Result<true> {
  if (!exactKeys(rendered, signed)) return differs('the parts of the action');
  const wrong = argvOf(rendered).find(([name, argv], index) => {
    const [other, signedArgv] = argvOf(signed)[index] ?? [];
    return other !== name || signedArgv === undefined || !sameArgv(argv, signedArgv);
  });
  if (wrong) return differs(wrong[0]);
  const added = Object.keys(signed.env).filter((name) => !Object.hasOwn(rendered.env, name));
  if (added.some((name) => !AGENT_ENV.includes(name))) return differs('the environment');
  const env = Object.fromEntries(Object.entries(signed.env).filter(([name]) => Object.hasOwn(rendered.env, name)));
  for (const key of Object.keys(rendered) as (keyof Action)[]) {
    if (key === 'programs') continue;
    const [a, b] = key === 'env' ? [rendered.env, env] : [withoutArgv(rendered[key]), withoutArgv(signed[key])];
    if (jcs(a) !== jcs(b)) return differs(`“${key}”`);
  }
  return ok(true);
}

/** Every argv of an action by a name that a person understands, sorted by that name. */
function argvOf(action: Action): (readonly [string, readonly string[]])[] {
  const probes = Object.entries(action.probes).flatMap(([id, { run }]) => (run ? [[`probe ${id}`, run] as const] : []));
  const checks = Object.entries(action.verify).map(([id, { run }]) => [`verify ${id}`, run] as const);
  const undo = action.undo ? [['the undo command', action.undo.run] as const] : [];
  return [...probes, ...checks, ...undo].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The same value with every `run` argv's program blanked; the programs were compared before. */
function withoutArgv(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutArgv);
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).map(([key, part]) => [
    key,
    key === 'run' && Array.isArray(part) ? part.slice(1) : withoutArgv(part),
  ]);
  return Object.fromEntries(parts);
}
