/** One agent at work: it answers the server's calls, carries starts to their outcome, and takes up after a crash what its journal says. */
import type { Logger } from 'pino';
import { base64 } from '../../core/bytes/encoding.ts';
import { fail } from '../../core/errors.ts';
import type { ServerCalls } from '../../core/protocol/agent.ts';
import { ok } from '../../core/result.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Do } from '../../core/runbook/runbook.ts';
import { armStep } from './arming.ts';
import { checkArtifact } from './artifact.ts';
import type { Handlers } from './calls.ts';
import type { Cleared } from './clearance.ts';
import type { Executor } from './executor.ts';
import { judge, outcomeCommand } from './finishing.ts';
import type { Journal } from './journal.ts';
import { type StartDeps, type StartedStep, startStep } from './starting.ts';

export interface SessionDeps extends StartDeps {
  readonly journal: Journal;
  readonly executor: Executor;
  readonly log: Logger;
}

export interface Session {
  readonly handlers: Handlers<ServerCalls>;
  /** Takes up every intent whose outcome the server has not acknowledged. */
  recover(): Promise<void>;
}

const RETRY_MS = 1000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function openSession(deps: SessionDeps): Session {
  const { journal, executor, verifier, log } = deps;
  const taken = new Set<string>();

  const arm: Handlers<ServerCalls>['arm'] = async ({ step, clearance }) => {
    const cleared = await verifier.clear(clearance);
    if (!cleared.ok) return cleared;
    const armed = await armStep(deps, cleared.value, step);
    if (!armed.ok) return armed;
    journal.issue(armed.value.nonce, deps.monotonic() + armed.value.validFor);
    return ok(armed.value.answer);
  };

  const start: Handlers<ServerCalls>['start'] = async ({ nonce, clearance }) => {
    const cleared = await verifier.clear(clearance);
    if (!cleared.ok) return cleared;
    if (taken.has(nonce)) return fail('XCK_CLEARANCE', { why: 'this nonce is being started already' });
    taken.add(nonce);
    const started = await startStep(deps, cleared.value, nonce);
    if (started.ok) {
      run(started.value);
      return ok({});
    }
    // Once the intent stands, the log may hold a start that never ran: it gets its outcome now, not after a restart.
    if (journal.unsettled().some((intent) => intent.nonce === nonce)) void settle(nonce, clearance.run);
    return started;
  };

  /** The commit point has passed: the claim inside `start` is what makes it once. */
  const run = (started: StartedStep) => {
    const { state, cwd } = started.cleared;
    const { arming } = state;
    if (!arming) return;
    const what = JSON.parse(arming.lines.do) as Do;
    const phases = what.kind === 'run' ? [what.argv] : [what.run, what.drill];
    executor.start(started.nonce, { phases, cwd, env: arming.action.env, timeoutMs: arming.action.timeout });
    journal.started(started.nonce, started.ref);
    void finish(started);
  };

  /** Waits for the end, judges it and reports until the server has it durably. */
  const finish = async ({ nonce, ref, cleared }: StartedStep) => {
    const { state, cwd } = cleared;
    const { arming } = state;
    if (!arming) return;
    const { run: runId } = state.facts;
    const about = { run: runId, step: arming.lines.step, attempt: Number(arming.lines.attempt) };
    const stop = executor.follow(
      nonce,
      (offset, bytes) => void deps.calls().call('wrote', { ...about, offset, bytes: base64(bytes) }),
    );
    const ended = await executor.ended(nonce);
    stop();
    const what = JSON.parse(arming.lines.do) as Do;
    const artifact = () => (what.kind === 'backup' ? checkArtifact(what.artifact, cwd) : Promise.resolve(null));
    const outcome = await judge(ended, { what, action: arming.action, cwd, output: executor.output(nonce), artifact });
    log.info({ ...about, result: outcome.result, exit: outcome.exit }, 'outcome');
    await report(nonce, runId, outcomeCommand(deps, cleared, ref, outcome));
  };

  const report = async (nonce: string, runId: string, command: ReturnType<typeof outcomeCommand>) => {
    for (;;) {
      await deps.connected();
      const answer = await deps.calls().call('submit', { run: runId, command });
      // A server that is gone or failing has not taken it: an outcome is reported until one stands in the log.
      if (!answer.ok && answer.refusal.status >= 500) {
        await pause(RETRY_MS);
        continue;
      }
      // Any other refusal means that the log has an outcome already: the answer to the first report was lost.
      if (!answer.ok) log.warn({ refusal: answer.refusal }, 'outcome refused');
      journal.acknowledge(nonce);
      return;
    }
  };

  /** An intent of the past: the log says whether it started, the claim says whether it ran. */
  const settle = async (nonce: string, runId: string): Promise<void> => {
    const cleared = await clearanceOf(runId);
    const arming = cleared && contextOf(cleared.state).arming;
    if (!cleared) return;
    if (arming?.nonce !== nonce || arming.started === null) {
      executor.forbid(nonce);
      journal.acknowledge(nonce);
      return;
    }
    log.info({ nonce, run: runId }, 'taking up after a crash');
    executor.forbid(nonce);
    await finish({ nonce, ref: arming.started, cleared });
  };

  const clearanceOf = async (runId: string): Promise<Cleared | undefined> => {
    for (;;) {
      await deps.connected();
      const answer = await deps.calls().call('clearance', { run: runId });
      if (!answer.ok && answer.refusal.code === 'XCK_NO_AGENT') continue;
      const cleared = answer.ok ? await verifier.clear(answer.value.clearance) : answer;
      if (cleared.ok) return cleared.value;
      if (cleared.refusal.code === 'XCK_NO_AGENT') continue;
      log.error({ refusal: cleared.refusal, run: runId }, 'cannot take up this run');
      return undefined;
    }
  };

  return {
    handlers: {
      arm,
      start,
      // Asked before the wrapper has claimed, an abort must win the claim: else the command would start after it.
      abort: async ({ nonce }) => {
        executor.forbid(nonce);
        return ok({ answer: await executor.abort(nonce) });
      },
      output: async ({ nonce, offset }) => {
        return ok({ offset, bytes: base64(executor.piece(nonce, offset)), total: executor.output(nonce).length });
      },
    },
    recover: async () => {
      await Promise.all(journal.unsettled().map(({ nonce, run: runId }) => settle(nonce, runId)));
    },
  };
}
