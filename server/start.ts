/** A running server: store, engine, room, agents and timers put together. The order here is the order of trust; it decides nothing itself. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import { base64, fromBase64 } from '../core/bytes/encoding.ts';
import { originOf } from '../core/log/origin.ts';
import { trustText } from '../core/record/trust.ts';
import { lintFolder } from '../core/runbook/lint.ts';
import { identity, keyFile, rawPublic } from './agent/identity.ts';
import { takeLock } from './agent/lock.ts';
import { writeTargets } from './agent/targets.ts';
import { buildApp, originAllowed } from './app.ts';
import type { Config } from './config.ts';
import { openDrain } from './drain.ts';
import { openNotify } from './notify/notify.ts';
import { openSessions } from './people/sessions.ts';
import { checkSite, writeGenesis } from './people/setup.ts';
import { demoSite, siteFromFile } from './people/site-file.ts';
import type { Ports } from './ports/ports.ts';
import { signEd25519 } from './ports/verify.ts';
import { openAgents } from './room/agents.ts';
import { openPresence } from './room/presence.ts';
import { openRoom, type Room } from './room/room.ts';
import { openTickets } from './room/tickets.ts';
import { folderShelf } from './routes/shelf.ts';
import { type Effects, effects } from './runner/effects.ts';
import { type Engine, openEngine } from './runner/engine.ts';
import { type LogKey, openLog } from './runner/log.ts';
import { mustBeNewest, neverHere, notRetired } from './runner/newest.ts';
import { pageOf } from './runner/site.ts';
import { skipping } from './runner/skipping.ts';
import { type MarkWriter, openMark } from './store/mark.ts';
import { openSqlite } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

export interface Running {
  readonly port: number;
  readonly engine: Engine;
  readonly store: Store;
  /** Links that sign people in, by name; each works once, and enrols a first key where `enrols`. */
  readonly links: readonly {
    readonly name: string;
    readonly roles: readonly string[];
    readonly url: string;
    readonly enrols: boolean;
  }[];
  readonly trustFile: string;
  close(): Promise<void>;
}

/** Starts the server, alone on its data directory; throws when that, the log or the settings do not fit together. */
export async function startServer(
  config: Config,
  ports: Ports,
  logger: FastifyBaseLogger,
  webRoot: string,
): Promise<Running> {
  mkdirSync(config.data, { recursive: true, mode: 0o700 });
  const release = await takeLock(join(config.data, 'lock'));
  let store: Store | undefined;
  try {
    store = openNewest(config.data);
    const running = await startOn(store, config, ports, logger, webRoot);
    return { ...running, close: () => running.close().finally(release) };
  } catch (error) {
    store?.close();
    release();
    throw error;
  }
}

/** The store, where nothing says that there was another one here before. */
function openNewest(data: string): Store {
  const file = join(data, 'crosscheck.db');
  notRetired(data);
  if (!existsSync(file)) neverHere(data);
  return openSqlite(file);
}

async function startOn(
  store: Store,
  config: Config,
  ports: Ports,
  logger: FastifyBaseLogger,
  webRoot: string,
): Promise<Running> {
  if (store.size() === 0) neverHere(config.data);
  const logKey = logKeyIn(config.data);
  const agentData = join(config.data, 'agent');
  if (store.size() === 0) setUp(store, ports, logKey, config, agentData);
  const origin = firstOrigin(store);
  mustBeNewest(store, origin, config.data);
  const mark = openMark(config.data);
  const log = openLog(store, origin, logKey, ({ size, root }) => mark.put({ origin, size, root: base64(root) }));
  const engine = openEngine(store, log, ports);
  if (originOf(engine.site.document) !== engine.site.origin) throw new Error('the origin is not made of this genesis');
  const trustFile = writeTrust(engine, config, agentData);

  const sessions = openSessions(store, ports);
  const tickets = openTickets(ports);
  let room: Room;
  const agents = openAgents({
    engine,
    store,
    ports,
    onWrote: (wrote) => room.wrote(wrote),
    onConnected: (agent) => {
      logger.info({ agent }, 'agent connected');
      perform.connected(agent);
    },
  });
  room = openRoom({ engine, store, ports, tickets, agents, allowedOrigin: originAllowed(engine) });
  const presence = openPresence(engine, ports, (run) => room.presenceChanged(run));
  const perform: Effects = effects({ engine, store, agents, ports, logger, onAborted: room.aborted });
  const skip = skipping(engine);
  const notify = openNotify({ engine, store, ports, logger, env: config.env });
  engine.listen((committed) => {
    // Whoever has just sat down is here; their lease begins with the seat, not with the server.
    for (const { entry } of committed.entries)
      if (entry.type === 'run.opened' || entry.type === 'seat.taken') presence.here(entry.run, entry.actor);
    // What the log calls for comes before what people see of it: a socket's trouble must not cost an abort.
    perform.committed(committed);
    if (committed.run) skip.look(committed.run);
    room.committed(committed);
    notify.committed(committed);
  });
  const app = buildApp({
    engine,
    store,
    ports,
    sessions,
    tickets,
    agents,
    signedOut: room.signedOut,
    web: webRoot,
    folders: folderShelf(config.runbooks, lintFolder),
    logger,
  });
  const drained = openDrain(app.server, ports);
  app.addHook('preClose', async () => {
    room.close();
    await drained();
  });
  room.attach(app.server, presence);
  await app.listen({ host: config.host, port: config.port });
  perform.resume();
  skip.resume();
  notify.resume();
  const ticking = everySecond(ports, () => {
    presence.look();
    flushed(mark, logger);
  });
  const port = (app.server.address() as { port: number }).port;
  logger.info({ port, entries: log.size, runs: engine.openRuns().length }, 'ready');

  return {
    port,
    engine,
    store,
    trustFile,
    links: links(engine, store, sessions),
    close: async () => {
      ticking();
      perform.stop();
      notify.stop();
      await app.close();
      flushed(mark, logger);
      store.close();
    },
  };
}

/** What keeps the mark from the disk keeps the next append from it too, and that stops the log. */
function flushed(mark: MarkWriter, logger: FastifyBaseLogger): void {
  try {
    mark.sync();
  } catch (error) {
    logger.error({ error: (error as Error).message }, 'the high-water mark cannot be flushed');
  }
}

function everySecond(ports: Ports, look: () => void): () => void {
  let cancel = () => {};
  const next = () => {
    cancel = ports.later(1000, () => {
      look();
      next();
    });
  };
  next();
  return () => cancel();
}

function logKeyIn(data: string): LogKey {
  const privateKey = keyFile(join(data, 'log.key'));
  return { raw: rawPublic(privateKey), sign: (message) => signEd25519(privateKey, message) };
}

/** What the agent beside the server serves: a place to release to, and one to rehearse in. */
const EMBEDDED = { local: { mode: 'live' }, staging: { mode: 'rehearsal', data: 'rehearsal' } } as const;

function setUp(store: Store, ports: Ports, logKey: LogKey, config: Config, agentData: string): void {
  const own = config.agent ? identity(agentData) : null;
  const embedded = own ? [{ id: own.id, key: own.key, kind: 'embedded' as const, serves: Object.keys(EMBEDDED) }] : [];
  if (own) writeTargets(agentData, EMBEDDED);
  const site =
    config.people === null ? demoSite(config.site, embedded) : siteFromFile(config.people, config.site, embedded);
  const checked = checkSite(site);
  if (!checked.ok) throw new Error(`${checked.refusal.sentence} ${checked.refusal.hint}`);
  writeGenesis(store, ports, logKey, site);
}

function firstOrigin(store: Store): string {
  const first = store.entry(0);
  return (JSON.parse(new TextDecoder().decode(first?.bytes)) as { log: string }).log;
}

/**
 * The trust root is handed out by hand; the embedded agent gets its copy once and keeps to it for ever. Where the
 * operator gives one, a log that is not its own does not start: a swapped or restored database is noticed here.
 */
function writeTrust(engine: Engine, { data, agent, trust }: Config, agentData: string): string {
  const { origin, genesisDigest, document } = engine.site;
  const text = trustText({
    origin,
    logKey: { name: origin, raw: fromBase64(document.log_key) ?? new Uint8Array() },
    genesis: genesisDigest,
  });
  if (trust !== null && readFileSync(trust, 'utf8') !== text)
    throw new Error(`${trust} is the trust root of another log than the one in ${data}`);
  const file = join(data, 'trust.txt');
  if (!existsSync(file)) writeFileSync(file, text);
  const copy = join(agentData, 'trust.txt');
  if (agent && !existsSync(copy)) writeFileSync(copy, text);
  return file;
}

/** Fresh sign-in links: the demo's people on their own loopback hosts, with their enrolment token while it is unused. */
function links(engine: Engine, store: Store, sessions: ReturnType<typeof openSessions>): Running['links'] {
  const { roster } = engine.site;
  return roster.people.map((person) => {
    const { secret } = sessions.mint(person.id, 'link');
    const enrol = person.token === null ? undefined : store.setting(`enrol ${person.id}`);
    return {
      name: store.names()[person.id] ?? person.id,
      roles: person.roles,
      enrols: enrol !== undefined,
      url: `${pageOf(engine.site, person.id)}/#t=${secret}${enrol ? `&e=${enrol}` : ''}`,
    };
  });
}
