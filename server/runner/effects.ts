/** Performs what decisions call for: starts, aborts and deadlines. A start that fails for any reason voids; silence is never a yes. */
import type { FastifyBaseLogger } from 'fastify';
import type { Effect } from '../../core/run/commands.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Ports } from '../ports/ports.ts';
import type { Agents } from '../room/agents.ts';
import type { Store } from '../store/store.ts';
import { closeOfRow } from './closes.ts';
import { openDeadlines } from './deadlines.ts';
import type { Committed, Engine } from './engine.ts';

/** What an abort was answered: never assumed. */
export type AbortAnswer = 'stopped' | 'still running' | 'unknown';

export interface EffectDeps {
  readonly engine: Engine;
  readonly store: Store;
  readonly agents: Agents;
  readonly ports: Ports;
  readonly logger: FastifyBaseLogger;
  readonly onAborted: (run: string, step: string, answer: AbortAnswer) => void;
}

export interface Effects {
  committed(committed: Committed): void;
  /** An agent has come back: what it may have missed, an abort or an attestation, is told again. */
  connected(agent: string): void;
  /** Takes up after a restart: deadlines of open armings and of undo windows run again. */
  resume(): void;
  stop(): void;
}

type Of<T extends Effect['type']> = Extract<Effect, { readonly type: T }>;

export function effects({ engine, store, agents, ports, logger, onAborted }: EffectDeps): Effects {
  const deadlines = openDeadlines(ports);

  const expire = ({ run, nonce, at }: Of<'expire'>) =>
    deadlines.set(`expire ${run} ${nonce}`, at, () => {
      void engine.submit(run, { type: 'void', by: 'server', nonce, reason: 'expired', probes: {} });
    });

  /** A clock passes as an entry of its run, or of what comes after its close. */
  const pass = ({ run, clock, at }: Of<'pass'>) =>
    deadlines.set(`pass ${run} ${clock}`, at, () => {
      if (engine.openRun(run)) void engine.submit(run, { type: 'clock', clock });
      else void engine.submitAfter(run, { type: 'clock', clock });
    });

  const armedWith = (run: string, nonce: string): string | undefined => {
    const live = engine.openRun(run);
    return live && Object.values(contextOf(live.state).armings).find((one) => one.nonce === nonce)?.step;
  };

  const start = async ({ run, nonce }: Of<'start'>) => {
    const step = armedWith(run, nonce);
    if (step === undefined) return;
    const answer = await agents.start(run, step);
    if (answer.ok) return;
    logger.warn({ run, refusal: answer.refusal }, 'the agent did not take the clearance');
    await engine.submit(run, { type: 'void', by: 'server', nonce, reason: 'agent', probes: {} });
  };

  const attested = async ({ run, nonce }: Of<'attested'>) => {
    const step = armedWith(run, nonce);
    const answer = step === undefined ? undefined : await agents.attested(run, step);
    if (answer?.ok === false) logger.warn({ run, refusal: answer.refusal }, 'the agent did not take the attestation');
  };

  const abort = async ({ run, nonce }: Of<'abort'>) => {
    const step = armedWith(run, nonce);
    if (step === undefined) return;
    const answer = await agents.abort(run, step);
    logger.info({ run, answer }, 'abort');
    onAborted(run, step, answer.ok ? answer.value.answer : 'unknown');
  };

  const perform = (effect: Effect): unknown => {
    switch (effect.type) {
      case 'expire':
        return expire(effect);
      case 'pass':
        return pass(effect);
      case 'start':
        return start(effect);
      case 'attested':
        return attested(effect);
      case 'abort':
        return abort(effect);
    }
  };

  /** Armings that are over or have begun expire no more. */
  const callOff = ({ run, entries }: Committed) => {
    const moved = entries.some(({ entry }) => entry.type === 'step.started' || entry.type === 'step.voided');
    if (!run || !moved) return;
    const { facts } = run.state;
    const waiting = Object.values(contextOf(run.state).armings).filter(({ started }) => started === null);
    deadlines.clearAll(`expire ${facts.run} `);
    for (const { nonce, notAfter } of waiting) expire({ type: 'expire', run: facts.run, nonce, at: notAfter });
  };

  return {
    committed: (committed) => {
      callOff(committed);
      for (const effect of committed.effects) void perform(effect);
    },
    connected: (agent) => {
      for (const { state } of engine.openRuns()) {
        const { armings, aborted } = contextOf(state);
        const own = Object.values(armings).filter((arming) => arming.agent === agent && arming.started !== null);
        for (const { ref, nonce, attested: word } of own) {
          const of = { run: state.facts.run, agent, nonce };
          if (aborted.includes(ref)) void perform({ type: 'abort', ...of });
          else if (word !== null) void perform({ type: 'attested', ...of });
        }
      }
    },
    resume: () => {
      for (const { state } of engine.openRuns()) {
        const { armings, clocks } = contextOf(state);
        const { run } = state.facts;
        for (const { nonce, notAfter, started } of Object.values(armings))
          if (started === null) expire({ type: 'expire', run, nonce, at: notAfter });
        for (const [clock, { passed, ends }] of Object.entries(clocks))
          if (!passed) pass({ type: 'pass', run, clock, at: ends });
      }
      for (const row of store.watched(ports.now()))
        for (const [clock, { passed, ends }] of Object.entries(closeOfRow(row)?.clocks ?? {}))
          if (!passed) pass({ type: 'pass', run: row.run, clock, at: ends });
    },
    stop: () => deadlines.clearAll(''),
  };
}
