/** A real server in a directory of its own, with its agent as a process or in this one; three people with SSH keys. For tests. */
import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Logger, pino } from 'pino';
import type { FolderFile } from '../../core/runbook/folder.ts';
import { readConfig } from '../../server/config.ts';
import { realPorts } from '../../server/ports/real.ts';
import { type Running, startServer } from '../../server/start.ts';
import { heldTestKey, Person, type TestKey, testKey } from './person.ts';

export const ROOT = resolve(import.meta.dirname, '../../..');

/** A port that nothing listens on. It is none of those that the system gives away, or a server that is down for a moment could lose it. */
export function freePort(): Promise<number> {
  return new Promise((done) => {
    const port = randomInt(20_000, 32_000);
    const probe = createServer()
      .once('error', () => done(freePort()))
      .listen(port, '127.0.0.1', () => probe.close(() => done(port)));
  });
}

export interface Crew {
  readonly lead: TestKey;
  readonly reviewer: TestKey;
  readonly verifier: TestKey;
}

export interface TestSite {
  readonly data: string;
  readonly port: number;
  readonly host: string;
  readonly keys: Crew;
  readonly people: string;
  /** A trust root that the server is told to keep to. */
  readonly trust?: string;
  remove(): void;
}

/** A new directory with the people file of a three-key site. */
export async function testSite(): Promise<TestSite> {
  const data = mkdtempSync(join(tmpdir(), 'crosscheck-'));
  const port = await freePort();
  const keys = { lead: testKey(), reviewer: testKey(), verifier: heldTestKey() };
  const people = join(data, 'people.yaml');
  const person = (name: string, role: string, key: TestKey) =>
    `  - {name: ${name}, roles: [${role}], key: '${key.line} ${name}', keeper: true}\n`;
  const text = `people:\n${person('Marta', 'release-lead', keys.lead)}${person('Jonas', 'dba', keys.reviewer)}${person('Aiko', 'sre', keys.verifier)}keepers_needed: 2\nreviewer_roles: [dba, sre]\n`;
  writeFileSync(people, text);
  mkdirSync(join(data, 'runbooks'));
  return {
    data,
    port,
    host: `localhost:${port}`,
    keys,
    people,
    remove: () => rmSync(data, { recursive: true, force: true }),
  };
}

/** A silent log, or one whose every line is handed over. */
export const testLog = (onLine?: (line: string) => void): Logger =>
  onLine ? pino({ level: 'trace' }, { write: onLine }) : pino({ level: process.env['TEST_LOG'] ?? 'silent' });

/** Starts the server in this process, without an agent process. */
export function serve(
  site: TestSite,
  ports = realPorts(),
  onLine?: (line: string) => void,
  env: NodeJS.ProcessEnv = {},
): Promise<Running> {
  const flags = {
    port: String(site.port),
    data: join(site.data, 'var'),
    people: site.people,
    runbooks: join(site.data, 'runbooks'),
    site: site.host,
    ...(site.trust === undefined ? {} : { trust: site.trust }),
  };
  const web = join(ROOT, 'build', 'page');
  mkdirSync(web, { recursive: true });
  return startServer(readConfig(flags, env, site.data), ports, testLog(onLine), web);
}

/** Where a server listens and what its log is called. */
export interface Address {
  readonly port: number;
  readonly origin: string;
}

export const at = (running: Running): Address => ({ port: running.port, origin: running.engine.site.origin });

/** Signs the crew in; the first time its keepers sign roster 2 as well, without which nothing runs live. */
export async function signedIn(
  site: TestSite,
  { port, origin }: Address,
): Promise<{ lead: Person; reviewer: Person; verifier: Person }> {
  const make = async (key: TestKey) => {
    const person = new Person(port, site.host, key);
    await person.signIn(origin);
    return person;
  };
  const crew = {
    lead: await make(site.keys.lead),
    reviewer: await make(site.keys.reviewer),
    verifier: await make(site.keys.verifier),
  };
  await vouched(crew.lead, crew.reviewer);
  return crew;
}

/** Looks again and again until it is so; fails after 20 s. Nothing is assumed to take a certain time. */
export async function until(look: () => Promise<boolean> | boolean, what = 'it'): Promise<void> {
  const end = performance.now() + 20_000;
  while (performance.now() < end) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${what} never came`);
}

/** The keepers sign roster 2, with the people and keys of genesis, so that runs can be live; a site that has it stays as it is. */
export async function vouched(...keepers: readonly Person[]): Promise<void> {
  const [first] = keepers;
  const people = await first?.people();
  if (!people || people.vouched) return;
  const salt = randomBytes(32);
  for (const keeper of keepers) await keeper.signRoster(people.next, people.made, salt);
}

export interface Release {
  readonly lead: Person;
  readonly reviewer: Person;
  readonly verifier: Person;
  readonly run: string;
}

/** Registers, approves and opens a runbook folder, with all three seats taken. */
export async function released(
  site: TestSite,
  address: Address,
  files: readonly FolderFile[],
  id: string,
  inputs: Record<string, unknown> = {},
): Promise<Release> {
  const { lead, reviewer, verifier } = await signedIn(site, address);
  const runbook = await lead.register(files, id);
  await reviewer.approve(runbook);
  const run = await lead.open(runbook, inputs);
  await reviewer.do({ type: 'join', run, seat: 'reviewer', role: 'dba' });
  await verifier.do({ type: 'join', run, seat: 'verifier', role: 'sre' });
  return { lead, reviewer, verifier, run };
}

/** Arms a step as soon as its agent is there. */
export const armed = ({ lead, run }: Release, step: string, target = 'local'): Promise<void> =>
  until(async () => {
    const answer = await lead.send({ type: 'arm', run, step, target });
    if (!answer.ok && answer.problem.code !== 'XCK_NO_AGENT')
      throw new Error(`${answer.problem.code} ${answer.problem.title}`);
    return answer.ok;
  }, `the arming of ${step}`);
