/** Everything that can be read; no GET changes anything, and whatever is about a run goes through core's `withheld`. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import Type from 'typebox';
import { base64, utf8 } from '../../core/bytes/encoding.ts';
import { type Refusal, refusal } from '../../core/errors.ts';
import { closed, Id, RunId, Sha256 } from '../../core/log/forms.ts';
import { personOf } from '../../core/log/roster.ts';
import { packBundle } from '../../core/record/bundle.ts';
import { REDACTED } from '../../core/release/entries.ts';
import { armingOf } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import { type AppDeps, problem } from '../app.ts';
import { collect } from '../record/collect.ts';
import { wholeLog } from '../record/whole.ts';
import type { Engine } from '../runner/engine.ts';
import { hiddenFrom, runDocument } from '../runner/slices.ts';
import { folderDocument, registeredDocument } from './folders.ts';
import { holdsSlice } from './holds.ts';
import { home } from './home.ts';
import { peopleView, siteSlice } from './people.ts';
import { planView } from './plans.ts';

const runParams = closed({ run: RunId });

export async function readRoutes(app: FastifyInstance, deps: AppDeps): Promise<void> {
  const { engine, store } = deps;
  const no = (reply: FastifyReply, why: Refusal) =>
    reply.code(why.status).type('application/problem+json').send(problem(why));
  const unknown = (what: string, name: string) => refusal('XCK_UNKNOWN', { what, name });

  app.get('/healthz', async () => ({ ok: true }));
  app.get('/readyz', async (_, reply) =>
    engine.log.failed === null ? { ok: true } : no(reply, refusal('XCK_STOPPED', { why: engine.log.failed })),
  );

  app.register(async (signedIn) => {
    signedIn.addHook('preHandler', async (request, reply) => {
      if (request.person === '') return no(reply, refusal('XCK_SIGNED_OUT'));
    });

    signedIn.get('/api/home', async (request) => home(deps, request.person));

    signedIn.get('/api/site', async () => siteSlice(deps));
    signedIn.get('/api/people', async () => peopleView(deps));

    signedIn.get('/api/holds', async () => holdsSlice(deps));

    signedIn.get<{ Params: { name: string } }>(
      '/api/folders/:name',
      { schema: { params: closed({ name: Id }) } },
      async (request, reply) => {
        const found = folderDocument(deps, request.params.name);
        return found.ok ? found.value : no(reply, found.refusal);
      },
    );

    signedIn.get<{ Params: { digest: string } }>(
      '/api/runbooks/:digest',
      { schema: { params: closed({ digest: Sha256 }) } },
      async (request, reply) => {
        const found = registeredDocument(deps, request.params.digest);
        return found ?? no(reply, unknown('runbook', request.params.digest));
      },
    );

    signedIn.get<{ Params: { plan: string } }>(
      '/api/plans/:plan',
      { schema: { params: closed({ plan: RunId }) } },
      async (request, reply) => {
        const found = planView(deps, request.params.plan, request.person);
        return found ?? no(reply, unknown('plan', request.params.plan));
      },
    );

    signedIn.get<{ Params: { run: string } }>(
      '/api/runs/:run',
      { schema: { params: runParams } },
      async (request, reply) => {
        const live = engine.run(request.params.run);
        return live ? runDocument(store, engine, live, request.person) : no(reply, unknown('run', request.params.run));
      },
    );

    signedIn.get<{ Params: { run: string } }>(
      '/api/runs/:run/record',
      { schema: { params: runParams } },
      async (request, reply) => {
        const live = engine.run(request.params.run);
        if (!live) return no(reply, unknown('run', request.params.run));
        // A record leaves the house: what is blind to anybody stays withheld, the reader's own signatures included.
        const withheld = hiddenFrom(live, null);
        const bundle = collect(store, request.params.run, {
          checkpoint: utf8(engine.log.checkpoint),
          size: engine.log.size,
          withheld,
        });
        return reply
          .type('application/x-tar')
          .header('content-disposition', `attachment; filename="${request.params.run}.crosscheck.tar"`)
          .send(Buffer.from(packBundle(bundle)));
      },
    );

    const instant = Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' }));
    signedIn.get<{ Querystring: { from?: string; to?: string } }>(
      '/api/log/record',
      { schema: { querystring: closed({ from: instant, to: instant }) } },
      async (request, reply) => {
        if (!mayHaveLog(engine, request.person)) return no(reply, refusal('XCK_AUDITOR'));
        const { from, to } = request.query;
        const period = { from: from === undefined ? null : Number(from), to: to === undefined ? null : Number(to) };
        const wanted = {
          checkpoint: utf8(engine.log.checkpoint),
          size: engine.log.size,
          withheld: new Set(store.openRuns().flatMap((run) => blindIn(engine, run))),
        };
        return reply
          .type('application/x-tar')
          .header('content-disposition', 'attachment; filename="log.crosscheck.tar"')
          .send(Readable.from(wholeLog(store, wanted, period)));
      },
    );

    const outputQuery = closed({
      step: Id,
      attempt: Type.String({ pattern: '^[0-9]{1,6}$' }),
      offset: Type.String({ pattern: '^[0-9]{1,12}$' }),
      item: Type.Optional(Id),
    });
    signedIn.get<{
      Params: { run: string };
      Querystring: { step: string; attempt: string; offset: string; item?: string };
    }>('/api/runs/:run/output', { schema: { params: runParams, querystring: outputQuery } }, async (request, reply) => {
      const { step, attempt, offset, item = '' } = request.query;
      const asked = { run: request.params.run, step, attempt: Number(attempt), item };
      const found = await output(deps, asked, Number(offset));
      return found ?? no(reply, unknown('output', `${step} ${attempt}`));
    });

    const range = closed({
      from: Type.String({ pattern: '^[0-9]{1,15}$' }),
      to: Type.String({ pattern: '^[0-9]{1,15}$' }),
    });
    signedIn.get<{ Querystring: { from: string; to: string } }>(
      '/api/log/consistency',
      { schema: { querystring: range } },
      async (request, reply) => {
        const [from, to] = [Number(request.query.from), Number(request.query.to)];
        if (from < 1 || from > to || to > engine.log.size) return no(reply, unknown('tree', `${from} to ${to}`));
        return { proof: engine.log.consistency(from, to) };
      },
    );
  });
}

/** Auditors read everything that is not blind, and keepers answer for the site; for all others it is too much at once. */
const mayHaveLog = ({ site }: Engine, person: string): boolean =>
  site.document.keepers.of.includes(person) || personOf(site.roster, person)?.roles.includes('auditor') === true;

function blindIn(engine: Engine, run: string): string[] {
  const live = engine.run(run);
  return live ? [...hiddenFrom(live, null)] : [];
}

const PIECE = 256 * 1024;

interface OutputOf {
  readonly run: string;
  readonly step: string;
  readonly attempt: number;
  /** Of a wave; empty where the step has none. */
  readonly item: string;
}

/** Output of an attempt from `offset`: from the store once the outcome is there, from the agent while it runs. */
async function output({ engine, store, agents }: AppDeps, { run, step, attempt, item }: OutputOf, offset: number) {
  const live = engine.run(run);
  const ended = live?.entries.find(
    ({ entry }) => 'checks' in entry && entry.step === step && entry.attempt === attempt && (entry.item ?? '') === item,
  );
  if (ended) {
    const named = ended.entry.bodies?.['output'];
    if (named === undefined) return undefined;
    const bytes = store.body(named)?.bytes ?? utf8(`${REDACTED}\n`);
    return { offset, bytes: base64(bytes.subarray(offset, offset + PIECE)), total: bytes.length };
  }
  const arming = live && armingOf(contextOf(live.state), step);
  if (arming?.attempt !== attempt || arming.starts[item] === undefined) return undefined;
  const answer = await agents.output(run, step, item, offset);
  return answer.ok ? answer.value : undefined;
}
