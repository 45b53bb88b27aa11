/** Call out: the agent renders the step from the folder itself, measures its probes and signs `armed`. It takes no policy from the server. */
import { randomBytes } from 'node:crypto';
import { STATEMENT_LIMIT, statementText, statementTime } from '../../core/approval/statement.ts';
import { hex, utf8 } from '../../core/bytes/encoding.ts';
import { asciiJcs, jcs } from '../../core/bytes/jcs.ts';
import { fail } from '../../core/errors.ts';
import type { Lines } from '../../core/log/acts.ts';
import type { Body } from '../../core/log/entry.ts';
import type { ArmedAnswer } from '../../core/protocol/agent.ts';
import { ok, type Result } from '../../core/result.ts';
import { stepOf } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import { render } from '../../core/runbook/render.ts';
import type { Action, Do, Rendered } from '../../core/runbook/runbook.ts';
import type { Cleared } from './clearance.ts';
import { type Measurement, measureAll } from './measurements.ts';
import { resolveProgram } from './programs.ts';
import { bodyText, digestOf, type Signer, salted } from './signing.ts';

export interface ArmDeps {
  readonly agent: string;
  readonly signer: Signer;
  /** `${{ run.data }}`: where data and artifacts lie. */
  readonly data: string;
  /** The environment that every command gets beside the declared one. */
  readonly env: { readonly PATH: string; readonly HOME: string; readonly LANG: string };
  readonly now: () => number;
}

export interface Armed {
  readonly answer: ArmedAnswer;
  readonly nonce: string;
  readonly notAfter: number;
  readonly validFor: number;
}

/** Renders, resolves programs, measures and signs; refuses where a program is missing or a probe does not hold. */
export async function armStep(deps: ArmDeps, cleared: Cleared, stepId: string): Promise<Result<Armed>> {
  const { state, runbook, cwd } = cleared;
  const step = stepOf(runbook, stepId);
  const rendered = renderStep(deps, cleared, stepId);
  if (!step) return fail('XCK_UNKNOWN', { what: 'step', name: stepId });
  if (!rendered.ok) return rendered;
  const action = rendered.value.action;
  const measured = await measureAll(action, { cwd, env: action.env });
  if (!measured.ok) return measured;
  const wrong = Object.entries(measured.value).find(([, one]) => one.ok === false);
  if (wrong)
    return fail('XCK_PROBE', { probe: `“${action.probes[wrong[0]]?.title}”`, why: 'its expectation is not met' });
  const at = deps.now();
  const nonce = hex(randomBytes(32));
  const notAfter = Math.floor((at + step.valid_for_ms) / 1000) * 1000;
  const bodies = { action: salted(utf8(jcs(action))), probes: probeBodies(measured.value) };
  const attempt = (contextOf(state).attempts[stepId] ?? 0) + 1;
  const lines = armedLines(deps, cleared, {
    step: stepId,
    attempt,
    rendered: rendered.value,
    bodies,
    measured: measured.value,
    nonce,
    at,
    notAfter,
  });
  if (statementText('armed', lines).length > STATEMENT_LIMIT - 4096)
    return fail('XCK_STATEMENT', { act: 'armed', why: 'the action is too long to be signed' });
  const probes = Object.entries(bodies.probes).map(([id, body]) => [
    id,
    { body: bodyText(body), ok: measured.value[id]?.ok ?? null },
  ]);
  const answer = {
    ...deps.signer.statement('armed', lines),
    action: bodyText(bodies.action),
    probes: Object.fromEntries(probes),
  };
  return ok({ answer, nonce, notAfter, validFor: notAfter - at });
}

/** A value is a JCS string after trimming ASCII space; step-log.md, *Settled details*. */
export const probeBodies = (measured: Readonly<Record<string, Measurement>>): Record<string, Body> =>
  Object.fromEntries(Object.entries(measured).map(([id, { value }]) => [id, salted(utf8(jcs(value)))]));

interface ArmedParts {
  readonly step: string;
  readonly attempt: number;
  readonly rendered: Rendered;
  readonly bodies: { readonly action: Body; readonly probes: Readonly<Record<string, Body>> };
  readonly measured: Readonly<Record<string, Measurement>>;
  readonly nonce: string;
  readonly at: number;
  readonly notAfter: number;
}

function armedLines(deps: ArmDeps, { state }: Cleared, parts: ArmedParts): Lines<'armed'> {
  const { facts } = state;
  const probes = Object.entries(parts.bodies.probes).map(([id, body]) => [
    id,
    { digest: digestOf(body), ok: parts.measured[id]?.ok ?? null },
  ]);
  return {
    origin: facts.origin,
    mode: facts.mode,
    run: facts.run,
    runbook: facts.runbook,
    step: parts.step,
    attempt: String(parts.attempt),
    agent: deps.agent,
    target: asciiJcs(parts.rendered.target),
    do: asciiJcs(parts.rendered.do),
    action: digestOf(parts.bodies.action),
    probes: asciiJcs(Object.fromEntries(probes)),
    roster: facts.roster,
    nonce: parts.nonce,
    at: statementTime(parts.at),
    'not-after': statementTime(parts.notAfter),
  };
}

/** What core renders, with absolute programs, their digests where they lie outside the system's folders, and the agent's environment. */
export function renderStep(deps: ArmDeps, { state, runbook, cwd, inputs }: Cleared, stepId: string): Result<Rendered> {
  const { facts } = state;
  const run = { id: facts.run, mode: facts.mode, started_at_ms: facts.openedAt, data: deps.data };
  const rendered = render(runbook, stepId, { inputs, run });
  if (!rendered.ok) return rendered;
  const { action } = rendered.value;
  const env = { ...deps.env, ...action.env };
  const programs: Record<string, string> = {};
  let refused: Result<never> | undefined;
  const absolute = (argv: readonly string[]): string[] => {
    const found = resolveProgram(argv[0] ?? '', env.PATH, cwd);
    if (!found.ok) {
      refused ??= found;
      return [...argv];
    }
    if (found.value.digest !== null) programs[found.value.path] = found.value.digest;
    return [found.value.path, ...argv.slice(1)];
  };
  const done: Rendered = {
    target: rendered.value.target,
    do: withPrograms(rendered.value.do, absolute),
    action: { ...actionPrograms(action, absolute), env, programs },
  };
  return refused ?? ok(done);
}

function withPrograms(what: Do, absolute: (argv: readonly string[]) => string[]): Do {
  return what.kind === 'run'
    ? { ...what, argv: absolute(what.argv) }
    : { ...what, run: absolute(what.run), drill: absolute(what.drill) };
}

function actionPrograms(action: Action, absolute: (argv: readonly string[]) => string[]): Action {
  const probes = Object.entries(action.probes).map(([id, probe]) => [
    id,
    { ...probe, run: probe.run && absolute(probe.run) },
  ]);
  const verify = Object.entries(action.verify).map(([id, check]) => [id, { ...check, run: absolute(check.run) }]);
  const undo = action.undo && { ...action.undo, run: absolute(action.undo.run) };
  return { ...action, probes: Object.fromEntries(probes), verify: Object.fromEntries(verify), undo };
}
