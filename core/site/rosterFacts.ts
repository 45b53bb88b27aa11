/** A roster as single facts, and what differs between two: what a keeper compares before signing, at a terminal and on a page alike. It judges none. */
import { keyFingerprint, parsePublicKey } from '../log/publicKey.ts';
import { personOf, type Roster, type RosterKey } from '../log/roster.ts';
import type { RosterText } from '../log/tables.ts';

export interface RosterFact {
  /** p-… or a-… that it is about; null where it is about the site. */
  readonly about: string | null;
  readonly what:
    | 'person'
    | 'role'
    | 'key'
    | 'keeper'
    | 'token'
    | 'agent'
    | 'serves'
    | 'keepers needed'
    | 'reviewer role'
    | 'verify required';
  /** Of a key its kind and fingerprint, with a space between. */
  readonly value: string;
}

const SAYS: Readonly<Record<RosterFact['what'], (value: string) => string>> = {
  person: () => 'is of the site',
  role: (value) => `role ${value}`,
  key: (value) => `key ${value}`,
  keeper: () => 'keeper',
  token: () => 'may enrol a first key by a link',
  agent: (value) => `agent, ${value}`,
  serves: (value) => `serves ${value}`,
  'keepers needed': (value) => `keepers needed for a change: ${value}`,
  'reviewer role': (value) => `reviewer’s role ${value}`,
  'verify required': (value) => `security keys must verify their user: ${value}`,
};

/** A fact in the words that everybody is told. */
export const factText = ({ what, value }: RosterFact): string => SAYS[what](value);

export interface RosterRow extends RosterFact {
  readonly mark: 'same' | 'added' | 'gone';
}

/** `SHA256:…` of a key line; the line itself where it is none. */
export function fingerprintOf(line: string): string {
  const key = parsePublicKey(line);
  return key.ok ? keyFingerprint(key.value.blob) : line;
}

/** Everything that a roster says, a person after the other. */
export function rosterFacts(text: RosterText): RosterFact[] {
  const { agents, keepers, people, reviewer_roles, verify_required } = text;
  return [
    ...people.flatMap(({ id, keys, roles, token }): RosterFact[] => [
      { about: id, what: 'person', value: id },
      ...roles.map((value) => ({ about: id, what: 'role' as const, value })),
      ...(keepers.of.includes(id) ? [{ about: id, what: 'keeper' as const, value: 'keeper' }] : []),
      ...keys.map(({ key, kind }) => ({ about: id, what: 'key' as const, value: `${kind} ${fingerprintOf(key)}` })),
      ...(token === null ? [] : [{ about: id, what: 'token' as const, value: token }]),
    ]),
    ...agents.flatMap(({ id, key, kind, serves }): RosterFact[] => [
      { about: id, what: 'agent', value: kind },
      { about: id, what: 'key', value: `ssh ${fingerprintOf(key)}` },
      ...serves.map((value) => ({ about: id, what: 'serves' as const, value })),
    ]),
    { about: null, what: 'keepers needed', value: String(keepers.need) },
    ...reviewer_roles.map((value) => ({ about: null, what: 'reviewer role' as const, value })),
    { about: null, what: 'verify required', value: verify_required ? 'yes' : 'no' },
  ];
}

/** Both rosters as one list: what stays, what comes and what goes, by whom it is about. */
export function rosterRows(before: RosterText, after: RosterText): RosterRow[] {
  const [old, next] = [rosterFacts(before), rosterFacts(after)];
  const [had, has] = [new Set(old.map(nameOf)), new Set(next.map(nameOf))];
  const rows: RosterRow[] = [
    ...next.map((fact) => ({ ...fact, mark: had.has(nameOf(fact)) ? ('same' as const) : ('added' as const) })),
    ...old.filter((fact) => !has.has(nameOf(fact))).map((fact) => ({ ...fact, mark: 'gone' as const })),
  ];
  const order = [...new Set(rows.map(({ about }) => about).filter((about) => about !== null)), null];
  return order.flatMap((about) => rows.filter((row) => row.about === about));
}

const nameOf = ({ about, what, value }: RosterFact): string => `${about} ${what} ${value}`;

/** The key that whoever signs must read back: the last one of somebody else that comes, or where `everything` is new that stands; null where none does. */
export const keyToRead = (rows: readonly RosterRow[], signer: string, everything: boolean): RosterRow | null =>
  rows.findLast(
    ({ about, mark, what }) =>
      what === 'key' &&
      about?.startsWith('p-') === true &&
      about !== signer &&
      (mark === 'added' || (everything && mark === 'same')),
  ) ?? null;

/** A key that counted once: suspended, or left out of a later version. */
export interface FormerKey extends RosterKey {
  readonly person: string;
  /** The entry from which on it counts no more. */
  readonly since: number;
}

export function formerKeys(states: readonly { readonly seq: number; readonly roster: Roster }[]): FormerKey[] {
  const newest = states.at(-1)?.roster;
  return states.flatMap(({ seq, roster }, index) => {
    const before = states[index - 1]?.roster.people ?? [];
    return before.flatMap(({ id, keys }) => {
      const stands = (one: Roster | undefined, line: string) =>
        one !== undefined && personOf(one, id)?.keys.some(({ key }) => key === line) === true;
      return keys
        .filter(({ key }) => !stands(roster, key) && !stands(newest, key))
        .map((key) => ({ ...key, person: id, since: seq }));
    });
  });
}
