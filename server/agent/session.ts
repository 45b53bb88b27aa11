/** One agent at work: it answers the server's calls, carries starts to their outcome, and takes up after a crash what its journal says. */
import { base64 } from '../../core/bytes/encoding.ts';
import { fail } from '../../core/errors.ts';
import type { Clearance, ServerCalls } from '../../core/protocol/agent.ts';
import { ok, type Result } from '../../core/result.ts';
import { armingOf } from '../../core/run/context.ts';
import { contextOf, factsOf } from '../../core/run/state.ts';
import type { Do } from '../../core/runbook/runbook.ts';
import { armStep } from './arming.ts';
import type { Handlers } from './calls.ts';
import type { Cleared } from './clearance.ts';
import { type ConductDeps, openConductor } from './conduct.ts';
import { keyOf } from './executor.ts';
import type { Judged } from './finishing.ts';
import type { Intent, Start } from './journal.ts';
import type { Secrets } from './secrets.ts';
import { type Begun, startStep, type Wanted } from './starting.ts';
import { voided } from './voiding.ts';
import { carryWave } from './wave.ts';

export type SessionDeps = ConductDeps;

export interface Session {
  readonly handlers: Handlers<ServerCalls>;
  /** Takes up every intent whose outcome the server has not acknowledged. */
  recover(): Promise<void>;
}

type Started = Begun & { readonly secrets: Secrets };

const refused = (why: string) => fail('XCK_CLEARANCE', { why });

export function openSession(deps: SessionDeps): Session {
  const { journal, executor, verifier, log } = deps;
  const conductor = openConductor(deps);
  /** Nonces that were handed over to be started. */
  const taken = new Set<string>();
  /** Keys of attempts that this process carries; whoever finds one here leaves it alone. */
  const carried = new Set<string>();
  /** Keys of intents that are being settled, and whether that was asked for again meanwhile. */
  const settling = new Map<string, 'once' | 'again'>();

  /** What an open run is cleared to do; in a closed one nothing begins. */
  const open = async (clearance: Clearance): Promise<Result<Cleared>> => {
    const cleared = await verifier.clear(clearance);
    return cleared.ok && contextOf(cleared.value.state).closed !== null ? refused('the run is closed') : cleared;
  };

  const arm: Handlers<ServerCalls>['arm'] = async ({ run, step, clearance }) => {
    // Looked at before anything is awaited: what is intended from here on is younger than the clearance.
    const intents = journal.unsettled().filter((one) => one.run === run);
    const cleared = await open(clearance);
    if (!cleared.ok) return cleared;
    const left = await Promise.all(intents.filter((one) => isOver(cleared.value, one)).map(stopLeftover));
    if (left.includes('still running')) return refused('an earlier start of this run still runs here');
    const armed = await armStep(deps, cleared.value, step);
    if (!armed.ok) return armed;
    journal.issue(armed.value.nonce, deps.monotonic() + armed.value.validFor);
    return ok(armed.value.answer);
  };

  /** Ends what the log calls over: people have said what became of a start that nobody heard of, and it may still run. */
  const stopLeftover = ({ nonce, item, step, run }: Intent) => {
    log.info({ nonce, item, step, run }, 'stops what is left of a start that is over');
    return executor.abort(keyOf(nonce, item));
  };

  const start: Handlers<ServerCalls>['start'] = async ({ nonce, step, clearance }) => {
    const cleared = await open(clearance);
    if (!cleared.ok) return cleared;
    if (taken.has(nonce)) return refused('this nonce is being started already');
    taken.add(nonce);
    const what = doOf(cleared.value, step);
    if (what?.kind === 'for_each') return startWave(cleared.value, { nonce, step }, what);
    const begun = await startOne(cleared.value, { nonce, step, item: '' });
    if (!begun.ok) return begun;
    if (what?.kind === 'manual') byHand(begun.value);
    else void carryOut(begun.value);
    return ok({});
  };

  const startOne = async (cleared: Cleared, wanted: Wanted): Promise<Result<Started>> => {
    const key = keyOf(wanted.nonce, wanted.item);
    if (carried.has(key)) return refused('this start is being taken up already');
    carried.add(key);
    const begun = await startStep(deps, cleared, wanted);
    if (begun.ok) return begun;
    carried.delete(key);
    // Once the intent stands, the log may hold a start that never ran: it gets its outcome now, not after a restart.
    const intent = intentOf(wanted);
    if (intent) void settle(intent);
    return begun;
  };

  /** The commit point has passed: from here on there is an outcome, whatever happens. */
  const carryOut = async (started: Started): Promise<Judged['result']> => {
    const { nonce, item, step, cleared, secrets } = started;
    const carrying = conductor.run(started, secrets).finally(() => carried.delete(keyOf(nonce, item)));
    return carrying.catch(async (error: Error) => {
      log.error({ error: error.message, step, item }, 'this start could not be carried on; it is taken up again');
      await settle({ nonce, item, step, run: cleared.state.facts.run });
      return 'unknown' as const;
    });
  };

  /** A person does it; the intent stays open until they have attested to it. */
  const byHand = (started: Started) => {
    journal.started(started, started.ref);
    carried.delete(keyOf(started.nonce, started.item));
  };

  /** Answers once the first item has started; the others follow by themselves. */
  const startWave = (
    cleared: Cleared,
    { nonce, step }: Omit<Wanted, 'item'>,
    what: Extract<Do, { kind: 'for_each' }>,
  ): Promise<Result<Record<string, never>>> =>
    new Promise((resolve) => {
      const { run } = cleared.state.facts;
      let next: Cleared | undefined = cleared;
      const wave = {
        items: what.items.map(({ id }) => id),
        maxParallel: what.max_parallel,
        start: async (item: string): Promise<Result<Started>> => {
          // After the first start the log has moved: each item is cleared anew.
          const now: Cleared | undefined = next ?? (await clearanceOf(run));
          next = undefined;
          return now ? startOne(now, { nonce, step, item }) : refused('the run cannot be verified any more');
        },
        run: carryOut,
      };
      const answer = (first: Result<Started>) => resolve(first.ok ? ok({}) : first);
      void carryWave(wave, answer).then((left) =>
        left.length > 0 ? letGo(run, { nonce, step }) : journal.over(nonce),
      );
    });

  /** Ends a wave that this agent does not go on with: what has not started of it needs a new arming. */
  const letGo = async (run: string, wanted: Omit<Wanted, 'item'>): Promise<void> => {
    const cleared = await clearanceOf(run);
    if (!cleared) return;
    const arming = armingOf(contextOf(cleared.state), wanted.step);
    const open = arming?.nonce === wanted.nonce && arming.started !== null && !arming.stopped;
    if (open && arming.items.some((item) => arming.starts[item] === undefined)) {
      const told = await voided(deps, cleared, wanted, 'agent');
      if (!told.ok && told.refusal.code === 'XCK_NO_AGENT') return letGo(run, wanted);
    }
    journal.over(wanted.nonce);
  };

  /**
   * An intent of the past: the log says whether it started, the claim says whether it ran. Asked again meanwhile it
   * looks again, for the log that it looked at may lack what was just said.
   */
  const settle = async (intent: Intent): Promise<void> => {
    const key = keyOf(intent.nonce, intent.item);
    if (settling.has(key)) settling.set(key, 'again');
    if (carried.has(key)) return;
    carried.add(key);
    do {
      settling.set(key, 'once');
      const cleared = await clearanceOf(intent.run);
      if (cleared) await settleIn(cleared, intent);
    } while (settling.get(key) === 'again' && intentOf(intent));
    settling.delete(key);
    carried.delete(key);
  };

  /** The intent of a start whose outcome the server has not acknowledged. */
  const intentOf = ({ nonce, item }: Start): Intent | undefined =>
    journal.unsettled().find((one) => one.nonce === nonce && one.item === item);

  const settleIn = async (cleared: Cleared, intent: Intent): Promise<void> => {
    const { nonce, item, step } = intent;
    const context = contextOf(cleared.state);
    const arming = armingOf(context, step);
    const start = arming?.nonce === nonce ? arming.starts[item] : undefined;
    if (!arming || !start || start.outcome !== null) {
      // Without an outcome of its own it may never have started, or people have said what became of it while it still runs.
      if ((await stopLeftover(intent)) !== 'still running') journal.acknowledge(intent);
      return;
    }
    const begun = { nonce, item, step, ref: start.ref, cleared };
    if (doOf(cleared, step)?.kind === 'manual') {
      const aborted = context.aborted.includes(arming.ref);
      if (arming.attested !== null || aborted) await conductor.conclude(begun, arming.attested);
      return;
    }
    log.info({ nonce, item, run: intent.run }, 'taking up after a crash');
    executor.forbid(keyOf(nonce, item));
    await conductor.resume(begun);
  };

  /** Verifies for itself that the word stands in the log; the outcome follows as `submit`. */
  const attested: Handlers<ServerCalls>['attested'] = async ({ nonce, step, clearance }) => {
    const cleared = await open(clearance);
    if (!cleared.ok) return cleared;
    const arming = armingOf(contextOf(cleared.value.state), step);
    if (arming?.nonce !== nonce || arming.attested === null) return refused('nobody has attested to this step');
    const intent = journal.unsettled().find((one) => one.nonce === nonce);
    if (!intent) return refused('this agent did not start that step, or has said what became of it');
    void settle(intent);
    return ok({});
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

  const abort: Handlers<ServerCalls>['abort'] = async ({ nonce }) => {
    const intents = journal.unsettled().filter((one) => one.nonce === nonce);
    const keys = intents.length > 0 ? intents.map(({ item }) => keyOf(nonce, item)) : [keyOf(nonce, '')];
    // Asked before the wrapper has claimed, an abort must win the claim: else the command would start after it.
    for (const key of keys) executor.forbid(key);
    const answers = await Promise.all(keys.map((key) => executor.abort(key)));
    // What a person does ends with the word alone.
    for (const intent of intents) void settle(intent);
    return ok({ answer: (['still running', 'unknown'] as const).find((one) => answers.includes(one)) ?? 'stopped' });
  };

  return {
    handlers: {
      arm,
      start,
      attested,
      abort,
      output: async ({ nonce, item, offset }) => {
        const transcript = conductor.transcript(keyOf(nonce, item));
        const bytes = transcript?.piece(offset) ?? new Uint8Array();
        return ok({ offset, bytes: base64(bytes), total: transcript?.length() ?? 0 });
      },
    },
    recover: async () => {
      const waves = journal.waves().map(({ run, ...wanted }) => letGo(run, wanted));
      await Promise.all([...journal.unsettled().map(settle), ...waves]);
    },
  };
}

/** Whether the log has no open arming for this start, or its outcome. */
function isOver({ state }: Cleared, { nonce, item, step }: Intent): boolean {
  const arming = armingOf(contextOf(state), step);
  return arming?.nonce !== nonce || (arming.starts[item]?.outcome ?? null) !== null;
}

/** What the open arming of a step says that it does. */
function doOf({ state }: Cleared, step: string): Do | undefined {
  const facts = factsOf(state, step);
  return facts && (JSON.parse(facts.lines.do) as Do);
}
