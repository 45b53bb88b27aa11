/** A step as the agent will run it: on a target of the run's mode, with its secrets at hand, its probes measured and every expression resolved. */
import { join } from 'node:path';
import { fail } from '../../core/errors.ts';
import { ok, type Result } from '../../core/result.ts';
import { contextOf } from '../../core/run/state.ts';
import { placeOf } from '../../core/runbook/place.ts';
import { render, renderProbes, renderSurroundings, type Scope, whenHolds } from '../../core/runbook/render.ts';
import type { Rendered } from '../../core/runbook/runbook.ts';
import { scopeOf } from '../../core/verify/armed.ts';
import { absolute, absoluteProbes } from './absolute.ts';
import type { Cleared } from './clearance.ts';
import { whereOf } from './command.ts';
import { type Measurement, measureAll } from './measurements.ts';
import { readSecrets, type Secrets } from './secrets.ts';
import type { Target, Targets } from './targets.ts';

export interface RenderDeps {
  readonly targets: Targets;
  /** Where the secret files of both modes lie. */
  readonly secrets: string;
  /** PATH of every command. */
  readonly path: string;
}

export interface Measured {
  readonly rendered: Rendered;
  readonly measured: Readonly<Record<string, Measurement>>;
}

/** Measures the probes first, for a step may name what they say; refuses where one of them does not hold. */
export async function renderStep(deps: RenderDeps, cleared: Cleared, stepId: string): Promise<Result<Measured>> {
  const target = targetOf(deps, cleared, stepId);
  if (!target.ok) return target;
  const scope = scopeIn(cleared, stepId, target.value.data);
  const due = whenHolds(cleared.runbook, stepId, scope);
  if (!due.ok) return due;
  if (!due.value) return fail('XCK_NOT_NOW', { what: 'An arming', why: 'the condition of this step is not true' });
  const measured = await measureStep(deps, cleared, stepId, scope);
  if (!measured.ok) return measured;
  const values = Object.fromEntries(Object.entries(measured.value).map(([id, { value }]) => [id, value]));
  const rendered = render(cleared.runbook, stepId, { ...scope, probes: values });
  if (!rendered.ok) return rendered;
  const env = environment(deps, target.value, rendered.value.action.env);
  const full = absolute(rendered.value, env.PATH, join(cleared.cwd, rendered.value.action.cwd));
  if (!full.ok) return full;
  const { action } = full.value;
  const limited = action.limit && measured.value[action.limit.probe];
  if (limited && !/^-?\d+(\.\d+)?$/.test(limited.value))
    return fail('XCK_PROBE', {
      probe: `“${action.probes[action.limit?.probe ?? '']?.title}”`,
      why: 'it says no number, and a limit needs one',
    });
  return ok({ rendered: { ...full.value, action: { ...action, env } }, measured: measured.value });
}

/** The target of the step, which must be of the run's mode; only what a rehearsal may run as it is, without secrets, may look at a live one. */
function targetOf({ targets }: RenderDeps, cleared: Cleared, stepId: string): Result<Target> {
  const { mode } = cleared.state.facts;
  const place = placeOf(cleared.runbook, stepId, scopeIn(cleared, stepId, ''));
  if (!place.ok) return place;
  const name = place.value.target.agent;
  const target = targets(name);
  if (!target) return fail('XCK_UNKNOWN', { what: 'target of this agent', name });
  const asItIs = mode === 'rehearsal' && place.value.step.rehearse === 'as_is';
  return target.mode === mode || asItIs ? ok(target) : fail('XCK_MODE', { target: name, mode: target.mode });
}

/** What expressions may name before anything is measured. */
const scopeIn = (cleared: Cleared, stepId: string, data: string): Scope =>
  scopeOf(cleared.state, cleared, stepId, { data, probes: {} });

/** What the agent sets beside what the step declares. */
const environment = ({ path }: RenderDeps, { data }: Target, declared: Readonly<Record<string, string>>) => ({
  PATH: path,
  HOME: data,
  LANG: 'C.UTF-8',
  ...declared,
});

async function measureStep(deps: RenderDeps, cleared: Cleared, stepId: string, scope: Scope) {
  const around = renderSurroundings(cleared.runbook, stepId, scope);
  if (!around.ok) return around;
  const probes = renderProbes(cleared.runbook, stepId, scope);
  if (!probes.ok) return probes;
  const secrets = secretsOf(deps, cleared, around.value.secrets);
  if (!secrets.ok) return secrets;
  const target = { mode: cleared.state.facts.mode, data: scope.run.data };
  const env = environment(deps, target, around.value.env);
  const where = whereOf({ ...around.value, env }, cleared.cwd, secrets.value);
  const resolved = absoluteProbes(probes.value, env.PATH, where.cwd);
  if (!resolved.ok) return resolved;
  const measured = await measureAll({ probes: resolved.value }, where);
  if (!measured.ok) return measured;
  const wrong = Object.entries(measured.value).find(([, one]) => one.ok === false);
  return wrong
    ? fail('XCK_PROBE', { probe: `“${probes.value[wrong[0]]?.title}”`, why: 'its expectation is not met' })
    : measured;
}

/** The secrets of these names, of the run's mode. */
export const secretsOf = (
  deps: Pick<RenderDeps, 'secrets'>,
  { state }: Cleared,
  names: readonly string[],
): Result<Secrets> => readSecrets(deps.secrets, state.facts.mode, contextOf(state).runbook.secrets, names);
