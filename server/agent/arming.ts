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
import { contextOf } from '../../core/run/state.ts';
import type { Rendered } from '../../core/runbook/runbook.ts';
import { stepOf } from '../../core/runbook/steps.ts';
import type { Cleared } from './clearance.ts';
import type { Measurement } from './measurements.ts';
import { type RenderDeps, renderStep } from './rendering.ts';
import { bodyText, digestOf, type Signer, salted } from './signing.ts';
import { endedClock } from './voiding.ts';

export interface ArmDeps extends RenderDeps {
  readonly agent: string;
  readonly signer: Signer;
  readonly now: () => number;
}

export interface Armed {
  readonly answer: ArmedAnswer;
  readonly nonce: string;
  readonly notAfter: number;
  readonly validFor: number;
}

/** Renders, measures and signs; refuses where a program, a secret or a condition is missing, or a probe does not hold. */
export async function armStep(deps: ArmDeps, cleared: Cleared, stepId: string): Promise<Result<Armed>> {
  const { state, runbook } = cleared;
  const step = stepOf(runbook, stepId);
  if (!step) return fail('XCK_UNKNOWN', { what: 'step', name: stepId });
  const at = deps.now();
  const over = endedClock(cleared, step, at);
  if (over !== undefined) return fail('XCK_CLOCK', { clock: over });
  const done = await renderStep(deps, cleared, stepId);
  if (!done.ok) return done;
  const { rendered, measured } = done.value;
  const nonce = hex(randomBytes(32));
  const signedAt = deps.now();
  const notAfter = Math.floor((signedAt + step.valid_for_ms) / 1000) * 1000;
  const bodies = { action: salted(utf8(jcs(rendered.action))), probes: probeBodies(measured) };
  const attempt = (contextOf(state).attempts[stepId] ?? 0) + 1;
  const parts = { step: stepId, attempt, rendered, bodies, measured, nonce, at: signedAt, notAfter };
  const lines = armedLines(deps, cleared, parts);
  if (statementText('armed', lines).length > STATEMENT_LIMIT - 4096)
    return fail('XCK_STATEMENT', { act: 'armed', why: 'the action is too long to be signed' });
  const probes = Object.entries(bodies.probes).map(([id, body]) => [
    id,
    { body: bodyText(body), ok: measured[id]?.ok ?? null },
  ]);
  const answer = {
    ...deps.signer.statement('armed', lines),
    action: bodyText(bodies.action),
    probes: Object.fromEntries(probes),
  };
  return ok({ answer, nonce, notAfter, validFor: notAfter - signedAt });
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
