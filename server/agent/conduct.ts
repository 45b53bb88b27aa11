/** Carries one start to its reported outcome: runs it, watches its output, its limit and its soak, judges and signs. It starts nothing that does not stand in the log. */
import type { Logger } from 'pino';
import { base64 } from '../../core/bytes/encoding.ts';
import type { AgentCommand } from '../../core/protocol/agent.ts';
import { armingOf } from '../../core/run/context.ts';
import { contextOf, factsOf } from '../../core/run/state.ts';
import type { Action, Do } from '../../core/runbook/runbook.ts';
import type { Attempt } from './attempt.ts';
import { type Doing, doingOf, itemValue, phasesOf, whereOf } from './command.ts';
import { type Ended, type Executor, keyOf } from './executor.ts';
import { type Judged, type Judging, judge, judgeAttested, type Outcome, outcomeCommand } from './finishing.ts';
import type { Journal } from './journal.ts';
import { watchLimit } from './limit.ts';
import { driftedProbe, measureAll, type Where } from './measurements.ts';
import { type Outputs, readOutputs } from './outputs.ts';
import { secretsOf } from './rendering.ts';
import { areThose, NO_SECRETS, type Secrets } from './secrets.ts';
import { openSoak, type Soak } from './soak.ts';
import type { Begun, StartDeps } from './starting.ts';
import { openTranscript, type Transcript } from './transcript.ts';

export interface ConductDeps extends StartDeps {
  readonly journal: Journal;
  readonly executor: Executor;
  readonly log: Logger;
}

export interface Conductor {
  /** Runs what has just started; the claim inside makes it once. Resolves when its outcome stands in the log. */
  run(begun: Begun, secrets: Secrets): Promise<Judged['result']>;
  /** Takes up what a former life started, without ever starting it. */
  resume(begun: Begun): Promise<Judged['result']>;
  /** A person has attested to what this start asked for, or somebody has aborted it (null). */
  conclude(begun: Begun, result: 'pass' | 'fail' | null): Promise<Judged['result']>;
  /** What may be seen of the output of an attempt that is under way. */
  transcript(key: string): Transcript | undefined;
}

const RETRY_MS = 1000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Marks that an attempt keeps for ever: with one of them it can no longer be finished. */
const FLAWS = ['limit', 'wait', 'outputs'] as const;

/** Everything that one attempt is judged by, as it was signed. */
interface Scene {
  readonly begun: Begun;
  readonly key: string;
  readonly attempt: Attempt;
  readonly what: Doing;
  readonly action: Action;
  /** Probe values as armed. */
  readonly values: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
  readonly where: Where;
}

export function openConductor(deps: ConductDeps): Conductor {
  const { executor, journal, log } = deps;
  const transcripts = new Map<string, Transcript>();

  const sceneOf = (begun: Begun, secrets: Secrets): Scene => {
    const facts = factsOf(begun.cleared.state, begun.step);
    const whole = facts && (JSON.parse(facts.lines.do) as Do);
    const what = whole && doingOf(whole, begun.item);
    if (!facts || !what) throw new Error(`step ${begun.step} is not armed`);
    const { action, values } = facts;
    const key = keyOf(begun.nonce, begun.item);
    const where = whereOf(action, begun.cleared.cwd, secrets, itemValue(whole, begun.item));
    return { begun, key, attempt: executor.at(key), what, action, values, secrets, where };
  };

  const start = ({ key, what, action, where, secrets }: Scene) =>
    executor.start(key, {
      phases: phasesOf(what),
      cwd: where.cwd,
      env: where.env,
      timeoutMs: action.timeout,
      retries: { count: action.retries.count, delayMs: action.retries.delay },
      secrets: secrets.fingerprint,
    });

  /** Follows, waits for the end, judges it and reports until the server has it durably. */
  const finish = async (scene: Scene): Promise<Judged['result']> => {
    const { key, attempt } = scene;
    const transcript = transcriptOf(scene);
    transcripts.set(key, transcript);
    const soak = soakOf(scene);
    const ended = await executor.ended(key);
    await soak?.end(isGood(ended));
    const outputs = isGood(ended) ? outputsOf(scene) : null;
    transcript.finish();
    const flawed = FLAWS.some((kind) => attempt.noted(kind));
    const judged = await judge(ended, { ...scene, flawed });
    const result = await report(scene.begun, {
      ...judged,
      output: judged.result === 'not-started' ? null : transcript.kept(),
      outputs: judged.result === 'finished' ? outputs : null,
    });
    transcripts.delete(key);
    return result;
  };

  const transcriptOf = ({ begun, key, attempt, action, values, secrets }: Scene): Transcript => {
    const { step, item, cleared } = begun;
    const about = { run: cleared.state.facts.run, step, item, attempt: attemptOf(begun) };
    const limit = action.limit && watchLimit(action.limit, values[action.limit.probe] ?? '');
    let stopped = false;
    const stopPast = (over: string | null | undefined) => {
      if (over == null || stopped) return;
      stopped = true;
      attempt.note('limit', `stopped at its limit: ${over}`);
      void executor.abort(key);
    };
    return openTranscript(executor, key, secrets, {
      onBytes: (offset, bytes) => void deps.calls().call('wrote', { ...about, offset, bytes: base64(bytes) }),
      onRaw: (bytes) => stopPast(limit?.push(bytes)),
      onEnd: () => stopPast(limit?.end()),
    });
  };

  const soakOf = ({ key, attempt, what, action, values, where }: Scene): Soak | undefined => {
    if (what.kind !== 'wait') return undefined;
    // A former life saw that it does not hold, and died before it could stop it.
    if (attempt.noted('wait')) void executor.abort(key);
    const look = async () => {
      const measured = await measureAll(action, where);
      if (!measured.ok) return measured.refusal.sentence.replace(/\.$/, '');
      const drift = driftedProbe(action, values, measured.value);
      return drift === undefined ? null : `the probe “${action.probes[drift]?.title}” no longer holds`;
    };
    return openSoak(what.every, look, (why) => {
      attempt.note('wait', `stopped while it waited: ${why}`);
      void executor.abort(key);
    });
  };

  const outputsOf = ({ attempt, action, secrets }: Scene): Readonly<Record<string, string>> | null => {
    if (action.outputs.length === 0) return null;
    // Other secrets than it started with would not be recognised in them.
    const read: Outputs = areThose(attempt.secrets(), secrets)
      ? readOutputs(attempt.outputs, action.outputs, secrets.values)
      : { why: 'its secrets have changed since it started' };
    if ('values' in read) return read.values;
    attempt.note('outputs', read.why);
    return null;
  };

  const report = async (begun: Begun, outcome: Outcome): Promise<Judged['result']> => {
    const { run } = begun.cleared.state.facts;
    const { step, item } = begun;
    log.info({ run, step, item, result: outcome.result, exit: outcome.exit }, 'outcome');
    await deliver(run, outcomeCommand(deps, begun, outcome));
    journal.acknowledge(begun);
    return outcome.result;
  };

  const deliver = async (run: string, command: AgentCommand): Promise<void> => {
    for (;;) {
      await deps.connected();
      const answer = await deps.calls().call('submit', { run, command });
      if (answer.ok) return;
      // Any refusal but a failing server means that the log has an outcome already: the answer to the first report was lost.
      if (answer.refusal.status < 500) return log.warn({ refusal: answer.refusal }, 'outcome refused');
      await pause(RETRY_MS);
    }
  };

  /** Without its secrets nothing that needs them holds, and no output leaves. */
  const secretsNow = ({ cleared, step }: Begun): Secrets => {
    const read = secretsOf(deps, cleared, factsOf(cleared.state, step)?.action.secrets ?? []);
    return read.ok ? read.value : NO_SECRETS;
  };

  return {
    run: async (begun, secrets) => {
      const scene = sceneOf(begun, secrets);
      start(scene);
      journal.started(begun, begun.ref);
      return finish(scene);
    },
    resume: async (begun) => finish(sceneOf(begun, secretsNow(begun))),
    conclude: async (begun, result) => {
      const judging: Judging = { ...sceneOf(begun, secretsNow(begun)), flawed: result === null };
      const judged = await judgeAttested(result ?? 'fail', judging);
      return report(begun, { ...judged, output: null, outputs: null });
    },
    transcript: (key) => transcripts.get(key),
  };
}

const isGood = (ended: Ended): boolean => ended.kind === 'exited' && ended.code === 0 && !ended.leftovers;

const attemptOf = ({ cleared, step }: Begun): number => armingOf(contextOf(cleared.state), step)?.attempt ?? 0;
