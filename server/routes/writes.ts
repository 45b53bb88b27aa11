/** The route by which people change anything, and the ticket that opens their room. It only authenticates; the write path decides. */
import type { FastifyInstance } from 'fastify';
import { refusal } from '../../core/errors.ts';
import type { CommandText } from '../../core/protocol/frames.ts';
import { type AppDeps, problem } from '../app.ts';
import { carryOut } from './commands.ts';
import { CommandSchema } from './schema.ts';

export async function writeRoutes(app: FastifyInstance, deps: AppDeps): Promise<void> {
  app.post<{ Body: CommandText }>('/api/commands', { schema: { body: CommandSchema } }, async (request, reply) => {
    if (request.person === '') return reply.code(401).send(problem(refusal('XCK_SIGNED_OUT')));
    const done = await carryOut(deps, request.person, request.body);
    return done.ok
      ? done.value
      : reply.code(done.refusal.status).type('application/problem+json').send(problem(done.refusal));
  });

  app.post('/api/tickets', async (request, reply) => {
    if (request.person === '') return reply.code(401).send(problem(refusal('XCK_SIGNED_OUT')));
    return { ticket: deps.tickets.issue({ person: request.person, session: request.session }) };
  });
}
