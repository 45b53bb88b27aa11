/** The room's socket: ticket, hello, lease, and coming back after a loss. It reports what arrives and never interprets it. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { ClientFrame, ServerFrame } from '../../core/protocol/frames.ts';
import type { Api } from '../api.ts';
import type { Deps } from '../deps.ts';

export type Link =
  | { readonly kind: 'connecting' | 'connected' }
  /** Since when, by this machine's clock. */
  | { readonly kind: 'reconnecting'; readonly since: number };

export interface Connection {
  readonly link: ReadonlySignal<Link>;
  readonly send: (frame: ClientFrame) => void;
  readonly close: () => void;
}

export interface Listening {
  readonly run: string;
  /** rseq of the newest entry that the page has. */
  readonly after: () => number;
  readonly frame: (frame: ServerFrame) => void;
  /** The session is over: nothing is tried again. */
  readonly signedOut: () => void;
}

const LEASE_MS = 5000;
const BACK_OFF = [250, 500, 1000, 2000, 4000];

export function connect(deps: Deps, api: Api, listening: Listening): Connection {
  const link = signal<Link>({ kind: 'connecting' });
  let socket: WebSocket | undefined;
  let closed = false;
  let tries = 0;
  let stopRetry = () => {};

  const send = (frame: ClientFrame) => {
    if (socket?.readyState === 1) socket.send(JSON.stringify(frame));
  };
  const lost = () => {
    if (closed) return;
    socket = undefined;
    if (link.value.kind !== 'reconnecting') link.value = { kind: 'reconnecting', since: deps.now() };
    stopRetry = deps.later(BACK_OFF[Math.min(tries, BACK_OFF.length - 1)] ?? 4000, dial);
    tries += 1;
  };
  const arrived = (data: unknown) => {
    try {
      const frame = JSON.parse(String(data)) as ServerFrame;
      if (frame.type === 'welcome') {
        tries = 0;
        link.value = { kind: 'connected' };
      }
      listening.frame(frame);
    } catch {
      socket?.close();
    }
  };
  async function dial(): Promise<void> {
    const ticket = await api.post<{ ticket: string }>('/api/tickets', {});
    if (closed) return;
    if (!ticket.ok) return ticket.problem.code === 'XCK_SIGNED_OUT' ? listening.signedOut() : lost();
    const opened = deps.openSocket('/api/room', 'crosscheck.v1');
    socket = opened;
    opened.onopen = () =>
      send({ type: 'hello', ticket: ticket.value.ticket, run: listening.run, after: listening.after() });
    opened.onmessage = (event) => arrived(event.data);
    opened.onclose = () => {
      if (socket === opened) lost();
    };
  }
  void dial();
  const stopLease = deps.every(LEASE_MS, () => send({ type: 'here' }));
  return {
    link,
    send,
    close() {
      closed = true;
      stopLease();
      stopRetry();
      socket?.close();
    },
  };
}
