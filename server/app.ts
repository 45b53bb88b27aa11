/** The Fastify app: plugins first, then routes. It is a factory; it listens to nothing and reads no environment. */
import cookie from '@fastify/cookie';
import statics from '@fastify/static';
import { type FastifyBaseLogger, type FastifyInstance, fastify } from 'fastify';
import { type Refusal, refusal } from '../core/errors.ts';
import type { Sessions } from './people/sessions.ts';
import type { Ports } from './ports/ports.ts';
import type { Agents } from './room/agents.ts';
import type { Tickets } from './room/tickets.ts';
import { readRoutes } from './routes/reads.ts';
import { sessionRoutes } from './routes/sessions.ts';
import type { FolderShelf } from './routes/shelf.ts';
import { writeRoutes } from './routes/writes.ts';
import type { Engine } from './runner/engine.ts';
import type { Store } from './store/store.ts';
import { isWhole } from './wholeText.ts';

export interface AppDeps {
  readonly engine: Engine;
  readonly store: Store;
  readonly ports: Ports;
  readonly sessions: Sessions;
  readonly tickets: Tickets;
  readonly agents: Agents;
  readonly signedOut: (session: string) => void;
  /** Folder of the built page. */
  readonly web: string;
  /** The runbook folders that can be registered. */
  readonly folders: FolderShelf;
  readonly logger: FastifyBaseLogger;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose session this is; empty where nobody is signed in. */
    person: string;
    /** The session's secret. */
    session: string;
  }
}

const BODY_LIMIT = 48 * 1024 * 1024;
const HEADERS = {
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** A refusal as RFC 9457 problem details. */
export const problem = ({ code, status, sentence, hint }: Refusal) => ({
  type: `about:blank#${code}`,
  title: sentence,
  status,
  code,
  hint,
});

/** Whether a browser page of this site sent it: its Origin is on the site's list. */
export const originAllowed = (engine: Engine) => (origin: string | undefined) =>
  origin !== undefined && engine.site.document.origins.includes(origin);

const HALF_A_CHARACTER = { where: 'request', why: 'a text holds half a character, a lone surrogate' };

export function buildApp(deps: AppDeps): FastifyInstance {
  const app = fastify({
    loggerInstance: deps.logger,
    bodyLimit: BODY_LIMIT,
    // A line that somebody holds open without asking anything must not keep a server from stopping.
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
    routerOptions: { ignoreTrailingSlash: true },
  });
  app.register(cookie);
  app.decorateRequest('person', '');
  app.decorateRequest('session', '');
  app.addHook('onSend', async (request, reply) => {
    for (const [name, value] of Object.entries(HEADERS)) if (!reply.hasHeader(name)) reply.header(name, value);
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });
  app.addHook('onRequest', async (request, reply) => {
    const bearer = /^Bearer ([0-9a-f]{64})$/.exec(request.headers.authorization ?? '')?.[1];
    const secret = bearer ?? request.cookies['__Host-crosscheck'] ?? '';
    request.session = secret;
    request.person = secret === '' ? '' : (deps.sessions.person(secret) ?? '');
    // A cookie travels with requests of foreign pages; whatever changes something must come from our own.
    const changes = request.method !== 'GET' && request.method !== 'HEAD';
    const foreign = request.headers.origin !== undefined || bearer === undefined;
    if (changes && foreign && !originAllowed(deps.engine)(request.headers.origin)) {
      if (request.headers.origin !== undefined || request.cookies['__Host-crosscheck'] !== undefined)
        return reply.code(403).send(problem(refusal('XCK_ORIGIN')));
    }
  });
  app.addHook('preValidation', async ({ body }, reply) => {
    if (!isWhole(body)) return reply.code(400).send(problem(refusal('XCK_INPUT', HALF_A_CHARACTER)));
  });
  app.setErrorHandler<{ statusCode?: number; validation?: unknown; message: string }>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error(error);
    const told =
      status < 500
        ? refusal('XCK_INPUT', { where: 'request', why: error.message })
        : refusal('XCK_UNEXPECTED', { why: 'see the server’s log' });
    return reply
      .code(status)
      .type('application/problem+json')
      .send({ ...problem(told), status });
  });
  app.register(sessionRoutes, deps);
  app.register(readRoutes, deps);
  app.register(writeRoutes, deps);
  app.register(statics, { root: deps.web, cacheControl: false });
  app.setNotFoundHandler((request, reply) => {
    if (request.method === 'GET' && !request.url.startsWith('/api/') && !request.url.includes('.'))
      return reply.sendFile('index.html');
    return reply.code(404).send(problem(refusal('XCK_UNKNOWN', { what: 'page', name: request.url.slice(0, 100) })));
  });
  return app;
}
