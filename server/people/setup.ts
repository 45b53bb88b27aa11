/** First start: genesis with the keys given at set-up, or the solo demo's people by token, and the trust-root file. It never runs on a log that exists. */
import { base64, hex } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { fail } from '../../core/errors.ts';
import { type Draft, seal } from '../../core/log/entry.ts';
import { originOf } from '../../core/log/origin.ts';
import { parsePasted, pastedKind } from '../../core/log/publicKey.ts';
import type { SiteDocument } from '../../core/log/tables.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Ports } from '../ports/ports.ts';
import { type LogKey, openLog } from '../runner/log.ts';
import type { Store } from '../store/store.ts';

/** One person of a new site. Without a key they enrol one with the token of their link. */
export interface NewPerson {
  readonly name: string;
  readonly roles: readonly string[];
  readonly key: string | null;
  readonly keeper: boolean;
}

export interface NewSite {
  readonly host: string;
  readonly origins: readonly string[];
  readonly people: readonly NewPerson[];
  readonly keepersNeeded: number;
  readonly reviewerRoles: readonly string[];
  readonly agents: SiteDocument['agents'];
}

const ROLE = /^[a-z][a-z0-9_-]{0,63}$/;

/** Checks a new site: names, roles, keys that are of a known kind and each one person's. XCK_INPUT names what is wrong. */
export function checkSite(site: NewSite): Result<true> {
  const bad = (where: string, why: string) => fail('XCK_INPUT', { where, why });
  const seen = new Set<string>();
  for (const [index, person] of site.people.entries()) {
    const where = `people[${index}] ${person.name}`;
    const role = person.roles.find((one) => !ROLE.test(one));
    if (role !== undefined) return bad(where, `“${role}” is no role name`);
    if (person.key === null) continue;
    const key = parsePasted(person.key);
    if (!key.ok) return bad(where, key.refusal.sentence);
    if (seen.has(key.value.line)) return bad(where, 'this key belongs to somebody else already; one key is one person');
    seen.add(key.value.line);
  }
  const keepers = site.people.filter((person) => person.keeper).length;
  const keyless = site.people.find((person) => person.keeper && person.key === null);
  if (keepers < site.keepersNeeded || site.keepersNeeded < 1)
    return bad('keepers', `${site.keepersNeeded} are needed, ${keepers} are named`);
  if (keyless && site.keepersNeeded > 1)
    return bad(`people ${keyless.name}`, 'a keeper needs a key from the start; paste their public key');
  return ok(true);
}

/** Writes entry 0 of a new site. */
export const writeGenesis = (store: Store, ports: Ports, logKey: LogKey, site: NewSite) =>
  beginLog(store, ports, logKey, documentOf(store, ports, logKey, site));

/**
 * What genesis says of a new site; `known` is the id of whoever has one already by this key. Enrolment tokens are kept
 * as settings until they are used, so that the links can be printed again.
 */
export function documentOf(
  store: Store,
  ports: Ports,
  logKey: LogKey,
  site: NewSite,
  known: (key: string) => string | undefined = () => undefined,
): SiteDocument {
  const people = site.people.map((person) => {
    const token = person.key === null ? ports.random(32) : null;
    const id = known(person.key ?? '') ?? `p-${hex(ports.random(8))}`;
    store.name(id, person.name);
    if (token) store.setSetting(`enrol ${id}`, hex(token));
    const keys = person.key === null ? [] : [{ key: person.key, kind: pastedKind(person.key) }];
    return { keeper: person.keeper, entry: { id, keys, roles: [...person.roles], token: token && digest(token) } };
  });
  return {
    agents: site.agents,
    host: site.host,
    keepers: { need: site.keepersNeeded, of: people.filter(({ keeper }) => keeper).map(({ entry }) => entry.id) },
    log_key: base64(logKey.raw),
    origins: [...site.origins],
    people: people.map(({ entry }) => entry),
    random: hex(ports.random(32)),
    reviewer_roles: [...site.reviewerRoles],
  };
}

/** Writes entry 0. */
export function beginLog(
  store: Store,
  ports: Ports,
  logKey: LogKey,
  document: SiteDocument,
): { origin: string; genesis: string } {
  const origin = originOf(document);
  const sealed = seal({ type: 'genesis', actor: 'server', fields: { site: document } } as Draft<'genesis'>, {
    log: origin,
    seq: 0,
    ts: ports.now(),
  });
  openLog(store, origin, logKey).append([sealed]);
  return { origin, genesis: sealed.digest };
}
