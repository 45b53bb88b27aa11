/** The agent's process: its identity, trust root and journal, and one connection to the server that it dials itself and keeps dialling. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { WebSocket } from 'ws';
import { fromBase64 } from '../../core/bytes/encoding.ts';
import type { VerifyRaw } from '../../core/log/signature.ts';
import type { AgentCalls, ServerCalls } from '../../core/protocol/agent.ts';
import { parseTrust, type Trust } from '../../core/record/trust.ts';
import { type Peer, peer, readFrame, type Wire } from './calls.ts';
import { clearanceVerifier } from './clearance.ts';
import type { Executor } from './executor.ts';
import { folderKeeper } from './folder.ts';
import { identity } from './identity.ts';
import { openJournal } from './journal.ts';
import { takeLock } from './lock.ts';
import { openSession } from './session.ts';
import { agentSigner } from './signing.ts';
import { readTargets } from './targets.ts';

export interface AgentConfig {
  /** `ws://host:port` of the server. */
  readonly server: string;
  readonly data: string;
  /** PATH of every command. */
  readonly path: string;
  readonly log: Logger;
  /** An embedded agent ends when the server that started it does: its standard input closes. */
  readonly endWithStdin: boolean;
  readonly verifyRaw: VerifyRaw;
  /** The clock on the wall, ms: undo windows, the release window and the times in statements are by it. */
  readonly now: () => number;
  /** What runs the commands, keeping its files in the folder given. */
  readonly openExecutor: (root: string) => Executor;
  /** Ends the agent; running commands go on and are taken up by the next one. */
  readonly until: AbortSignal;
}

const RETRY_MS = [50, 100, 200, 500, 1000, 2000];
const PING_MS = 10_000;

/** Runs until it is told to end. Throws where identity, trust root or journal are not to be trusted. */
export async function runAgent(config: AgentConfig): Promise<void> {
  mkdirSync(config.data, { recursive: true, mode: 0o700 });
  if (config.endWithStdin)
    process.stdin
      .on('end', () => process.exit(0))
      .on('error', () => process.exit(0))
      .resume();
  const release = await takeLock(join(config.data, 'lock'));
  const own = identity(config.data);
  const trust = readTrust(config.data);
  const targets = readTargets(config.data);
  const journal = openJournal(join(config.data, 'journal'));
  const line = connection();
  const signer = agentSigner(trust.origin, own.key, own.privateKey);
  const calls: Peer<AgentCalls> = { call: (method, params) => line.peer().call(method, params) };
  const verifier = clearanceVerifier({
    data: config.data,
    trust,
    verifyRaw: config.verifyRaw,
    calls,
    materialise: folderKeeper(join(config.data, 'folders')),
  });
  const session = openSession({
    agent: own.id,
    signer,
    targets,
    secrets: join(config.data, 'secrets'),
    path: config.path,
    now: config.now,
    monotonic: () => performance.now(),
    verifier,
    calls: () => calls,
    connected: line.connected,
    intend: (start, what) => journal.intend(start, what, performance.now()),
    journal,
    executor: config.openExecutor(join(config.data, 'steps')),
    log: config.log,
  });
  void session.recover();
  for (let failures = 0; !config.until.aborted; failures++) {
    const joined = await dial(config, (wire, greeting) => {
      const joining = peer<AgentCalls, ServerCalls>(wire, session.handlers);
      const signature = signer.hello(fromBase64(greeting) ?? new Uint8Array());
      return joining.call('hello', { agent: own.id, signature, size: verifier.size() }).then((answer) => {
        if (!answer.ok) config.log.error({ refusal: answer.refusal }, 'the server does not know this agent');
        else line.join(joining);
      });
    });
    line.leave();
    if (joined) failures = 0;
    if (!config.until.aborted)
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]));
  }
  journal.close();
  release();
}

function readTrust(data: string): Trust {
  const file = join(data, 'trust.txt');
  if (!existsSync(file)) throw new Error(`${file} is missing; the trust root is given to an agent by hand`);
  const trust = parseTrust(readFileSync(file, 'utf8'));
  if (!trust.ok) throw new Error(`${file}: ${trust.refusal.sentence}`);
  return trust.value;
}

/** The connection as the session sees it: there, or to be waited for. */
function connection() {
  const nobody: Peer<AgentCalls> = peer<AgentCalls, ServerCalls>(
    { send: () => {}, onMessage: () => {}, onClose: (closed) => closed() },
    {} as never,
  );
  let current = nobody;
  let waiting: (() => void)[] = [];
  return {
    peer: () => current,
    join: (joined: Peer<AgentCalls>) => {
      current = joined;
      for (const wake of waiting) wake();
      waiting = [];
    },
    leave: () => {
      current = nobody;
    },
    connected: () => (current === nobody ? new Promise<void>((resolve) => waiting.push(resolve)) : Promise.resolve()),
  };
}

/** One connection from dialling to its end; resolves with whether the server greeted. */
function dial(config: AgentConfig, greeted: (wire: Wire, challenge: string) => Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${config.server}/api/agent`, {
      perMessageDeflate: false,
      maxPayload: 64 * 1024 * 1024,
    });
    const messages: ((text: string) => void)[] = [];
    const closes: (() => void)[] = [];
    const wire: Wire = {
      send: (text) => socket.send(text),
      onMessage: (one) => void messages.push(one),
      onClose: (one) => void closes.push(one),
    };
    let joined = false;
    let alive = true;
    const end = () => socket.terminate();
    config.until.addEventListener('abort', end);
    const pinging = setInterval(() => {
      if (!alive) socket.terminate();
      alive = false;
      if (socket.readyState === socket.OPEN) socket.ping();
    }, PING_MS);
    socket.on('pong', () => {
      alive = true;
    });
    socket.on('message', (data) => {
      const frame = readFrame(data.toString());
      if (frame?.kind === 'greeting' && !joined) {
        joined = true;
        void greeted(wire, frame.challenge);
      } else for (const one of messages) one(data.toString());
    });
    socket.on('error', (error) => config.log.debug({ error: error.message }, 'connection'));
    socket.on('close', () => {
      clearInterval(pinging);
      config.until.removeEventListener('abort', end);
      for (const one of closes) one();
      resolve(joined);
    });
  });
}
