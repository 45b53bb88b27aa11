/** After the command: what came out, whether the checks hold, and the signed outcome. What cannot be known is said to be unknown. */
import { statementTime } from '../../core/approval/statement.ts';
import { asciiJcs } from '../../core/bytes/jcs.ts';
import type { AgentCommand } from '../../core/protocol/agent.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Action, Do } from '../../core/runbook/runbook.ts';
import type { ArmDeps } from './arming.ts';
import type { Artifact } from './artifact.ts';
import type { Cleared } from './clearance.ts';
import type { Ended } from './executor.ts';
import { runChecks } from './measurements.ts';
import { bodyText, digestOf, salted } from './signing.ts';

/** What is known of an attempt once nothing of it runs any more. */
export interface Outcome {
  readonly result: 'finished' | 'failed' | 'not-started' | 'unknown';
  readonly exit: string;
  readonly checks: Readonly<Record<string, boolean>>;
  readonly artifact: Artifact | null;
  readonly output: Uint8Array | null;
}

/** Beyond this the middle of the output stays with the agent only; the digest is of what is kept. */
const OUTPUT_LIMIT = 8 * 1024 * 1024;

export interface Judging {
  readonly what: Do;
  readonly action: Action;
  readonly cwd: string;
  readonly output: Uint8Array;
  readonly artifact: () => Promise<Artifact | null>;
}

/** Judges how a command ended: exit 0, nothing left behind, the artifact as promised and every check true; else it failed. */
export async function judge(ended: Ended, { what, action, cwd, output, artifact }: Judging): Promise<Outcome> {
  const none = { checks: {}, artifact: null, output: null };
  if (ended.kind === 'not-started') return { ...none, result: 'not-started', exit: 'none' };
  const kept = cut(output);
  if (ended.kind === 'unknown') return { ...none, result: 'unknown', exit: 'none', output: kept };
  const exit = ended.signal ?? String(ended.code ?? 'none');
  if (ended.code !== 0 || ended.leftovers) return { ...none, result: 'failed', exit, output: kept };
  const made = what.kind === 'backup' ? await artifact() : null;
  const checks = await runChecks(action, { cwd, env: action.env });
  const good = Object.values(checks).every(Boolean) && (what.kind !== 'backup' || made !== null);
  return { result: good ? 'finished' : 'failed', exit, checks, artifact: made, output: kept };
}

function cut(output: Uint8Array): Uint8Array {
  if (output.length <= OUTPUT_LIMIT) return output;
  const half = OUTPUT_LIMIT / 2;
  const note = Buffer.from(`\n[crosscheck: ${output.length - OUTPUT_LIMIT} bytes left out here]\n`);
  return Buffer.concat([output.subarray(0, half), note, output.subarray(-half)]);
}

/** The signed outcome of the started attempt `ref`. */
export function outcomeCommand(deps: ArmDeps, { state }: Cleared, ref: string, outcome: Outcome): AgentCommand {
  const { facts } = state;
  const arming = contextOf(state).arming;
  const output = outcome.output === null ? null : salted(outcome.output);
  const signed = deps.signer.statement('outcome', {
    origin: facts.origin,
    mode: facts.mode,
    run: facts.run,
    step: arming?.step ?? '',
    attempt: String(arming?.attempt ?? 0),
    started: ref,
    agent: deps.agent,
    result: outcome.result,
    exit: outcome.exit,
    output: output === null ? 'none' : digestOf(output),
    checks: asciiJcs(outcome.checks),
    artifact: outcome.artifact === null ? 'none' : asciiJcs(outcome.artifact),
    at: statementTime(deps.now()),
  });
  return { type: 'outcome', ...signed, output: output && { body: bodyText(output), length: output.bytes.length } };
}
