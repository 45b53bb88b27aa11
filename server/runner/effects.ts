/** Performs what decisions call for: starts, aborts and deadlines. A start that fails for any reason voids; silence is never a yes. */
import type { FastifyBaseLogger } from 'fastify';
import type { Effect } from '../../core/run/commands.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Ports } from '../ports/ports.ts';
import type { Agents } from '../room/agents.ts';
import type { Committed, Engine } from './engine.ts';

export interface Effects {
  committed(committed: Committed): void;
  /** An agent has come back: an abort that it may have missed is asked again. */
  connected(agent: string): void;
  /** Takes up after a restart: deadlines of open armings run again. */
  resume(): void;
  stop(): void;
}

export function effects(deps: { engine: Engine; agents: Agents; ports: Ports; logger: FastifyBaseLogger }): Effects {
  const { engine, agents, ports, logger } = deps;
  const deadlines = new Map<string, () => void>();

  const cancelOthers = (committed: Committed) => {
    const run = committed.run?.state;
    if (run && (!contextOf(run).arming || contextOf(run).arming?.started !== null)) clear(run.facts.run);
  };
  const clear = (run: string) => {
    deadlines.get(run)?.();
    deadlines.delete(run);
  };

  const expire = (effect: Extract<Effect, { type: 'expire' }>) => {
    clear(effect.run);
    const then = () => {
      deadlines.delete(effect.run);
      void engine.submit(effect.run, {
        type: 'void',
        by: 'server',
        nonce: effect.nonce,
        reason: 'expired',
        probes: {},
      });
    };
    deadlines.set(effect.run, ports.later(effect.at - ports.now(), then));
  };

  const perform = async (effect: Effect) => {
    if (effect.type === 'expire') return expire(effect);
    if (effect.type === 'abort') {
      const answer = await agents.abort(effect.run);
      logger.info({ run: effect.run, answer }, 'abort');
      return;
    }
    const answer = await agents.start(effect.run);
    if (answer.ok) return;
    logger.warn({ run: effect.run, refusal: answer.refusal }, 'the agent did not take the clearance');
    await engine.submit(effect.run, { type: 'void', by: 'server', nonce: effect.nonce, reason: 'agent', probes: {} });
  };

  return {
    committed: (committed) => {
      cancelOthers(committed);
      for (const effect of committed.effects) void perform(effect);
    },
    connected: (agent) => {
      for (const { state, entries } of engine.openRuns()) {
        const { arming } = contextOf(state);
        const aborted = entries.some(
          ({ entry }) =>
            entry.type === 'step.aborted' && entry.step === arming?.step && entry.attempt === arming.attempt,
        );
        if (arming?.agent === agent && aborted)
          void perform({ type: 'abort', run: state.facts.run, agent, nonce: arming.nonce });
      }
    },
    resume: () => {
      for (const { state } of engine.openRuns()) {
        const { arming } = contextOf(state);
        if (arming && arming.started === null)
          expire({ type: 'expire', run: state.facts.run, nonce: arming.nonce, at: arming.notAfter });
      }
    },
    stop: () => {
      for (const run of [...deadlines.keys()]) clear(run);
    },
  };
}
