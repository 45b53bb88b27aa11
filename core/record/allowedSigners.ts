/** The bundle's `allowed_signers` for stock ssh-keygen, made of the roster's own entries; it grants nothing to our verifier. */
import type { Entry } from '../log/tables.ts';

/** One line per key of people and agents, each once, sorted: `<id> namespaces="crosscheck-*@<host>" <type> <b64>`. */
export function allowedSigners(entries: readonly Entry[]): string {
  const lines = entries.flatMap((entry) => {
    const line = (id: string, key: string) => `${id} namespaces="crosscheck-*@${hostOf(entry.log)}" ${key}\n`;
    if (entry.type === 'key.enrolled') return [line(entry.actor, entry.key)];
    if (entry.type !== 'genesis') return [];
    const people = entry.site.people.flatMap(({ id, keys }) => keys.map(({ key }) => line(id, key)));
    return [...people, ...entry.site.agents.map(({ id, key }) => line(id, key))];
  });
  return [...new Set(lines)].sort().join('');
}

/** An origin's host without port. */
const hostOf = (origin: string): string => origin.replace(/[/:].*$/s, '');
