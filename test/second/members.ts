/** Group 1 of the members that are not lines: the folder, allowed_signers, and that nothing else is there. */
import { canonical, digestOf, jcs, same, sha256, utf8 } from './bytes.ts';
import { rosterForm } from './entries.ts';
import { claim, type Finding, type Leaf, type Spine } from './record.ts';
import type { Members } from './tar.ts';

export function membersFit(
  members: Members,
  leaves: readonly Leaf[],
  spine: Spine,
  bodies: ReadonlyMap<string, Buffer>,
): Finding[] {
  const index = members.get('runbook.json') ?? Buffer.alloc(0);
  const rows = (canonical(index, 2 ** 25, 3, true) ?? []) as [string, string, string][];
  const files = [...members]
    .filter(([path]) => path.startsWith('runbook/'))
    .map(([path, bytes]) => [path.slice(8), bytes] as const);
  const hashes = new Map(files.map(([path, bytes]) => [path, sha256(bytes).toString('hex')]));
  const order = rows.map(([path]) => path);
  const sorted = [...order].sort((a, b) => Buffer.compare(utf8(a), utf8(b)));
  const folder =
    rows.length > 0 &&
    rows.every((row) => row.length === 3 && hashes.get(row[0]) === row[1] && ['0644', '0755'].includes(row[2])) &&
    files.length === rows.length &&
    jcs(order) === jcs(sorted) &&
    order.every((path) => utf8(path).length <= 100 && path.normalize('NFC') === path);
  const known = [
    'README.txt',
    'allowed_signers',
    'checkpoint',
    'consistency.jsonl',
    'entries.jsonl',
    'proofs.jsonl',
    'runbook.json',
    'salts.jsonl',
  ];
  const surplus = [...members.keys()].filter((path) => !known.includes(path) && !/^(runbook|bodies)\//.test(path));
  const misnamed = [...members.keys()].some(
    (path) => path.startsWith('bodies/') && !bodies.has(`sha256:${path.slice(7)}`),
  );
  return [
    ...claim(
      digestOf(index) === spine.opened.entry['runbook'],
      1,
      spine.opened.entry.seq,
      'the folder has another digest',
    ),
    ...claim(folder, 1, null, 'a file is not the one that the folder lists'),
    ...claim(
      surplus.length === 0 && !misnamed && known.every((path) => members.has(path)),
      1,
      null,
      'a member is surplus or missing',
    ),
    ...claim(
      same(members.get('allowed_signers') ?? index, utf8(allowedSigners(leaves))),
      1,
      null,
      'allowed_signers is another',
    ),
  ];
}

interface Keys {
  readonly people: readonly { id: string; keys: readonly { key: string }[] }[];
  readonly agents: readonly { id: string; key: string }[];
}

function allowedSigners(leaves: readonly Leaf[]): string {
  const lines = leaves.flatMap(({ entry, bodies }) => {
    const line = (id: string, key: string) =>
      `${id} namespaces="crosscheck-*@${entry.log.replace(/[/:].*$/s, '')}" ${key}\n`;
    const all = ({ people, agents }: Keys) => [
      ...people.flatMap(({ id, keys }) => keys.map(({ key }) => line(id, key))),
      ...agents.map(({ id, key }) => line(id, key)),
    ];
    if (entry.type === 'genesis') return all(entry['site']);
    if (entry.type === 'key.enrolled') return [line(entry.actor, entry['key'])];
    const roster = bodies['roster'] && canonical(bodies['roster'], 4_194_304, 8, true);
    return rosterForm(roster, '') ? all(roster as Keys) : [];
  });
  return [...new Set(lines)].sort().join('');
}
