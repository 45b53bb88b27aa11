/**
 * The epoch ceremony, with the server stopped: a new log with the people of the former one, which is put aside whole.
 * Nothing is deleted, and at every moment in between the server does not start.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64, hex } from '../../core/bytes/encoding.ts';
import type { FormerLog, SiteDocument } from '../../core/log/tables.ts';
import { trustText } from '../../core/record/trust.ts';
import { identity, keyFile, rawPublic } from '../agent/identity.ts';
import { takeLock } from '../agent/lock.ts';
import type { Ports } from '../ports/ports.ts';
import { signEd25519 } from '../ports/verify.ts';
import type { LogKey } from '../runner/log.ts';
import { EPOCHS, keepMark, NEXT, RETIRED } from '../runner/newest.ts';
import { flush, markFile } from '../store/mark.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { type Found, findFormer } from './former.ts';
import { beginLog, checkSite, documentOf } from './setup.ts';
import { siteFromFile } from './site-file.ts';

export interface EpochOptions {
  readonly data: string;
  /** People file of the new log; null takes them over from the former one. */
  readonly people: string | null;
  readonly reason: string;
}

/** What became of it, for whoever holds the ceremony. */
export interface Begun {
  readonly origin: string;
  readonly genesis: string;
  readonly former: FormerLog;
  /** Where the former log lies now. */
  readonly directory: string;
  readonly site: SiteDocument;
  readonly names: Readonly<Record<string, string>>;
}

/** Begins the new log, or finishes a ceremony that was cut short. Throws a sentence where it cannot. */
export async function beginEpoch(options: EpochOptions, ports: Ports): Promise<Begun> {
  const { data } = options;
  if (!existsSync(data)) throw new Error(`there is no directory ${data}`);
  const release = await takeLock(join(data, 'lock'));
  try {
    const next = join(data, EPOCHS, NEXT);
    if (!existsSync(next)) prepare(options, ports, next);
    const begun = JSON.parse(readFileSync(join(next, PLAN), 'utf8')) as Begun;
    putInPlace(data, next, begun);
    return begun;
  } finally {
    release();
  }
}

const PLAN = 'plan.json';
const DATABASE = 'crosscheck.db';
/** Files that the new log replaces: where they lie below the data directory, and what they are called when put aside. */
const REPLACED = [
  [DATABASE, DATABASE],
  ['log.key', 'log.key'],
  ['trust.txt', 'trust.txt'],
  [join('agent', 'trust.txt'), 'agent-trust.txt'],
] as const;

/** Makes the new log in a directory that appears only when it is whole. */
function prepare({ data, people, reason }: EpochOptions, ports: Ports, next: string): void {
  const found = findFormer(data);
  const draft = `${next}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  const privateKey = keyFile(join(draft, 'log.key'));
  const logKey = { raw: rawPublic(privateKey), sign: (message: Uint8Array) => signEd25519(privateKey, message) };
  const store = openSqlite(join(draft, DATABASE));
  try {
    const document =
      people === null ? takenOver(store, found) : fromFile(store, ports, logKey, { data, people }, found);
    const former = { ...formerOf(found, document), reason };
    const site = { ...document, former, log_key: base64(logKey.raw), random: hex(ports.random(32)) };
    const { origin, genesis } = beginLog(store, ports, logKey, site);
    keepMark(store, origin, draft);
    const text = trustText({ origin, logKey: { name: origin, raw: logKey.raw }, genesis });
    writeFileSync(join(draft, 'trust.txt'), text);
    // The embedded agent believes what the server's operator puts beside it; every other agent's is given by hand.
    if (existsSync(join(data, 'agent', 'trust.txt'))) writeFileSync(join(draft, 'agent-trust.txt'), text);
    const begun: Begun = { origin, genesis, former, directory: aside(data, found.origin), site, names: store.names() };
    writeFileSync(join(draft, PLAN), JSON.stringify(begun), { flush: true });
  } finally {
    store.close();
  }
  renameSync(draft, next);
  flush(join(data, EPOCHS));
}

/** A directory of its own for each time that a log was put aside. */
function aside(data: string, origin: string): string {
  const name = join(data, EPOCHS, origin.slice(origin.lastIndexOf('/') + 1));
  const taken = [name, ...Array.from({ length: 99 }, (_, index) => `${name}.${index + 2}`)];
  return taken.find((path) => !existsSync(path)) ?? taken[0] ?? name;
}

/** The people, roles, keys, keepers and agents of the newest roster. */
function takenOver(store: Store, { site, names, tokens }: Found): SiteDocument {
  if (!site)
    throw new Error(
      'the former roster cannot be read from the database; name the people of the new log: --people FILE',
    );
  const { document, roster } = site;
  const able = roster.keepers.of.filter((id) => roster.people.some((one) => one.id === id && one.keys.length > 0));
  if (able.length < roster.keepers.need && !roster.solo)
    throw new Error(
      `only ${able.length} of the keepers have a key, and ${roster.keepers.need} must sign; name the people of the new log: --people FILE`,
    );
  for (const [id, name] of Object.entries(names)) store.name(id, name);
  for (const [id, token] of Object.entries(tokens)) store.setSetting(`enrol ${id}`, token);
  const { agents, keepers, people, reviewerRoles } = roster;
  return {
    ...{ agents, keepers, host: document.host, log_key: '', origins: document.origins, random: '' },
    people: people.map(({ id, keys, roles, token }) => ({ id, keys: [...keys], roles: [...roles], token })),
    reviewer_roles: [...reviewerRoles],
  };
}

/** The people of a file; whoever is known by their key keeps their id. */
function fromFile(
  store: Store,
  ports: Ports,
  logKey: LogKey,
  { data, people }: { readonly data: string; readonly people: string },
  { origin, site }: Found,
): SiteDocument {
  const host = site?.document.host ?? origin.slice(0, origin.indexOf('/'));
  const beside = join(data, 'agent');
  const own = existsSync(join(beside, 'agent.key')) ? identity(beside) : null;
  const serves = site?.roster.agents.find(({ id }) => id === own?.id)?.serves ?? ['local', 'staging'];
  const embedded = own ? [{ id: own.id, key: own.key, kind: 'embedded' as const, serves }] : [];
  const wanted = siteFromFile(people, host, embedded);
  const checked = checkSite(wanted);
  if (!checked.ok) throw new Error(`${checked.refusal.sentence} ${checked.refusal.hint}`);
  const known = (key: string) => site?.roster.people.find(({ keys }) => keys.some((one) => one.key === key))?.id;
  return documentOf(store, ports, logKey, wanted, known);
}

/** What genesis says of the former log: among the new keepers those who kept it, by a key that is theirs in both. */
function formerOf({ origin, genesis, checkpoint, acknowledged, site }: Found, { keepers, people }: SiteDocument) {
  const keysIn = (list: readonly { id: string; keys: readonly { key: string }[] }[] | undefined, id: string) =>
    list?.find((one) => one.id === id)?.keys.map(({ key }) => key) ?? [];
  const kept = keepers.of.filter((id) => {
    const then = site?.roster.keepers.of.includes(id) ? keysIn(site.roster.people, id) : [];
    return keysIn(people, id).some((key) => then.includes(key));
  });
  return { acknowledged, checkpoint, genesis, keepers: kept.sort(), origin };
}

/** Each file by itself is moved aside and replaced; what was done before a crash is not done again. The mark comes last: until then no database fits it. */
function putInPlace(data: string, next: string, { origin, directory }: Begun): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, RETIRED), `continued by ${origin}\n`);
  if (existsSync(join(next, DATABASE)))
    for (const name of [`${DATABASE}-wal`, `${DATABASE}-shm`]) move(join(data, name), join(directory, name));
  for (const [place, name] of REPLACED) {
    if (!existsSync(join(next, name))) continue;
    move(join(data, place), join(directory, name));
    renameSync(join(next, name), join(data, place));
  }
  const mark = markFile(next);
  if (existsSync(mark)) {
    if (existsSync(markFile(data))) copyFileSync(markFile(data), markFile(directory));
    renameSync(mark, markFile(data));
  }
  for (const each of [data, directory]) flush(each);
  rmSync(next, { recursive: true });
  flush(join(data, EPOCHS));
}

function move(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
}
