/** After the command: whether the checks hold, and the signed outcome. What cannot be known is said to be unknown. */
import { statementTime } from '../../core/approval/statement.ts';
import { utf8 } from '../../core/bytes/encoding.ts';
import { asciiJcs, jcs } from '../../core/bytes/jcs.ts';
import type { AgentCommand } from '../../core/protocol/agent.ts';
import { armingOf } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Action } from '../../core/runbook/runbook.ts';
import type { ArmDeps } from './arming.ts';
import { type Artifact, checkArtifact } from './artifact.ts';
import type { Doing } from './command.ts';
import type { Ended } from './executor.ts';
import { runChecks, type Where } from './measurements.ts';
import { bodyText, digestOf, salted } from './signing.ts';
import type { Begun } from './starting.ts';

/** How an attempt ended, once nothing of it runs any more. */
export interface Judged {
  readonly result: 'finished' | 'failed' | 'not-started' | 'unknown';
  readonly exit: string;
  readonly checks: Readonly<Record<string, boolean>>;
  readonly artifact: Artifact | null;
}

/** With what leaves the agent of it. */
export interface Outcome extends Judged {
  readonly output: Uint8Array | null;
  readonly outputs: Readonly<Record<string, string>> | null;
}

export interface Judging {
  readonly what: Doing;
  readonly action: Pick<Action, 'verify'>;
  readonly where: Where;
  /** It was stopped at its limit, a soak did not hold, or its outputs are none: then no exit status makes it good. */
  readonly flawed: boolean;
}

const NONE = { exit: 'none', checks: {}, artifact: null } as const;

/** Judges how a command ended: exit 0, nothing left behind, the artifact as promised and every check true; else it failed. */
export async function judge(ended: Ended, { what, action, where, flawed }: Judging): Promise<Judged> {
  if (ended.kind !== 'exited') return { ...NONE, result: ended.kind };
  const exit = ended.signal ?? String(ended.code ?? 'none');
  if (ended.code !== 0 || ended.leftovers || flawed) return { ...NONE, result: 'failed', exit };
  const artifact = what.kind === 'backup' ? await checkArtifact(what.artifact, where.cwd) : null;
  const checks = await runChecks(action, where);
  const good = Object.values(checks).every(Boolean) && (what.kind !== 'backup' || artifact !== null);
  return { result: good ? 'finished' : 'failed', exit, checks, artifact };
}

/** Judges what a person attested to: their PASS and every check true. */
export async function judgeAttested(result: 'pass' | 'fail', { action, where }: Judging): Promise<Judged> {
  if (result === 'fail') return { ...NONE, result: 'failed' };
  const checks = await runChecks(action, where);
  return { ...NONE, checks, result: Object.values(checks).every(Boolean) ? 'finished' : 'failed' };
}

/** The signed outcome of a start. */
export function outcomeCommand(
  deps: ArmDeps,
  { step, item, ref, cleared: { state } }: Begun,
  outcome: Outcome,
): AgentCommand {
  const { facts } = state;
  const output = outcome.output === null ? null : salted(outcome.output);
  const outputs = outcome.outputs === null ? null : salted(utf8(jcs(outcome.outputs)));
  const signed = deps.signer.statement('outcome', {
    origin: facts.origin,
    mode: facts.mode,
    run: facts.run,
    step,
    attempt: String(armingOf(contextOf(state), step)?.attempt ?? 0),
    item: item === '' ? 'none' : item,
    started: ref,
    agent: deps.agent,
    result: outcome.result,
    exit: outcome.exit,
    output: output === null ? 'none' : digestOf(output),
    outputs: outputs === null ? 'none' : digestOf(outputs),
    checks: asciiJcs(outcome.checks),
    artifact: outcome.artifact === null ? 'none' : asciiJcs(outcome.artifact),
    at: statementTime(deps.now()),
  });
  return {
    type: 'outcome',
    ...signed,
    output: output && { body: bodyText(output), length: output.bytes.length },
    outputs: outputs && bodyText(outputs),
  };
}
