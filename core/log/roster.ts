/** The people, keys and agents of a site, folded from the roster chain; the only source of roles and keys that count. */
import type { SiteDocument } from './tables.ts';

export interface RosterKey {
  /** OpenSSH public key line without comment. */
  readonly key: string;
  readonly kind: 'ssh' | 'browser';
  /** Leaf index from which the key is active. */
  readonly since: number;
}

export interface RosterPerson {
  readonly id: string;
  readonly roles: readonly string[];
  readonly keys: readonly RosterKey[];
  /** SHA-256 of the unused enrolment token, or null. */
  readonly token: string | null;
}

export interface Roster {
  readonly version: number;
  /** `<version> <digest>` of the entry that made this version. */
  readonly ref: string;
  readonly people: readonly RosterPerson[];
  readonly agents: SiteDocument['agents'];
  readonly reviewerRoles: readonly string[];
  /** One keeper is enough: a demo, never four eyes. */
  readonly solo: boolean;
}

export function genesisRoster(site: SiteDocument, digest: string): Roster {
  const people = site.people.map(({ id, roles, keys, token }) => ({
    id,
    roles,
    token,
    keys: keys.map((key) => ({ ...key, since: 0 })),
  }));
  return {
    version: 1,
    ref: `1 ${digest}`,
    people,
    agents: site.agents,
    reviewerRoles: site.reviewer_roles,
    solo: site.keepers.need === 1,
  };
}

/** Returns the roster with a token holder's first key; it makes no new version. */
export function withEnrolled(roster: Roster, person: string, key: Omit<RosterKey, 'since'>, since: number): Roster {
  const people = roster.people.map((one) =>
    one.id === person ? { ...one, token: null, keys: [...one.keys, { ...key, since }] } : one,
  );
  return { ...roster, people };
}

export const personOf = (roster: Roster, id: string): RosterPerson | undefined =>
  roster.people.find((one) => one.id === id);
export const rolesOf = (roster: Roster): Record<string, readonly string[]> =>
  Object.fromEntries(roster.people.map((one) => [one.id, one.roles]));
export const agentOf = (roster: Roster, id: string) => roster.agents.find((one) => one.id === id);
