/** A run's room from the terminal: presence while it is open, entries verified as they come, and coming back after a loss. */
import { WebSocket } from 'ws';
import { fromBase64 } from '../../core/bytes/encoding.ts';
import { refusal } from '../../core/errors.ts';
import type { Sealed } from '../../core/log/entry.ts';
import type { RunEntry } from '../../core/log/tables.ts';
import type { ClientFrame, ServerFrame } from '../../core/protocol/frames.ts';
import type { Client } from './client.ts';
import { EXIT, Stop, stopOf } from './exits.ts';
import { extend, type Folded, reveal } from './fold.ts';
import { dialled } from './http.ts';
import { type OpenRun, openRun } from './run-client.ts';

export interface Heard {
  readonly entries?: (entries: readonly Sealed<RunEntry>[]) => void;
  readonly output?: (piece: {
    readonly step: string;
    readonly attempt: number;
    /** Of a wave; '' where the step has none. */
    readonly item: string;
    readonly offset: number;
    readonly bytes: Uint8Array;
  }) => void;
  /** The connection was lost or has come back. */
  readonly link?: (connected: boolean) => void;
}

export interface Room {
  readonly run: OpenRun;
  readonly folded: Folded;
  send(frame: ClientFrame): void;
  /** Resolves with the first answer that `look` gives of the fold, now or after a change; rejects when the room fails. */
  until<T>(look: (folded: Folded) => T | undefined): Promise<T>;
  close(): void;
}

const LEASE_MS = 5000;
const BACK_OFF_MS = [250, 500, 1000, 2000, 4000];
/** Close code of a session that has ended; coming back cannot mend it. */
const SIGNED_OUT = 4004;

interface Watcher {
  readonly look: () => boolean;
  readonly fail: (why: unknown) => void;
}

export async function openRoom(client: Client, id: string, heard: Heard = {}): Promise<Room> {
  const run = await openRun(client, id);
  const watchers = new Set<Watcher>();
  let folded = run.folded;
  let failed: unknown;
  let closed = false;
  let socket: WebSocket | undefined;
  let tries = 0;
  let retry: NodeJS.Timeout | undefined;
  /** Frames are taken one after the other: verifying one awaits. */
  let queue: Promise<void> = Promise.resolve();

  const fail = (why: unknown) => {
    failed ??= why;
    for (const watcher of watchers) watcher.fail(failed);
    close();
  };
  const moved = (next: Folded) => {
    const fresh = next.entries.slice(folded.entries.length);
    folded = next;
    if (fresh.length > 0) heard.entries?.(fresh);
    for (const watcher of watchers) if (watcher.look()) watchers.delete(watcher);
  };
  const take = async (frame: ServerFrame): Promise<void> => {
    if (frame.type === 'welcome') {
      if (tries > 0) heard.link?.(true);
      tries = 0;
    }
    if (frame.type === 'entries') moved(await extend(run.ground, folded, frame.slice));
    if (frame.type === 'bodies') moved(reveal(run.ground, folded, frame.bodies));
    if (frame.type === 'output') heard.output?.({ ...frame, bytes: fromBase64(frame.bytes) ?? new Uint8Array() });
  };
  const send = (frame: ClientFrame) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };
  const lost = (code: number) => {
    if (closed) return;
    if (code === SIGNED_OUT) return fail(stopOf(refusal('XCK_SIGNED_OUT')));
    if (tries === 0) heard.link?.(false);
    retry = setTimeout(() => void dial().catch(again), BACK_OFF_MS[Math.min(tries++, BACK_OFF_MS.length - 1)]);
  };
  /** A server that restarts refuses connections for a moment; a session that ended stays ended. */
  const again = (why: unknown) => (why instanceof Stop && why.exit === EXIT.denied ? fail(why) : lost(0));

  async function dial(): Promise<void> {
    const { ticket } = await client.api.post<{ ticket: string }>('/api/tickets', {});
    if (closed) return;
    const url = new URL('/api/room', client.api.server.replace(/^http/, 'ws'));
    const { host, hostname } = url;
    if (dialled(hostname) !== hostname) url.hostname = dialled(hostname);
    const opened = new WebSocket(url, 'crosscheck.v1', {
      origin: run.site.document.origins[0] ?? client.api.server,
      headers: { host },
      perMessageDeflate: false,
    });
    socket = opened;
    opened.on('open', () => send({ type: 'hello', ticket, run: id, after: folded.state.head.rseq }));
    opened.on('message', (data) => {
      queue = queue.then(() => take(JSON.parse(data.toString()) as ServerFrame)).catch(fail);
    });
    opened.on('error', () => opened.terminate());
    opened.on('close', (code) => {
      if (socket === opened) lost(code);
    });
  }

  const lease = setInterval(() => send({ type: 'here' }), LEASE_MS);
  function close(): void {
    closed = true;
    clearInterval(lease);
    clearTimeout(retry);
    socket?.close();
  }
  await dial();

  return {
    run,
    get folded() {
      return folded;
    },
    send,
    until: (look) =>
      new Promise((resolve, reject) => {
        const looked = () => {
          const answer = look(folded);
          if (answer !== undefined) resolve(answer);
          return answer !== undefined;
        };
        if (failed !== undefined) reject(failed);
        else if (!looked()) watchers.add({ look: looked, fail: reject });
      }),
    close,
  };
}
