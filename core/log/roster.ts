/** The people, keys and agents of a site, as the roster's chain makes them; the only source of roles and keys that count. */
import type { KeyKind } from './publicKey.ts';
import type { FormerLog, RosterText, SiteDocument } from './tables.ts';

export interface RosterKey {
  /** OpenSSH public key line without comment. */
  readonly key: string;
  readonly kind: KeyKind;
}

export interface RosterPerson {
  readonly id: string;
  readonly roles: readonly string[];
  /** Keys that sign; a suspended one is not among them. */
  readonly keys: readonly RosterKey[];
  /** SHA-256 of the unused enrolment token, or null. */
  readonly token: string | null;
}

/** A key that somebody enrolled; it signs nothing before the keepers have put it into a version. */
export interface OfferedKey extends RosterKey {
  readonly person: string;
}

export interface Roster {
  readonly version: number;
  /** `<version> <digest>` of the entry that made this version, as statements name it. */
  readonly ref: string;
  /** `<seq> <digest>` of that entry, as entries name it. */
  readonly made: string;
  readonly people: readonly RosterPerson[];
  readonly agents: SiteDocument['agents'];
  readonly keepers: SiteDocument['keepers'];
  readonly reviewerRoles: readonly string[];
  /** The pages of the site; a passkey counts on these alone. */
  readonly origins: readonly string[];
  /** Security keys must say that they verified their user. */
  readonly verifyRequired: boolean;
  /** One keeper was enough, now or ever before: a demo, never four eyes. */
  readonly solo: boolean;
  /** The keepers have signed a version; what the set-up alone wrote down is enough for no live run. */
  readonly vouched: boolean;
  /** The log that this one continues, or null. */
  readonly former: FormerLog | null;
  /** The keepers have not signed yet what this log continues; until then nothing runs live. */
  readonly due: boolean;
  readonly offered: readonly OfferedKey[];
  /** Whose every key is or ever was: a key never passes to another principal. */
  readonly owners: ReadonlyMap<string, string>;
}

const ownersOf = ({ people, agents }: Pick<SiteDocument, 'people' | 'agents'>): [string, string][] => [
  ...people.flatMap(({ id, keys }) => keys.map(({ key }): [string, string] => [key, id])),
  ...agents.map(({ id, key }): [string, string] => [key, id]),
];

export function genesisRoster(site: SiteDocument, digest: string): Roster {
  return {
    version: 1,
    ref: `1 ${digest}`,
    made: `0 ${digest}`,
    people: site.people,
    agents: site.agents,
    keepers: site.keepers,
    reviewerRoles: site.reviewer_roles,
    origins: site.origins,
    verifyRequired: false,
    solo: site.keepers.need === 1,
    vouched: false,
    former: site.former ?? null,
    due: site.former !== undefined,
    offered: [],
    owners: new Map(ownersOf(site)),
  };
}

/** Returns the roster that the keepers signed as the version after `before`; `at` is the leaf index of the entry that makes it. */
export function changedRoster(before: Roster, text: RosterText, at: number, digest: string): Roster {
  const named = new Set(text.people.flatMap(({ keys }) => keys.map(({ key }) => key)));
  return {
    version: text.version,
    ref: `${text.version} ${digest}`,
    made: `${at} ${digest}`,
    people: text.people,
    agents: text.agents,
    keepers: text.keepers,
    reviewerRoles: text.reviewer_roles,
    origins: before.origins,
    verifyRequired: text.verify_required,
    solo: before.solo || text.keepers.need === 1,
    vouched: true,
    former: before.former,
    due: before.due,
    offered: before.offered.filter(({ key }) => !named.has(key)),
    owners: new Map([...before.owners, ...ownersOf(text)]),
  };
}

/** The document of the next version, with nothing changed yet. */
export const nextText = ({ agents, keepers, people, reviewerRoles, verifyRequired, version }: Roster): RosterText => ({
  agents,
  keepers,
  people: people.map(({ id, keys, roles, token }) => ({ id, keys: [...keys], roles: [...roles], token })),
  reviewer_roles: [...reviewerRoles],
  verify_required: verifyRequired,
  version: version + 1,
});

/** The keys that this person offered, as a roster has them. */
export const offeredBy = ({ offered }: Roster, id: string): { key: string; kind: KeyKind }[] =>
  offered.filter(({ person }) => person === id).map(({ key, kind }) => ({ key, kind }));

/** The document of the next version with every offered key taken in: what the keepers of a new site sign first. */
export function offeredText(roster: Roster): RosterText {
  const next = nextText(roster);
  return { ...next, people: next.people.map((one) => ({ ...one, keys: [...one.keys, ...offeredBy(roster, one.id)] })) };
}

/** Returns the roster with a key that its person enrolled; it makes no version. In a solo site a token's key signs at once. */
export function enrolledIn(roster: Roster, offered: OfferedKey, byToken: boolean): Roster {
  const { person, key, kind } = offered;
  const counts = roster.solo && byToken;
  const people = roster.people.map((one) => {
    if (one.id !== person || !byToken) return one;
    return { ...one, token: null, keys: counts ? [...one.keys, { key, kind }] : one.keys };
  });
  return {
    ...roster,
    people,
    offered: counts ? roster.offered : [...roster.offered, offered],
    owners: new Map(roster.owners).set(key, person),
  };
}

/** Returns the version without this key. */
export function suspendedIn(roster: Roster, person: string, key: string, at: number, digest: string): Roster {
  const version = roster.version + 1;
  const people = roster.people.map((one) =>
    one.id === person ? { ...one, keys: one.keys.filter((own) => own.key !== key) } : one,
  );
  return { ...roster, version, ref: `${version} ${digest}`, made: `${at} ${digest}`, people };
}

export const personOf = (roster: Roster, id: string): RosterPerson | undefined =>
  roster.people.find((one) => one.id === id);
export const rolesOf = (roster: Pick<Roster, 'people'>): Record<string, readonly string[]> =>
  Object.fromEntries(roster.people.map((one) => [one.id, one.roles]));
export const agentOf = (roster: Roster, id: string) => roster.agents.find((one) => one.id === id);
export const isKeeper = (roster: Pick<Roster, 'keepers'>, id: string): boolean => roster.keepers.of.includes(id);

/**
 * The people of a run whom a new version took a key or a role, each with the roles that they keep in it: of those that
 * they had when it opened, which is all that a run ever grants. `opening`, `before` and `after` are versions in order.
 */
export function struckBy(opening: Roster, before: Roster, after: Roster): Record<string, string[]> {
  const struck = opening.people.flatMap((person) => {
    const kept = (roster: Roster) => {
      const now = personOf(roster, person.id);
      return now && now.keys.length > 0 ? person.roles.filter((role) => now.roles.includes(role)) : [];
    };
    const left = new Set(personOf(after, person.id)?.keys.map(({ key }) => key));
    const lostKey = (personOf(before, person.id)?.keys ?? []).some(({ key }) => !left.has(key));
    return lostKey || kept(after).length < kept(before).length ? [[person.id, kept(after)] as const] : [];
  });
  return Object.fromEntries(struck);
}
