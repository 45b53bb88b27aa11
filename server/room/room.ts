/** The live room over WebSocket: entries to everybody who watches a run, each as they may see it. Entries are never dropped; a slow client is. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { base64 } from '../../core/bytes/encoding.ts';
import type { ClientFrame, ServerFrame } from '../../core/protocol/frames.ts';
import { GRACE } from '../drain.ts';
import type { Ports } from '../ports/ports.ts';
import type { AbortAnswer } from '../runner/effects.ts';
import type { Committed, Engine } from '../runner/engine.ts';
import { bodyTexts, hiddenFrom, slice } from '../runner/slices.ts';
import type { Store } from '../store/store.ts';
import type { Agents, Wrote } from './agents.ts';
import { readFrame } from './frames.ts';
import type { PresenceBook } from './presence.ts';
import type { Tickets } from './tickets.ts';

const FRAME_LIMIT = 64 * 1024;
/** Output may be skipped beyond this backlog and is fetched by offset; a client this far behind is sent away to resume. */
const SKIP_OUTPUT = 1024 * 1024;
const SEND_AWAY = 8 * 1024 * 1024;
const PROTOCOL = 'crosscheck.v1';
const SOCKETS = { noServer: true, perMessageDeflate: false, closeTimeout: GRACE };

interface Member {
  readonly socket: WebSocket;
  readonly person: string;
  readonly session: string;
  readonly run: string;
  sent: number;
  hidden: ReadonlySet<string>;
}

export interface RoomDeps {
  readonly engine: Engine;
  readonly store: Store;
  readonly ports: Ports;
  readonly tickets: Tickets;
  readonly agents: Agents;
  readonly allowedOrigin: (origin: string | undefined) => boolean;
}

export interface Room {
  attach(server: Server, presence: PresenceBook): void;
  committed(committed: Committed): void;
  wrote(wrote: Wrote): void;
  /** Tells everybody what an abort was answered. */
  aborted(run: string, step: string, answer: AbortAnswer): void;
  presenceChanged(run: string): void;
  /** Closes the sockets of a session that has ended. */
  signedOut(session: string): void;
  close(): void;
}

export function openRoom(deps: RoomDeps): Room {
  const members = new Set<Member>();
  const people = new WebSocketServer({
    ...SOCKETS,
    maxPayload: FRAME_LIMIT,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  const agents = new WebSocketServer({ ...SOCKETS, maxPayload: 64 * 1024 * 1024 });
  let presence: PresenceBook;
  let closing = false;

  const send = (member: Member, frame: ServerFrame) => {
    if (member.socket.bufferedAmount > SEND_AWAY) member.socket.terminate();
    else member.socket.send(JSON.stringify(frame));
  };
  const watching = (run: string) => [...members].filter((member) => member.run === run);

  /** Sends what is new to one member: entries after the last sent, and bodies that are blind no longer. */
  const update = (member: Member) => {
    const live = deps.engine.run(member.run);
    if (!live) return;
    const hidden = hiddenFrom(live, member.person);
    const released = [...member.hidden].filter((digest) => !hidden.has(digest));
    if (live.state.head.rseq > member.sent) {
      send(member, {
        type: 'entries',
        slice: slice(deps.store, deps.engine.log, live, hidden, member.sent),
        names: deps.store.names(),
      });
      member.sent = live.state.head.rseq;
    }
    if (released.length > 0) send(member, { type: 'bodies', bodies: bodyTexts(deps.store, released) });
    member.hidden = hidden;
  };

  const join = (socket: WebSocket, hello: Extract<ClientFrame, { type: 'hello' }>): Member | undefined => {
    const ticket = deps.tickets.take(hello.ticket);
    const live = deps.engine.run(hello.run);
    if (!ticket || !live) return undefined;
    const known = Math.min(hello.after, live.state.head.rseq);
    const member: Member = {
      socket,
      person: ticket.person,
      session: ticket.session,
      run: hello.run,
      sent: known,
      hidden: hiddenFrom(live, ticket.person),
    };
    members.add(member);
    send(member, { type: 'welcome', now: deps.ports.now(), person: ticket.person });
    update(member);
    presence.here(hello.run, ticket.person);
    send(member, { type: 'presence', people: presence.people(live) });
    return member;
  };

  const hear = (member: Member, frame: ClientFrame) => {
    if (frame.type === 'here') {
      presence.here(member.run, member.person);
      send(member, { type: 'clock', now: deps.ports.now() });
    }
    if (frame.type === 'reading')
      presence.here(member.run, member.person, { step: frame.step, answered: frame.answered, of: frame.of });
  };

  const serve = (socket: WebSocket) => {
    let member: Member | undefined;
    const late = deps.ports.later(10_000, () => socket.close(4001, 'no hello'));
    socket.on('message', (data: RawData) => {
      const frame = readFrame(data);
      if (!frame) return socket.close(4002, 'unreadable frame');
      if (member) return hear(member, frame);
      if (frame.type === 'hello') member = join(socket, frame);
      late();
      if (!member) socket.close(4003, 'ticket or run unknown');
    });
    socket.on('close', () => {
      late();
      if (member) members.delete(member);
    });
    socket.on('error', () => socket.terminate());
  };

  const serveAgent = (socket: WebSocket) => {
    socket.on('error', () => socket.terminate());
    deps.agents.connect({
      send: (text) => socket.send(text),
      onMessage: (listener) => void socket.on('message', (data: RawData) => listener(data.toString())),
      onClose: (listener) => void socket.on('close', listener),
    });
  };

  const turnAway = (socket: Duplex, status: string) => {
    // From an upgrade on nobody else listens to this socket's errors; one that goes unheard would end the server.
    socket.on('error', () => socket.destroy());
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
  };

  /** A person's socket needs the exact Origin; an agent's sends none and proves its key instead. */
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Nobody would close a socket that comes after all others were closed, and the server waited for it for ever.
    if (closing) return turnAway(socket, '503 Service Unavailable');
    const path = (request.url ?? '').split('?')[0];
    if (path === '/api/room' && deps.allowedOrigin(request.headers.origin))
      return people.handleUpgrade(request, socket, head, serve);
    if (path === '/api/agent' && request.headers.origin === undefined)
      return agents.handleUpgrade(request, socket, head, serveAgent);
    turnAway(socket, path === '/api/room' || path === '/api/agent' ? '403 Forbidden' : '404 Not Found');
  };

  return {
    attach: (server, book) => {
      presence = book;
      server.on('upgrade', upgrade);
    },
    committed: ({ run }) => {
      if (run) for (const member of watching(run.state.facts.run)) update(member);
    },
    aborted: (run, step, answer) => {
      for (const member of watching(run)) send(member, { type: 'aborted', step, answer });
    },
    wrote: ({ run, step, attempt, item, offset, bytes }) => {
      for (const member of watching(run))
        if (member.socket.bufferedAmount < SKIP_OUTPUT)
          send(member, { type: 'output', step, attempt, item, offset, bytes: base64(bytes) });
    },
    presenceChanged: (run) => {
      const live = deps.engine.run(run);
      if (live) for (const member of watching(run)) send(member, { type: 'presence', people: presence.people(live) });
    },
    signedOut: (session) => {
      for (const member of members) if (member.session === session) member.socket.close(4004, 'signed out');
    },
    close: () => {
      closing = true;
      for (const client of [...people.clients, ...agents.clients]) client.close(1012, 'restarting');
    },
  };
}
