/**
 * T-0: from a clearance to a started command, in the order that makes a start provable: verify → measure → journal the
 * intent → `step.started` as the commit point → verify its inclusion → claim and run. Whatever is unclear stops.
 */
import { join } from 'node:path';
import { statementTime } from '../../core/approval/statement.ts';
import { base64, fromBase64, utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { asciiJcs } from '../../core/bytes/jcs.ts';
import { fail } from '../../core/errors.ts';
import type { Body } from '../../core/log/entry.ts';
import { leafHash, verifyInclusion } from '../../core/log/merkle.ts';
import type { AgentCalls, AgentCommand, Grown } from '../../core/protocol/agent.ts';
import { ok, type Result } from '../../core/result.ts';
import { type Arming, armingOf } from '../../core/run/context.ts';
import { ready } from '../../core/run/rules.ts';
import { type ArmingFacts, contextOf, factsOf, headRef } from '../../core/run/state.ts';
import type { Rendered } from '../../core/runbook/runbook.ts';
import { stepOf } from '../../core/runbook/steps.ts';
import { sameFiles } from './absolute.ts';
import { type ArmDeps, probeBodies } from './arming.ts';
import type { Peer } from './calls.ts';
import type { Cleared, Verifier } from './clearance.ts';
import { whereOf } from './command.ts';
import type { Start } from './journal.ts';
import { driftedProbe, measureAll } from './measurements.ts';
import { secretsOf } from './rendering.ts';
import type { Secrets } from './secrets.ts';
import { bodyOf, bodyText, digestOf } from './signing.ts';
import { tooLate, voided } from './voiding.ts';

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
  /** Writes the intent durably; refuses a start whose nonce is not issued or past its time, or that is spent. */
  readonly intend: (start: Start, what: { run: string; step: string; attempt: number }) => Result<true>;
}

/** Which start of which step. */
export interface Wanted extends Start {
  readonly step: string;
}

/** A start that stands in the log. */
export interface Begun extends Wanted {
  /** `<rseq> <sha256>` of step.started. */
  readonly ref: string;
  readonly cleared: Cleared;
}

const off = (why: string) => fail('XCK_CLEARANCE', { why });

interface Open {
  readonly arming: Arming;
  readonly facts: ArmingFacts;
}

/** The open arming must be this agent's own, with its quorum complete and everyone present, by the agent's own replay. */
function mayStart(deps: StartDeps, { state }: Cleared, { nonce, step: id, item }: Wanted): Result<Open> {
  const context = contextOf(state);
  const [arming, facts, step] = [armingOf(context, id), factsOf(state, id), stepOf(context.runbook, id)];
  if (!step || !arming || !facts || arming.nonce !== nonce || arming.agent !== deps.agent)
    return off('this nonce is not the arming that is open');
  if (!arming.items.includes(item)) return off('the arming does not cover this item');
  if (arming.starts[item] !== undefined) return off('it has started already');
  if (step.eyes !== 2 && arming.keyed === null) return off('the key is not turned');
  const allowed = ready(context, id);
  return allowed.ok ? ok({ arming, facts }) : allowed;
}

/** What was signed of an arming. */
const signedOf = ({ lines, action }: ArmingFacts) =>
  ({ target: JSON.parse(lines.target), do: JSON.parse(lines.do), action }) as Rendered;

/** Carries a clearance to the commit point. The result is the start, or why it is off; a void is told to the server. */
export async function startStep(
  deps: StartDeps,
  first: Cleared,
  wanted: Wanted,
): Promise<Result<Begun & { readonly secrets: Secrets }>> {
  const open = mayStart(deps, first, wanted);
  if (!open.ok) return open;
  const late = tooLate(first, wanted.step, deps.now());
  if (late !== undefined) return voided(deps, first, wanted, late);
  const { arming, facts } = open.value;
  const files = sameFiles(signedOf(facts), join(first.cwd, facts.action.cwd));
  if (!files.ok) {
    await voided(deps, first, wanted, 'drift');
    return files;
  }
  const secrets = secretsOf(deps, first, facts.action.secrets);
  if (!secrets.ok) return secrets;
  const measured = await measureAll(facts.action, whereOf(facts.action, first.cwd, secrets.value));
  const at = deps.monotonic();
  if (!measured.ok) return voided(deps, first, wanted, 'probe');
  const drift = driftedProbe(facts.action, facts.values, measured.value);
  const probes = probeBodies(measured.value);
  if (drift !== undefined) return voided(deps, first, wanted, 'drift', drift, probes);
  const { run } = first.state.facts;
  const intended = deps.intend(wanted, { run, step: wanted.step, attempt: arming.attempt });
  if (!intended.ok) return intended;
  const begun = await append(deps, first, wanted, probes, at);
  return begun.ok ? ok({ ...begun.value, secrets: secrets.value }) : begun;
}

/** Appends `step.started`; when another entry came first it verifies what came in between and signs anew over the new head. */
async function append(
  deps: StartDeps,
  first: Cleared,
  wanted: Wanted,
  probes: Readonly<Record<string, Body>>,
  measuredAt: number,
): Promise<Result<Begun>> {
  let cleared = first;
  for (let tries = 0; tries < TRIES; tries++) {
    if (deps.monotonic() - measuredAt > FRESH_MS) return off('the measurement is too old');
    const open = mayStart(deps, cleared, wanted);
    if (!open.ok) return open;
    const at = deps.now();
    const late = tooLate(cleared, wanted.step, at);
    if (late !== undefined) return voided(deps, cleared, wanted, late);
    const { run } = cleared.state.facts;
    const command = startedCommand(deps, cleared, wanted, open.value.arming, probes, at);
    const sent = { ...wanted, cleared, statement: digestOf(bodyOf(command.statement)) };
    const answer = await deps.calls().call('submit', { run, command });
    if (answer.ok) return included(deps, sent, answer.value);
    if (answer.refusal.code === 'XCK_NO_AGENT') return askUntilKnown(deps, sent, measuredAt);
    if (answer.refusal.code !== 'XCK_MOVED') return answer;
    const again = await deps.calls().call('clearance', { run });
    const next = again.ok ? await deps.verifier.clear(again.value.clearance) : again;
    if (!next.ok) return next;
    cleared = next.value;
  }
  return off('other entries came first too often');
}

function startedCommand(
  deps: StartDeps,
  { state, checkpoint }: Cleared,
  { step, item }: Wanted,
  arming: Arming,
  probes: Readonly<Record<string, Body>>,
  at: number,
): Extract<AgentCommand, { type: 'started' }> {
  const { facts } = state;
  const signed = deps.signer.statement('started', {
    origin: facts.origin,
    mode: facts.mode,
    run: facts.run,
    step,
    attempt: String(arming.attempt),
    item: item === '' ? 'none' : item,
    armed: arming.ref,
    key: arming.keyed ?? 'none',
    after: headRef(state),
    agent: deps.agent,
    probes: asciiJcs(Object.fromEntries(Object.entries(probes).map(([id, body]) => [id, digestOf(body)]))),
    roster: facts.roster,
    tree: `${checkpoint.size} ${base64(checkpoint.root)}`,
    nonce: arming.nonce,
    at: statementTime(at),
  });
  return { type: 'started', ...signed, probes: texts(probes) };
}

const texts = (probes: Readonly<Record<string, Body>>) =>
  Object.fromEntries(Object.entries(probes).map(([id, body]) => [id, bodyText(body)]));

interface Appended {
  readonly entry: string;
  readonly grown: Grown;
  readonly proof: readonly string[];
}

/** A start that was handed to the server: as it was cleared, and the digest of the statement that was signed. */
interface Sent extends Wanted {
  readonly cleared: Cleared;
  readonly statement: string;
}

/** Only an entry that carries this very statement, right after what it was signed over, and is proved to stand in the log, lets the command run. */
async function included(
  deps: StartDeps,
  { cleared, statement, ...wanted }: Sent,
  appended: Appended,
): Promise<Result<Begun>> {
  const bytes = utf8(appended.entry);
  const entry = parse(appended.entry);
  const { head } = cleared.state;
  const arming = armingOf(contextOf(cleared.state), wanted.step);
  const own =
    entry?.type === 'step.started' &&
    entry.armed === arming?.ref &&
    (entry.item ?? '') === wanted.item &&
    entry.actor === deps.agent &&
    entry.prev === head.digest &&
    entry.rseq === head.rseq + 1 &&
    entry.bodies?.statement === statement;
  if (!own || typeof entry.seq !== 'number') return off('the server answered with another entry');
  const checkpoint = await deps.verifier.checkpoint(appended.grown);
  if (!checkpoint.ok) return checkpoint;
  const { size, root } = checkpoint.value;
  const proof = appended.proof.map((hash) => fromBase64(hash) ?? new Uint8Array());
  if (!verifyInclusion(entry.seq, size, leafHash(bytes), proof, root))
    return off('the start is not proved to stand in the log');
  return ok({ ...wanted, ref: `${entry.rseq} ${digest(bytes)}`, cleared });
}

interface Said {
  readonly type?: string;
  readonly armed?: string;
  readonly item?: string;
  readonly actor?: string;
  readonly seq?: number;
  readonly rseq?: number;
  readonly prev?: string;
  readonly bodies?: { readonly statement?: string };
}

function parse(text: string): Said | undefined {
  try {
    return JSON.parse(text) as Said;
  } catch {
    return undefined;
  }
}

/** An append that nobody answered is asked for by its nonce and item until it is known; it is never assumed. */
async function askUntilKnown(deps: StartDeps, sent: Sent, measuredAt: number): Promise<Result<Begun>> {
  const { nonce, item } = sent;
  const { run } = sent.cleared.state.facts;
  for (;;) {
    await deps.connected();
    const answer = await deps.calls().call('ask', { run, nonce, item });
    if (!answer.ok) continue;
    if (answer.value.entry === null) return off('the start never reached the log');
    if (deps.monotonic() - measuredAt > KNOWN_WITHIN_MS) return fail('XCK_LATE', {});
    return included(deps, sent, { ...answer.value, entry: answer.value.entry });
  }
}
