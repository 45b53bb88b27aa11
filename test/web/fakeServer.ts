/** The built pages over HTTP with a fake API in one scene, headers as strict as the real ones. For tests only. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { base64 } from '../../core/bytes/encoding.ts';
import { consistencyProof } from '../../core/log/merkle.ts';
import type { RunDocument } from '../../core/protocol/frames.ts';
import type { Name } from '../helpers/site.ts';
import { answersOf, type Scene } from './scenes.ts';

const ROOT = resolve(import.meta.dirname, '../../..', 'build', 'page');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

export interface FakeServer {
  readonly url: string;
  /** What is answered from now on; sockets are closed so that pages come back to it. */
  show(scene: Scene, options?: Shown): void;
  /** Commands that were posted, oldest first. */
  readonly commands: Record<string, unknown>[];
  /** The bodies of everything sent to pages, API and socket. */
  readonly sent: string[];
  /** The answer to the next command; without one it is accepted. */
  refuse: { code: string; title: string; hint: string } | null;
  close(): Promise<void>;
}

export interface Shown {
  /** The browser's key line, where the person may sign in it. */
  readonly key?: string | null;
  readonly names?: Partial<Record<Name, string>>;
  readonly signedIn?: boolean;
  /** What a lying server would send instead. */
  readonly alter?: (doc: RunDocument) => RunDocument;
  /** The same of each entry of the roster's chain. */
  readonly alterSite?: (entry: string) => string;
}

export async function fakeServer(): Promise<FakeServer> {
  let scene: Scene | undefined;
  let shown: Shown = {};
  const sockets = new Set<WebSocket>();
  const commands: Record<string, unknown>[] = [];
  const sent: string[] = [];

  const json = (response: ServerResponse, status: number, value: unknown) => {
    const text = JSON.stringify(value);
    sent.push(text);
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  };
  const problem = (response: ServerResponse, status: number, code: string, title: string, hint = '') =>
    json(response, status, { type: 'about:blank', title, status, code, hint });

  function api(path: string, query: URLSearchParams, body: string, response: ServerResponse): unknown {
    if (!scene || shown.signedIn === false)
      return problem(response, 401, 'XCK_SIGNED_OUT', 'You are not signed in.', 'Open your link.');
    const answers = answersOf(scene, shown.key ?? null, shown.names);
    if (path === '/api/me') return json(response, 200, answers.me());
    if (path === '/api/home') return json(response, 200, answers.home());
    if (path === '/api/site')
      return json(response, 200, {
        ...answers.site(),
        entries: answers.site().entries.map(shown.alterSite ?? ((one) => one)),
      });
    if (path === '/api/people') return json(response, 200, answers.people());
    if (path === '/api/log/consistency') {
      const [from, to] = [Number(query.get('from')), Number(query.get('to'))];
      const { store } = scene.run.site;
      if (to > store.size()) return problem(response, 404, 'XCK_UNKNOWN', 'There is no such tree.');
      return json(response, 200, { proof: consistencyProof(from, to, store.node).map(base64) });
    }
    if (path === '/api/tickets') return json(response, 200, { ticket: 'ticket' });
    if (path.startsWith('/api/folders/')) return json(response, 200, answers.folder(false));
    if (path.startsWith('/api/plans/') && scene.plan) return json(response, 200, scene.plan);
    if (path.startsWith('/api/runbooks/') && scene.before && !path.endsWith(scene.run.approved.digest))
      return json(response, 200, scene.before);
    if (path.startsWith('/api/runbooks/'))
      return json(response, 200, {
        ...answers.folder(true),
        summary: { ...answers.folder(true).summary, approved: scene.run.approved.ref },
      });
    if (path.endsWith('/output')) {
      const [bytes, offset] = [answers.output(), Number(query.get('offset'))];
      return json(response, 200, { offset, bytes: base64(bytes.subarray(offset)), total: bytes.length });
    }
    if (path.endsWith('/record'))
      return response.writeHead(200, { 'content-type': 'application/x-tar' }).end(answers.record());
    if (path.startsWith('/api/runs/')) return json(response, 200, (shown.alter ?? ((doc) => doc))(answers.run()));
    if (path === '/api/commands') {
      commands.push(JSON.parse(body));
      if (server.refuse) return problem(response, 409, server.refuse.code, server.refuse.title, server.refuse.hint);
      return json(response, 200, {
        entries: [],
        checkpoint: answers.checkpoint(),
        receipt: 'c2sp.org/tlog-proof@v1\nindex 1\n',
      });
    }
    return problem(response, 404, 'XCK_UNKNOWN', 'There is no such page.');
  }

  function page(path: string, response: ServerResponse): void {
    const file = join(ROOT, path);
    const found = path !== '/' && existsSync(file) ? file : join(ROOT, 'index.html');
    response.writeHead(200, {
      'content-type': TYPES[extname(found)] ?? 'text/plain',
      'content-security-policy': CSP,
      'x-content-type-options': 'nosniff',
    });
    response.end(readFileSync(found));
  }

  const http = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    let body = '';
    request.on('data', (data) => {
      body += data;
    });
    request.on('end', () =>
      pathname.startsWith('/api/')
        ? api(decodeURIComponent(pathname), searchParams, body, response)
        : page(pathname, response),
    );
  });
  const rooms = new WebSocketServer({ server: http, path: '/api/room' });
  rooms.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', () => {
      if (!scene) return;
      const answers = answersOf(scene, shown.key ?? null, shown.names);
      const frames = [
        { type: 'welcome', now: answers.now(), person: answers.me().person },
        { type: 'presence', people: answers.presence() },
      ];
      for (const frame of frames) socket.send(JSON.stringify(frame));
    });
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const server: FakeServer = {
    url: `http://localhost:${(http.address() as AddressInfo).port}`,
    commands,
    sent,
    refuse: null,
    show(next, options = {}) {
      scene = next;
      shown = options;
      sent.length = 0;
      commands.length = 0;
      for (const socket of sockets) socket.terminate();
    },
    async close() {
      for (const socket of sockets) socket.terminate();
      rooms.close();
      await new Promise((done) => http.close(done));
    },
  };
  return server;
}
