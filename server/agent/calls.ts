/** Calls in both directions over one WebSocket, as JSON frames; used by the agent and by the server's side of it. It knows no call's meaning. */
import { fail, type Refusal } from '../../core/errors.ts';
import type { Frame } from '../../core/protocol/agent.ts';
import { ok, type Result } from '../../core/result.ts';

interface Call {
  readonly params: unknown;
  readonly result: unknown;
}

/** What the calls need of a socket. */
export interface Wire {
  send(text: string): void;
  onMessage(listener: (text: string) => void): void;
  onClose(listener: () => void): void;
}

export type Handlers<C> = {
  readonly [M in keyof C]: (
    params: C[M] extends Call ? C[M]['params'] : never,
  ) => Promise<Result<C[M] extends Call ? C[M]['result'] : never>>;
};

export interface Peer<C> {
  /** Never rejects: a lost connection is the refusal XCK_NO_AGENT, and what became of the call is unknown. */
  call<M extends keyof C & string>(
    method: M,
    params: C[M] extends Call ? C[M]['params'] : never,
  ): Promise<Result<C[M] extends Call ? C[M]['result'] : never>>;
}

const lost = (): { ok: false; refusal: Refusal } => fail('XCK_NO_AGENT', { agent: 'at the other end' });

/** Joins the two ends: `theirs` are the calls we make, `ours` answers the calls we get. */
export function peer<Theirs, Ours>(wire: Wire, ours: Handlers<Ours>): Peer<Theirs> {
  const waiting = new Map<number, (answer: Result<unknown>) => void>();
  let next = 1;
  let open = true;
  const send = (frame: Frame) => {
    if (open) wire.send(JSON.stringify(frame));
  };
  const answer = async (frame: Extract<Frame, { kind: 'call' }>) => {
    const handler = Object.hasOwn(ours, frame.method)
      ? (ours as Record<string, (params: unknown) => Promise<Result<unknown>>>)[frame.method]
      : undefined;
    const result = handler
      ? await handler(frame.params).catch(unexpected)
      : fail('XCK_UNKNOWN', { what: 'call', name: frame.method });
    send(
      result.ok
        ? { kind: 'answer', id: frame.id, result: result.value }
        : { kind: 'answer', id: frame.id, refusal: result.refusal },
    );
  };
  wire.onMessage((text) => {
    const frame = readFrame(text);
    if (frame?.kind === 'call') void answer(frame);
    if (frame?.kind !== 'answer') return;
    waiting.get(frame.id)?.(frame.refusal ? { ok: false, refusal: frame.refusal } : ok(frame.result));
    waiting.delete(frame.id);
  });
  wire.onClose(() => {
    open = false;
    for (const settle of waiting.values()) settle(lost());
    waiting.clear();
  });
  return {
    call: (method, params) => {
      if (!open) return Promise.resolve(lost());
      const id = next++;
      send({ kind: 'call', id, method, params });
      return new Promise((resolve) => waiting.set(id, (result) => resolve(result as never)));
    },
  };
}

/** Reads a frame of a peer that may be anybody; what is none is not heard. Parameters and results are their reader's to judge. */
export function readFrame(text: string): Frame | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    return isFrame(frame) ? frame : undefined;
  } catch {
    return undefined;
  }
}

function isFrame(value: unknown): value is Frame {
  const { kind, id, method, challenge } = Object(value) as Readonly<Record<string, unknown>>;
  if (kind === 'greeting') return typeof challenge === 'string';
  return Number.isSafeInteger(id) && (kind === 'answer' || (kind === 'call' && typeof method === 'string'));
}

/** Anything unexpected while handling a call is a refusal, never silence. */
const unexpected = (error: unknown): { ok: false; refusal: Refusal } =>
  fail('XCK_UNEXPECTED', { why: error instanceof Error ? error.message : String(error) });
