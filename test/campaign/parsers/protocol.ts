/** The parsers of what comes over a wire or a command line: frames, calls, HTTP requests, sign-ins, words. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import type { AgentCalls } from '../../../core/protocol/agent.ts';
import { ok } from '../../../core/result.ts';
import { lintFolder } from '../../../core/runbook/lint.ts';
import { type Handlers, peer } from '../../../server/agent/calls.ts';
import { bodyOf } from '../../../server/agent/signing.ts';
import { buildApp } from '../../../server/app.ts';
import { readArgs } from '../../../server/cli/args.ts';
import { Stop } from '../../../server/cli/exits.ts';
import { WORDS } from '../../../server/cli/table.ts';
import { openSessions } from '../../../server/people/sessions.ts';
import { realPorts } from '../../../server/ports/real.ts';
import { type Agents, openAgents } from '../../../server/room/agents.ts';
import { readFrame } from '../../../server/room/frames.ts';
import { openTickets } from '../../../server/room/tickets.ts';
import { folderShelf } from '../../../server/routes/shelf.ts';
import { sshsig } from '../../helpers/person.ts';
import { serve, testLog, testSite } from '../../helpers/server.ts';
import { must, type Parser, textOf } from './parser.ts';

const RUN = '01JD3V7Q0Z8EA1B2C3D4E5F6G7';
const SHA = `sha256:${'1'.repeat(64)}`;
const signed = { statement: 'crosscheck-confirm/v1\n', signature: '-----BEGIN SSH SIGNATURE-----\n' };
const BODY = { bytes: 'AAAA', salt: 'AAAA' };

const FRAMES = [
  { type: 'hello', ticket: 'a'.repeat(64), run: RUN, after: -1 },
  { type: 'here' },
  { type: 'reading', step: 'drop', answered: 1, of: 2 },
];
const FRAME_KEYS: Readonly<Record<string, string>> = {
  hello: 'after,run,ticket,type',
  here: 'type',
  reading: 'answered,of,step,type',
};

function roomFrame(input: Uint8Array): boolean {
  const frame = readFrame(Buffer.from(input));
  return (
    frame !== undefined && must(Object.keys(frame).sort().join() === FRAME_KEYS[frame.type], 'a frame of another form')
  );
}

const CALLS = [
  { kind: 'greeting', challenge: 'AAAA' },
  { kind: 'call', id: 1, method: 'hello', params: { agent: 'a-0011223344556677', signature: 'x', size: 0 } },
  {
    kind: 'call',
    id: 2,
    method: 'submit',
    params: { run: RUN, command: { type: 'started', probes: { a: BODY }, statement: BODY, signature: BODY } },
  },
  { kind: 'call', id: 3, method: 'consistency', params: { from: 1, to: 2 } },
  { kind: 'call', id: 4, method: 'folder', params: { runbook: SHA } },
  {
    kind: 'call',
    id: 5,
    method: 'wrote',
    params: { run: RUN, step: 's', attempt: 1, item: '', offset: 0, bytes: 'AAAA' },
  },
  { kind: 'call', id: 6, method: 'ask', params: { run: RUN, nonce: 'n', item: '' } },
  { kind: 'call', id: 7, method: 'clearance', params: { run: RUN } },
  { kind: 'answer', id: 1, result: {} },
  { kind: 'answer', id: 1, refusal: { code: 'XCK_UNKNOWN', status: 404, sentence: 'No.', hint: 'None.' } },
];

/** One end of a connection whose other end says whatever it likes. */
function connection(connect: (wire: Parameters<Agents['connect']>[0]) => void) {
  const sent: string[] = [];
  let hear: (text: string) => void = () => undefined;
  let shut: () => void = () => undefined;
  connect({
    send: (text) => void sent.push(text),
    onMessage: (listener) => {
      hear = listener;
    },
    onClose: (listener) => {
      shut = listener;
    },
  });
  return { sent, hear: (text: string) => hear(text), shut: () => shut() };
}

/** What is called and not refused answers; a handler that trips over its parameters is a refusal. */
async function call(text: string): Promise<boolean> {
  const strict: Handlers<AgentCalls> = {
    hello: async ({ agent }) => ok({ origin: agent }),
    folder: async ({ runbook }) => ok({ files: [{ path: runbook.slice(0, 9), mode: '0644', bytes: '' }] }),
    submit: async ({ command }) => {
      bodyOf((command as { statement: typeof BODY }).statement);
      return ok({ entry: '', grown: { checkpoint: '', from: 0, consistency: [] }, proof: [] });
    },
    ask: async () => ok({ entry: null, grown: { checkpoint: '', from: 0, consistency: [] }, proof: [] }),
    clearance: async ({ run }) => ok({ clearance: { run } as never }),
    consistency: async ({ from, to }) => ok({ proof: [`${from} ${to}`] }),
    wrote: async () => ok({}),
  };
  const line = connection((wire) => void peer(wire, strict));
  line.hear(text);
  await new Promise<void>((done) => setImmediate(done));
  line.shut();
  return line.sent.some((answer) => 'result' in (JSON.parse(answer) as object));
}

const COMMANDS: unknown[] = [
  { type: 'enrol', token: 'a'.repeat(64), ...signed },
  { type: 'register', files: [{ path: 'runbook.yaml', mode: '0644', bytes: 'AAAA' }], ...signed },
  { type: 'approve', ...signed },
  { type: 'open', inputs: '{}', salt: 'AAAA', ...signed },
  { type: 'join', run: RUN, seat: 'lead', role: 'dba' },
  { type: 'arm', run: RUN, step: 'drop', target: 'db' },
  { type: 'confirm', run: RUN, ...signed },
  { type: 'close', run: RUN, content: '{}', ...signed },
  { type: 'answer', run: RUN, question: 'q', result: 'pass', value: 'v', evidence: null },
  { type: 'poll', run: RUN, gate: 'g', vote: 'no-go', text: 'No' },
  { type: 'abort', run: RUN, step: 'drop' },
  { type: 'hold', run: RUN, text: 'Stop' },
  { type: 'update', run: RUN, hold: `1 ${SHA}`, document: {}, conditions: { a: 'lead' }, met: ['a'], stance: null },
  {
    type: 'plan',
    plan: RUN,
    runbook: SHA,
    mode: 'live',
    planned_for: 1,
    document: { inputs: { a: 1 }, crew: {}, note: null },
  },
  { type: 'postmortem', run: RUN, document: { well: 'x' } },
  { type: 'countermeasure', run: RUN, id: 'c', due: null, document: { what: 'x' } },
];
const SESSIONS: unknown[] = [
  { token: 'a'.repeat(64) },
  { challenge: 'AAAA', key: 'ssh-ed25519 AAAA', signature: '-----BEGIN SSH SIGNATURE-----\n' },
];
const GETS = [
  '/api/me',
  '/api/home',
  `/api/runs/${RUN}`,
  `/api/runs/${RUN}/record`,
  '/api/log/consistency?from=1&to=1',
  '/readyz',
  `/api/runbooks/${SHA}`,
  '/api/folders/x',
  `/api/plans/${RUN}`,
];

const LINES = [
  'record verify run.tar',
  'record verify run.tar --trust trust.txt --accept solo,rehearsal --json',
  'record export 01JD3V7Q0Z8EA1B2C3D4E5F6G7 --output run.tar',
  'help',
  'run --help',
];

function words(input: Uint8Array): boolean {
  try {
    readArgs(textOf(input).split(' '), WORDS);
    return true;
  } catch (error) {
    if (error instanceof Stop) return false;
    throw error;
  }
}

export interface Protocols {
  readonly parsers: readonly Parser[];
  close(): Promise<void>;
}

/** The parsers of a server that really runs; close it afterwards. */
export async function protocolParsers(): Promise<Protocols> {
  const site = await testSite();
  const ports = realPorts();
  const running = await serve(site, ports);
  const { engine, store } = running;
  const folders = mkdtempSync(join(tmpdir(), 'crosscheck-web-'));
  mkdirSync(join(folders, 'page'));
  const sessions = openSessions(store, ports);
  const tickets = openTickets(ports);
  const agents = openAgents({ engine, store, ports, onWrote: () => undefined, onConnected: () => undefined });
  const app = buildApp({
    engine,
    store,
    ports,
    sessions,
    tickets,
    agents,
    signedOut: () => undefined,
    web: join(folders, 'page'),
    folders: folderShelf(folders, lintFolder),
    logger: testLog(),
  });
  await app.ready();
  const [person = ''] = engine.site.document.people.map(({ id }) => id);
  const { secret } = sessions.mint(person, 'session');
  const key = site.keys.lead;
  const { origin } = engine.site;

  /** No answer is a failure of the server, and nothing but a refused attempt is written. */
  const inject = async (options: InjectOptions): Promise<boolean> => {
    const before = engine.log.size;
    const answer = await app.inject(options);
    for (let seq = before; seq < engine.log.size; seq++)
      must(store.entry(seq)?.type === 'attempt.refused', `a ${store.entry(seq)?.type} was written`);
    must(answer.statusCode < 500, `HTTP ${answer.statusCode}`);
    return answer.statusCode < 400;
  };
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
  /** What nobody signed is accepted nowhere. */
  const post =
    (...urls: string[]) =>
    async (input: Uint8Array): Promise<boolean> => {
      for (const url of urls) {
        const took = await inject({ method: 'POST', url, headers, payload: Buffer.from(input) });
        must(!took, `${url} accepted it`);
      }
      return false;
    };
  const well = async (input: Uint8Array): Promise<boolean> => {
    const url = `/${textOf(input).replace(/^\/+/, '')}`;
    // The injector itself reads the URL, and trips over what a socket could well send.
    return inject({ method: 'GET', url: URL.canParse(url, 'http://localhost') ? url : encodeURI(url), headers });
  };
  const hear = async (input: Uint8Array): Promise<boolean> => {
    const line = connection(agents.connect);
    line.hear(textOf(input));
    await new Promise<void>((done) => setImmediate(done));
    line.shut();
    const answers = line.sent.map((text) => JSON.parse(text) as { readonly kind: string; readonly result?: unknown });
    return !must(
      answers.every(({ result }) => result === undefined),
      'an agent that nobody knows was answered',
    );
  };
  const signIn = async (input: Uint8Array): Promise<boolean> => {
    const [challenge, signature = ''] = textOf(input).split('\n\n');
    const issued = sessions.challenge();
    const own = challenge === 'challenge' ? issued : (challenge ?? '');
    const proof = signature === 'signature' ? sshsig(key, 'sign-in', origin, Buffer.from(own, 'base64')) : signature;
    const done = await sessions.signIn(engine.site.roster, origin, { challenge: own, key: key.line, signature: proof });
    return done.ok && must(own === issued && signature === 'signature', 'somebody signed in without the key');
  };

  return {
    parsers: [
      { name: 'room frame', share: 60, goods: FRAMES.map((frame) => utf8(JSON.stringify(frame))), take: roomFrame },
      {
        name: 'agent frame',
        share: 40,
        goods: CALLS.slice(1, 8).map((frame) => utf8(JSON.stringify(frame))),
        take: (input) => call(textOf(input)),
      },
      {
        name: 'unknown agent',
        share: 20,
        goods: [],
        near: CALLS.map((frame) => utf8(JSON.stringify(frame))),
        take: hear,
      },
      { name: 'command line', share: 40, goods: LINES.map(utf8), take: words },
      {
        name: 'HTTP command',
        share: 40,
        goods: [],
        near: COMMANDS.map((command) => utf8(jcs(command))),
        take: post('/api/commands'),
      },
      {
        name: 'HTTP sign-in',
        share: 10,
        goods: [],
        near: SESSIONS.map((body) => utf8(jcs(body))),
        take: post('/api/session/link', '/api/session/key'),
      },
      { name: 'HTTP path', share: 10, goods: GETS.slice(0, 2).map(utf8), near: GETS.slice(2).map(utf8), take: well },
      { name: 'sign-in', share: 10, goods: [utf8('challenge\n\nsignature')], take: signIn },
    ],
    close: async () => {
      await app.close();
      await running.close();
      site.remove();
      rmSync(folders, { recursive: true });
    },
  };
}
