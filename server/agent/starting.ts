/**
 * T-0: from a clearance to a started command, in the order that makes a start provable: verify → measure → journal the
 * intent → `step.started` as the commit point → verify its inclusion → claim and run. Whatever is unclear stops.
 */
import { statementTime } from '../../core/approval/statement.ts';
import { base64, fromBase64, utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { asciiJcs } from '../../core/bytes/jcs.ts';
import { fail } from '../../core/errors.ts';
import type { Body } from '../../core/log/entry.ts';
import { leafHash, verifyInclusion } from '../../core/log/merkle.ts';
import type { AgentCalls, AgentCommand, Grown } from '../../core/protocol/agent.ts';
import { ok, type Result } from '../../core/result.ts';
import { stepOf } from '../../core/run/context.ts';
import { ready } from '../../core/run/rules.ts';
import { contextOf, headRef, type RunState } from '../../core/run/state.ts';
import { type ArmDeps, probeBodies } from './arming.ts';
import type { Peer } from './calls.ts';
import type { Cleared, Verifier } from './clearance.ts';
import { driftedProbe, measureAll } from './measurements.ts';
import { bodyText, digestOf } from './signing.ts';

/** A measurement older than this is no measurement any more. */
const FRESH_MS = 5000;
/** How long an unanswered append may stay unknown before the start is off (runbook.md, *The commit point*). */
const KNOWN_WITHIN_MS = 10_000;
const TRIES = 5;

export interface StartDeps extends ArmDeps {
  readonly verifier: Verifier;
  readonly calls: () => Peer<AgentCalls>;
  /** Resolves when the server can be asked again. */
  readonly connected: () => Promise<void>;
  /** Milliseconds of a clock that nobody can set. */
  readonly monotonic: () => number;
  /** Writes the intent durably; refuses a nonce that is not issued, is spent, or is past its time. */
  readonly intend: (nonce: string, what: { run: string; step: string; attempt: number }) => Result<true>;
}

export interface StartedStep {
  readonly nonce: string;
  /** `<rseq> <sha256>` of step.started. */
  readonly ref: string;
  readonly cleared: Cleared;
}

const off = (why: string) => fail('XCK_CLEARANCE', { why });

/** The open arming must be this agent's own, with its quorum complete and everyone present, by the agent's own replay. */
function mayStart(deps: StartDeps, state: RunState, nonce: string): Result<true> {
  const context = contextOf(state);
  const { arming } = context;
  if (!arming || !state.arming || arming.nonce !== nonce || arming.agent !== deps.agent)
    return off('this nonce is not the arming that is open');
  if (arming.started !== null) return off('it has started already');
  const step = stepOf(context.runbook, arming.step);
  if (step?.eyes !== 2 && arming.keyed === null) return off('the key is not turned');
  return ready(context);
}

/** Carries a clearance to the commit point. The result is the started step, or why it is off; a void is told to the server. */
export async function startStep(deps: StartDeps, first: Cleared, nonce: string): Promise<Result<StartedStep>> {
  const allowed = mayStart(deps, first.state, nonce);
  if (!allowed.ok) return allowed;
  const { arming } = first.state;
  if (!arming) return off('nothing is armed');
  const measured = await measureAll(arming.action, { cwd: first.cwd, env: arming.action.env });
  const at = deps.monotonic();
  if (!measured.ok) return voided(deps, first, nonce, 'probe', null, {});
  const drift = driftedProbe(arming.action, arming.values, measured.value);
  const probes = probeBodies(measured.value);
  if (drift !== undefined) return voided(deps, first, nonce, 'drift', drift, probes);
  const context = contextOf(first.state);
  const { step, attempt } = context.arming ?? { step: '', attempt: 0 };
  const intended = deps.intend(nonce, { run: first.state.facts.run, step, attempt });
  if (!intended.ok) return intended;
  return append(deps, first, nonce, probes, at);
}

/** Appends `step.started`; when another entry came first it verifies what came in between and signs anew over the new head. */
async function append(
  deps: StartDeps,
  first: Cleared,
  nonce: string,
  probes: Readonly<Record<string, Body>>,
  measuredAt: number,
): Promise<Result<StartedStep>> {
  let cleared = first;
  for (let tries = 0; tries < TRIES; tries++) {
    if (deps.monotonic() - measuredAt > FRESH_MS) return off('the measurement is too old');
    const { run } = cleared.state.facts;
    const answer = await deps.calls().call('submit', { run, command: startedCommand(deps, cleared, nonce, probes) });
    if (answer.ok) return included(deps, cleared, nonce, answer.value);
    if (answer.refusal.code === 'XCK_NO_AGENT') return askUntilKnown(deps, cleared, nonce, measuredAt);
    if (answer.refusal.code !== 'XCK_MOVED') return answer;
    const again = await deps.calls().call('clearance', { run });
    const next = again.ok ? await deps.verifier.clear(again.value.clearance) : again;
    if (!next.ok) return next;
    const allowed = mayStart(deps, next.value.state, nonce);
    if (!allowed.ok) return allowed;
    cleared = next.value;
  }
  return off('other entries came first too often');
}

function startedCommand(
  deps: StartDeps,
  { state, checkpoint }: Cleared,
  nonce: string,
  probes: Readonly<Record<string, Body>>,
): AgentCommand {
  const { facts } = state;
  const arming = contextOf(state).arming;
  const signed = deps.signer.statement('started', {
    origin: facts.origin,
    mode: facts.mode,
    run: facts.run,
    step: arming?.step ?? '',
    attempt: String(arming?.attempt ?? 0),
    armed: arming?.ref ?? '',
    key: arming?.keyed ?? 'none',
    after: headRef(state),
    agent: deps.agent,
    probes: asciiJcs(Object.fromEntries(Object.entries(probes).map(([id, body]) => [id, digestOf(body)]))),
    roster: facts.roster,
    tree: `${checkpoint.size} ${base64(checkpoint.root)}`,
    nonce,
    at: statementTime(deps.now()),
  });
  return {
    type: 'started',
    ...signed,
    probes: Object.fromEntries(Object.entries(probes).map(([id, body]) => [id, bodyText(body)])),
  };
}

interface Appended {
  readonly entry: string;
  readonly grown: Grown;
  readonly proof: readonly string[];
}

/** Only an entry that is proved to stand in the log lets the command run. */
async function included(
  deps: StartDeps,
  cleared: Cleared,
  nonce: string,
  appended: Appended,
): Promise<Result<StartedStep>> {
  const bytes = utf8(appended.entry);
  const entry = parse(appended.entry);
  const arming = contextOf(cleared.state).arming;
  const own = entry?.type === 'step.started' && entry.armed === arming?.ref && entry.actor === deps.agent;
  if (!own || typeof entry.seq !== 'number') return off('the server answered with another entry');
  const checkpoint = await deps.verifier.checkpoint(appended.grown);
  if (!checkpoint.ok) return checkpoint;
  const { size, root } = checkpoint.value;
  const proof = appended.proof.map((hash) => fromBase64(hash) ?? new Uint8Array());
  if (!verifyInclusion(entry.seq, size, leafHash(bytes), proof, root))
    return off('the start is not proved to stand in the log');
  return ok({ nonce, ref: `${entry.rseq} ${digest(bytes)}`, cleared });
}

function parse(
  text: string,
): { type?: string; armed?: string; actor?: string; seq?: number; rseq?: number } | undefined {
  try {
    return JSON.parse(text) as { type?: string };
  } catch {
    return undefined;
  }
}

/** An append that nobody answered is asked for by its nonce until it is known; it is never assumed. */
async function askUntilKnown(
  deps: StartDeps,
  cleared: Cleared,
  nonce: string,
  measuredAt: number,
): Promise<Result<StartedStep>> {
  for (;;) {
    await deps.connected();
    const answer = await deps.calls().call('ask', { run: cleared.state.facts.run, nonce });
    if (!answer.ok) continue;
    if (answer.value.entry === null) return off('the start never reached the log');
    if (deps.monotonic() - measuredAt > KNOWN_WITHIN_MS) return fail('XCK_LATE', {});
    return included(deps, cleared, nonce, { ...answer.value, entry: answer.value.entry });
  }
}

async function voided(
  deps: StartDeps,
  { state }: Cleared,
  nonce: string,
  reason: 'drift' | 'probe',
  probe: string | null,
  probes: Readonly<Record<string, Body>>,
): Promise<Result<StartedStep>> {
  const texts = Object.fromEntries(Object.entries(probes).map(([id, body]) => [id, bodyText(body)]));
  const told = await deps
    .calls()
    .call('submit', { run: state.facts.run, command: { type: 'void', nonce, reason, probe, probes: texts } });
  const title = probe === null ? 'one of them' : `“${state.arming?.action.probes[probe]?.title ?? probe}”`;
  return told.ok ? fail('XCK_PROBE', { probe: title, why: 'it drifted before the start' }) : told;
}
