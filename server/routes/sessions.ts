/** Signing in and out: by one-time link or by a key of the roster over a random challenge. A session reads and stops things; it signs nothing. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import Type from 'typebox';
import { fromBase64 } from '../../core/bytes/encoding.ts';
import { type Refusal, refusal } from '../../core/errors.ts';
import { vkey } from '../../core/log/checkpoint.ts';
import { Base64, closed, Nonce, Principal } from '../../core/log/forms.ts';
import { personOf } from '../../core/log/roster.ts';
import type { Me } from '../../core/protocol/frames.ts';
import type { Result } from '../../core/result.ts';
import { type AppDeps, problem } from '../app.ts';
import { pageOf } from '../runner/site.ts';

const COOKIE = '__Host-crosscheck';
const cookieOptions = { path: '/', httpOnly: true, secure: true, sameSite: 'strict' } as const;

interface Begun {
  readonly person: string;
  readonly secret: string;
  readonly expires: number;
}

export async function sessionRoutes(app: FastifyInstance, deps: AppDeps): Promise<void> {
  const { engine, sessions } = deps;
  const no = (reply: FastifyReply, why: Refusal) =>
    reply.code(why.status).type('application/problem+json').send(problem(why));
  const begin = (reply: FastifyReply, begun: Result<Begun>) => {
    if (!begun.ok) return no(reply, begun.refusal);
    const { person, secret, expires } = begun.value;
    return reply
      .setCookie(COOKIE, secret, { ...cookieOptions, expires: new Date(expires) })
      .send({ person, session: secret, expires });
  };

  app.post<{ Body: { token: string } }>(
    '/api/session/link',
    { schema: { body: closed({ token: Nonce }) } },
    async (request, reply) => begin(reply, sessions.redeem(engine.site.roster, request.body.token)),
  );

  app.post('/api/session/challenge', async () => ({ challenge: sessions.challenge(), origin: engine.site.origin }));

  // An authenticator says whose a passkey is, not which key; public keys let nobody in.
  app.get<{ Params: { person: string } }>(
    '/api/session/passkeys/:person',
    { schema: { params: closed({ person: Principal }) } },
    async (request) => {
      const own = personOf(engine.site.roster, request.params.person)?.keys ?? [];
      return { keys: own.filter(({ kind }) => kind === 'passkey').map(({ key }) => key) };
    },
  );

  const keyBody = closed({
    challenge: Base64,
    key: Type.String({ maxLength: 1000 }),
    signature: Type.String({ maxLength: 8192 }),
  });
  app.post<{ Body: { challenge: string; key: string; signature: string } }>(
    '/api/session/key',
    { schema: { body: keyBody } },
    async (request, reply) => begin(reply, await sessions.signIn(engine.site.roster, engine.site.origin, request.body)),
  );

  app.post('/api/session/links', async (request, reply) => {
    if (request.person === '') return no(reply, refusal('XCK_SIGNED_OUT'));
    const { secret } = sessions.mint(request.person, 'link');
    return { url: `${pageOf(engine.site, request.person)}/#t=${secret}` };
  });

  app.delete('/api/session', async (request, reply) => {
    sessions.end(request.session);
    deps.signedOut(request.session);
    return reply.clearCookie(COOKIE, cookieOptions).code(204).send();
  });

  app.get('/api/me', async (request, reply): Promise<Me | FastifyReply> => {
    const person = personOf(engine.site.roster, request.person);
    if (!person) return no(reply, refusal('XCK_SIGNED_OUT'));
    const { origin, roster, genesis, document } = engine.site;
    return {
      person: person.id,
      name: deps.store.names()[person.id] ?? person.id,
      roles: person.roles,
      keys: person.keys.map(({ key, kind }) => ({ key, kind })),
      origin,
      solo: roster.solo,
      vouched: roster.vouched || roster.solo,
      genesis,
      roster: roster.ref,
      log_key: vkey(origin, fromBase64(document.log_key) ?? new Uint8Array()),
      now: deps.ports.now(),
    };
  });
}
