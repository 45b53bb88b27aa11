/** The server's side of its agents: who is connected, what they are asked, and their entries into the one write path. */
import { base64, fromBase64, fromUtf8, utf8 } from '../../core/bytes/encoding.ts';
import { fail } from '../../core/errors.ts';
import { parsePublicKey } from '../../core/log/publicKey.ts';
import { agentOf } from '../../core/log/roster.ts';
import { namespaceOf, verifySshsig } from '../../core/log/sshsig.ts';
import type { RunEntry } from '../../core/log/tables.ts';
import type {
  AgentCalls,
  AgentCommand,
  ArmedAnswer,
  Clearance,
  Grown,
  ServerCalls,
} from '../../core/protocol/agent.ts';
import type { BodyText } from '../../core/protocol/frames.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Command } from '../../core/run/commands.ts';
import { armingOf, itemOf } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import { withRehearsal } from '../../core/runbook/rehearsal.ts';
import { stepOf } from '../../core/runbook/steps.ts';
import { type Handlers, type Peer, peer, type Wire } from '../agent/calls.ts';
import { bodyOf } from '../agent/signing.ts';
import type { Ports } from '../ports/ports.ts';
import { collect } from '../record/collect.ts';
import type { Engine } from '../runner/engine.ts';
import type { Store } from '../store/store.ts';

/** Live output on its way to the watchers. */
export interface Wrote {
  readonly run: string;
  readonly step: string;
  readonly attempt: number;
  /** '' where the step has no waves. */
  readonly item: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface Agents {
  /** Takes a new connection; it may do nothing before its hello is proved. */
  connect(wire: Wire): void;
  connected(agent: string): boolean;
  arm(run: string, step: string, askedBy: string): Promise<Result<unknown>>;
  /** Hands over the clearance of an armed (and, if critical, keyed) step. */
  start(run: string, step: string): Promise<Result<unknown>>;
  /** Tells the agent of a manual step that a person has attested to it. */
  attested(run: string, step: string): Promise<Result<unknown>>;
  abort(run: string, step: string): Promise<Result<ServerCalls['abort']['result']>>;
  /** Output of a step, or of one item of its wave, while its arming is open; masked. */
  output(
    run: string,
    step: string,
    item: string,
    offset: number,
  ): Promise<Result<{ offset: number; bytes: string; total: number }>>;
}

export interface AgentDeps {
  readonly engine: Engine;
  readonly store: Store;
  readonly ports: Ports;
  readonly onWrote: (wrote: Wrote) => void;
  readonly onConnected: (agent: string) => void;
}

/** One agent's connection, and the newest checkpoint for it with the proof from the last that it was sent. */
interface Connected {
  readonly calls: Peer<ServerCalls>;
  readonly grown: () => Grown;
}

export function openAgents(deps: AgentDeps): Agents {
  const { engine } = deps;
  const live = new Map<string, Connected>();

  const connect = (wire: Wire) => {
    const challenge = deps.ports.random(32);
    let agent: string | null = null;
    let sent = 0;
    const grown = (): Grown => {
      const from = sent;
      sent = engine.log.size;
      return {
        checkpoint: engine.log.checkpoint,
        from,
        consistency: from > 0 ? engine.log.consistency(from, sent) : [],
      };
    };
    const known =
      <P, R>(handler: (params: P, agent: string) => Promise<Result<R>>) =>
      async (params: P): Promise<Result<R>> =>
        agent === null ? fail('XCK_SIGNED_OUT', {}) : handler(params, agent);
    const handlers: Handlers<AgentCalls> = {
      hello: async ({ agent: name, signature, size }) => {
        const key = parsePublicKey(agentOf(engine.site.roster, name)?.key ?? '');
        if (!key.ok) return fail('XCK_UNKNOWN', { what: 'agent', name });
        const namespace = namespaceOf('agent-hello', engine.site.origin);
        const proved = await verifySshsig(signature, challenge, {
          key: key.value,
          kind: 'ssh',
          namespace,
          origins: [],
          verify: deps.ports.verifyRaw,
        });
        if (!proved.ok) return proved;
        agent = name;
        sent = Math.min(size, engine.log.size);
        live.set(name, { calls, grown });
        deps.onConnected(name);
        return ok({ origin: engine.site.origin });
      },
      folder: known(async ({ runbook }) => {
        const files = deps.store.folder(runbook);
        if (!files) return fail('XCK_UNKNOWN', { what: 'runbook', name: runbook });
        return ok({ files: files.map(({ path, mode, bytes }) => ({ path, mode, bytes: base64(bytes) })) });
      }),
      submit: known(async ({ run, command }, name) => submit(deps, grown, run, name, command)),
      ask: known(async ({ run, nonce, item }) => ask(deps, grown, run, nonce, item)),
      clearance: known(async ({ run }) => clearance(deps, grown, run)),
      consistency: known(async ({ from, to }) => {
        if (from < 1 || from > to || to > engine.log.size)
          return fail('XCK_UNKNOWN', { what: 'tree', name: `${from} to ${to}` });
        return ok({ proof: engine.log.consistency(from, to) });
      }),
      wrote: known(async ({ bytes, ...rest }) => {
        deps.onWrote({ ...rest, bytes: fromBase64(bytes) ?? new Uint8Array() });
        return ok({});
      }),
    };
    const calls = peer<ServerCalls, AgentCalls>(wire, handlers);
    wire.onClose(() => {
      if (agent !== null && live.get(agent)?.calls === calls) live.delete(agent);
    });
    wire.send(JSON.stringify({ kind: 'greeting', challenge: base64(challenge) }));
  };

  const armedBy = (run: string, step: string): Result<Connected & { nonce: string }> => {
    const found = engine.run(run);
    const arming = found && armingOf(contextOf(found.state), step);
    if (!arming) return fail('XCK_NOT_NOW', { what: 'this', why: `${step} is not armed` });
    const connected = live.get(arming.agent);
    return connected ? ok({ ...connected, nonce: arming.nonce }) : fail('XCK_NO_AGENT', { agent: arming.agent });
  };

  const handOver = async (call: 'start' | 'attested', run: string, step: string): Promise<Result<unknown>> => {
    const target = armedBy(run, step);
    if (!target.ok) return target;
    const { calls, nonce } = target.value;
    const given = clearance(deps, target.value.grown, run);
    return given.ok ? calls.call(call, { run, step, nonce, clearance: given.value.clearance }) : given;
  };

  return {
    connect,
    connected: (agent) => live.has(agent),
    arm: (run, step, askedBy) => arm(deps, live, run, step, askedBy),
    start: (run, step) => handOver('start', run, step),
    attested: (run, step) => handOver('attested', run, step),
    abort: async (run, step) => {
      const target = armedBy(run, step);
      return target.ok ? target.value.calls.call('abort', { run, step, nonce: target.value.nonce }) : target;
    },
    output: async (run, step, item, offset) => {
      const target = armedBy(run, step);
      return target.ok ? target.value.calls.call('output', { nonce: target.value.nonce, item, offset }) : target;
    },
  };
}

/** The agent that serves the step's target measures and signs; what it signed goes through the one write path. */
async function arm(
  deps: AgentDeps,
  live: ReadonlyMap<string, Connected>,
  run: string,
  step: string,
  askedBy: string,
): Promise<Result<unknown>> {
  const { engine } = deps;
  const found = engine.run(run);
  if (!found) return fail('XCK_UNKNOWN', { what: 'run', name: run });
  const { runbook, mode } = contextOf(found.state);
  const written = stepOf(runbook, step);
  const serves = written && withRehearsal(runbook, written, mode).targets[written.target]?.agent;
  if (serves === undefined) return fail('XCK_UNKNOWN', { what: 'step', name: step });
  const agent = engine.site.roster.agents.find((one) => one.serves.includes(serves));
  const connected = agent && live.get(agent.id);
  if (!agent || !connected) return fail('XCK_NO_AGENT', { agent: serves });
  const given = clearance(deps, connected.grown, run);
  if (!given.ok) return given;
  const answer = await connected.calls.call('arm', { run, step, clearance: given.value.clearance });
  return answer.ok ? engine.submit(run, armedCommand(agent.id, askedBy, answer.value)) : answer;
}

function armedCommand(agent: string, askedBy: string, answer: ArmedAnswer): Command {
  const probes = Object.entries(answer.probes).map(([id, probe]) => [id, { body: bodyOf(probe.body), ok: probe.ok }]);
  return {
    type: 'armed',
    agent,
    askedBy,
    statement: bodyOf(answer.statement),
    signature: bodyOf(answer.signature),
    action: bodyOf(answer.action),
    probes: Object.fromEntries(probes),
  };
}

async function submit(
  deps: AgentDeps,
  grown: () => Grown,
  run: string,
  agent: string,
  command: AgentCommand,
): Promise<Result<AgentCalls['submit']['result']>> {
  const { engine } = deps;
  const done = await engine.submit(run, agentCommand(agent, command));
  if (!done.ok) return done;
  const own = done.value.entries[0];
  return own
    ? ok({
        entry: fromUtf8(own.bytes) ?? '',
        grown: grown(),
        proof: engine.log.inclusion(own.entry.seq),
      })
    : fail('XCK_UNEXPECTED', { why: 'no entry' });
}

const bodiesOf = (probes: Readonly<Record<string, BodyText>>) =>
  Object.fromEntries(Object.entries(probes).map(([id, body]) => [id, bodyOf(body)]));

function agentCommand(agent: string, command: AgentCommand): Command {
  switch (command.type) {
    case 'started':
      return {
        type: 'started',
        agent,
        statement: bodyOf(command.statement),
        signature: bodyOf(command.signature),
        probes: bodiesOf(command.probes),
      };
    case 'outcome':
      return {
        type: 'outcome',
        agent,
        statement: bodyOf(command.statement),
        signature: bodyOf(command.signature),
        output: command.output ? { body: bodyOf(command.output.body), length: command.output.length } : null,
        outputs: command.outputs && bodyOf(command.outputs),
      };
    case 'void':
      return {
        type: 'void',
        by: agent,
        nonce: command.nonce,
        reason: command.reason,
        ...(command.probe === null ? {} : { probe: command.probe }),
        probes: bodiesOf(command.probes),
      };
  }
}

async function ask(
  { engine }: AgentDeps,
  grown: () => Grown,
  run: string,
  nonce: string,
  item: string,
): Promise<Result<AgentCalls['ask']['result']>> {
  const entries = engine.run(run)?.entries ?? [];
  const armed = entries.find(({ entry }) => entry.type === 'step.armed' && entry.nonce === nonce)?.entry as
    | Extract<RunEntry, { type: 'step.armed' }>
    | undefined;
  const started = entries.find(
    ({ entry }) =>
      entry.type === 'step.started' &&
      entry.step === armed?.step &&
      entry.attempt === armed.attempt &&
      itemOf(entry) === item,
  );
  return ok({
    entry: started ? (fromUtf8(started.bytes) ?? '') : null,
    grown: grown(),
    proof: started ? engine.log.inclusion(started.entry.seq) : [],
  });
}

/** Everything of the run that an agent has to verify for itself; only earlier output, which can be large, stays here. */
function clearance({ engine, store }: AgentDeps, grown: () => Grown, run: string): Result<{ clearance: Clearance }> {
  const found = engine.run(run);
  if (!found) return fail('XCK_UNKNOWN', { what: 'run', name: run });
  const bundle = collect(store, run, {
    checkpoint: utf8(engine.log.checkpoint),
    size: engine.log.size,
    withheld: new Set(found.entries.flatMap(({ entry }) => entry.bodies?.['output'] ?? [])),
  });
  const bodies = [...bundle.bodies].map(([digest, body]) => [
    digest,
    { bytes: base64(body.bytes), salt: base64(body.salt) },
  ]);
  return ok({
    clearance: {
      run,
      grown: grown(),
      entries: bundle.entries.map((bytes) => fromUtf8(bytes) ?? ''),
      proofs: bundle.proofs,
      trees: bundle.consistency,
      bodies: Object.fromEntries(bodies),
      runbook: found.state.facts.runbook,
    },
  });
}
