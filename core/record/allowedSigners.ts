/** The bundle's `allowed_signers` for stock ssh-keygen, made of the roster's own entries; it grants nothing to our verifier. */
import { fromUtf8 } from '../bytes/encoding.ts';
import type { Body } from '../log/entry.ts';
import { parseEntry } from '../log/parse.ts';
import type { Entry, RosterText } from '../log/tables.ts';
import { readRoster } from '../site/roster.ts';

/** What the canonical bytes of every entry that names keys hold; all others need not be parsed for it. */
const NAMES_KEYS = /"type":"(genesis|key\.enrolled|roster\.signed)"/;

const read = (bytes: Uint8Array): Entry[] => {
  const entry = NAMES_KEYS.test(fromUtf8(bytes) ?? '') ? parseEntry(bytes) : undefined;
  return entry?.ok ? [entry.value] : [];
};

/** Of entry bytes: one line per key of people and agents, each once, sorted: `<id> namespaces="crosscheck-*@<host>" <type> <b64>`. */
export function allowedSigners(entries: readonly Uint8Array[], bodies: ReadonlyMap<string, Body>): string {
  const lines = entries.flatMap(read).flatMap((entry) => {
    const line = (id: string, key: string) => `${id} namespaces="crosscheck-*@${hostOf(entry.log)}" ${key}\n`;
    const all = ({ people, agents }: Pick<RosterText, 'people' | 'agents'>) => [
      ...people.flatMap(({ id, keys }) => keys.map(({ key }) => line(id, key))),
      ...agents.map(({ id, key }) => line(id, key)),
    ];
    if (entry.type === 'key.enrolled') return [line(entry.actor, entry.key)];
    if (entry.type === 'genesis') return all(entry.site);
    const named = entry.type === 'roster.signed' ? entry.bodies?.['roster'] : undefined;
    const roster = named === undefined ? undefined : readRoster(bodies.get(named));
    return roster?.ok ? all(roster.value) : [];
  });
  return [...new Set(lines)].sort().join('');
}

/** An origin's host without port. */
const hostOf = (origin: string): string => origin.replace(/[/:].*$/s, '');
