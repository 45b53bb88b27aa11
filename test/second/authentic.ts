/** Group 2: every statement is of its act, says what its entry says, and is signed by a key that counts there, over a tree that was. */
import { asciiJcs, fromBase64, jcs, same } from './bytes.ts';
import { chainOf, refOf } from './entries.ts';
import { LINE_FORMS, LINES, MEANING, TYPES } from './page.ts';
import { claim, type Finding, inChain, type Leaf, type Spine, type Whole } from './record.ts';
import { bodyText, contentOf, type RosterKey, type Rosters, rosterIn, rostersOf } from './roster.ts';
import { isSignedBy, namespaceOf, parseKey, parseSshsig } from './sshsig.ts';
import { isConsistent } from './tree.ts';

export type Lines = Readonly<Record<string, string>>;

/** The lines of one act's statement; undefined where the text is none. */
export function parseStatement(act: string, bytes: Buffer): Lines | undefined {
  const text = bytes.length <= 16_384 ? bodyText(bytes) : undefined;
  const keys = LINES.get(act) ?? [];
  const [header, ...lines] = (text ?? '').split('\n');
  if (header !== `crosscheck-${act}/v1` || lines.length !== keys.length + 1 || lines.at(-1) !== '') return undefined;
  const values: Record<string, string> = {};
  for (const [index, key] of keys.entries()) {
    const line = lines[index] ?? '';
    const value = line.slice(key.length + 1);
    if (!line.startsWith(`${key} `) || !/^[ -~]*$/.test(value) || !LINE_FORMS.get(key)?.test(value)) return undefined;
    values[key] = value;
  }
  return keys.includes('meaning') && values['meaning'] !== MEANING.get(act) ? undefined : values;
}

/** The act that an entry's statement is of. */
export const actOf = ({ entry }: Leaf): string | null =>
  entry.type === 'act.signed' || entry.type === 'roster.signed' ? entry['act'] : (TYPES.get(entry.type)?.act ?? null);

export interface Authentic {
  readonly findings: Finding[];
  readonly rosters: Rosters;
  /** By seq; a withheld statement is not there. */
  readonly stated: ReadonlyMap<number, Lines>;
  /** What the statements of registration and approval say otherwise; it is judged with the opening. */
  readonly late: Finding[];
  /** The kind of key that made each signature. */
  readonly kinds: ReadonlyMap<number, string>;
}

export function authenticity({ leaves, checkpoint, consistency }: Whole, spine: Spine): Authentic {
  const rosters = rostersOf(leaves);
  const findings = [...rosters.findings];
  const stated = new Map<number, Lines>();
  const kinds = new Map<number, string>();
  for (const leaf of leaves) {
    const { entry, bodies } = leaf;
    const act = actOf(leaf);
    const { statement, signature } = bodies;
    if (!act || (!statement && !signature)) continue;
    const lines = statement && signature && parseStatement(act, statement);
    findings.push(...claim(lines !== undefined, 2, entry.seq, `it has no ${act} statement`));
    if (!lines || !statement || !signature) continue;
    stated.set(entry.seq, lines);
    const kind = signedBy(leaf, act, statement, signature, rosters, spine);
    findings.push(...claim(kind !== undefined, 2, entry.seq, 'no key of its signer that counts made its signature'));
    if (kind === undefined) continue;
    kinds.set(entry.seq, kind);
    const told = entry.type !== 'step.confirmed' || entry['kind'] === kind;
    findings.push(...claim(told, 2, entry.seq, 'it was made by a key of another kind'));
  }
  const named = [...stated].flatMap(([seq, { tree }]) => (tree === undefined ? [] : [{ seq, tree }]));
  const sizes = [...new Set(named.map(({ tree }) => sizeOf(tree)))].filter((size) => size < checkpoint.size);
  const given = consistency.map(({ size }) => size);
  findings.push(
    ...claim(
      jcs(sizes.sort((a, b) => a - b)) === jcs(given),
      2,
      null,
      'the consistency proofs are those of other trees',
    ),
    ...named.flatMap(({ seq, tree }) => {
      const [size, root] = [sizeOf(tree), fromBase64(tree.slice(tree.indexOf(' ') + 1)) ?? Buffer.alloc(0)];
      const proof = consistency
        .find((one) => one.size === size)
        ?.proof.map((hash) => fromBase64(hash) ?? Buffer.alloc(0));
      const fits =
        size === checkpoint.size
          ? same(root, checkpoint.root)
          : proof !== undefined && isConsistent(size, checkpoint.size, root, checkpoint.root, proof);
      return claim(size <= seq && fits, 2, seq, 'its tree was never there, or not yet');
    }),
    ...strangers(leaves, rosters),
    ...sayings(inChain(leaves, 'roster'), spine, rosters, stated),
  );
  const late = sayings([spine.registered, spine.approved], spine, rosters, stated);
  return { findings, rosters, stated, kinds, late };
}

export const sizeOf = (tree: string): number => Number(tree.slice(0, tree.indexOf(' ')));

/** The kind of the key that made a signature; undefined where none did that counts. */
function signedBy(
  leaf: Leaf,
  act: string,
  statement: Buffer,
  signature: Buffer,
  rosters: Rosters,
  spine: Spine,
): string | undefined {
  const { entry } = leaf;
  const sig = parseSshsig(signature);
  if (!sig) return undefined;
  const now = rosters.before(entry.seq);
  for (const { key: line, kind } of counting(leaf, rosters, spine)) {
    const key = parseKey(line);
    if (!key || !same(key.blob, sig.publicKey)) continue;
    const by = { key, kind, origins: now.origins, uv: now.uv };
    return isSignedBy(sig, namespaceOf(act, entry.log), statement, by) ? kind : undefined;
  }
  return undefined;
}

/** The keys that count for an entry. */
function counting(leaf: Leaf, rosters: Rosters, { opened }: Spine): readonly RosterKey[] {
  const { entry } = leaf;
  const now = rosters.before(entry.seq);
  const keysOf = (roster: typeof now): readonly RosterKey[] => {
    const agent = roster.agents.find(({ id }) => id === entry.actor);
    return agent ? [{ key: agent.key, kind: 'ssh' }] : (roster.people.find(({ id }) => id === entry.actor)?.keys ?? []);
  };
  if (entry.type === 'key.enrolled') return [{ key: entry['key'], kind: entry['kind'] }];
  const own = keysOf(now);
  if (entry.type === 'roster.signed' && own.length === 0)
    return rosterIn(leaf)?.people.find(({ id }) => id === entry.actor)?.keys ?? [];
  if (chainOf(entry) !== 'run' || entry.type === 'run.opened' || now.solo) return own;
  const then = new Set(keysOf(rosters.before(opened.entry.seq)).map(({ key }) => key));
  return own.filter(({ key }) => then.has(key));
}

/** Everybody who acts stood in some version of the roster by then. */
function strangers(leaves: readonly Leaf[], { states }: Rosters): Finding[] {
  const since = new Map<string, number>([['server', -1]]);
  for (const { seq, roster } of states)
    for (const { id } of [...roster.people, ...roster.agents]) if (!since.has(id)) since.set(id, seq);
  return leaves
    .filter(({ entry }) => chainOf(entry) !== 'roster')
    .flatMap(({ entry }) => {
      const named = [entry.actor, ...(entry['asked_by'] ? [entry['asked_by']] : []), ...(entry['authors'] ?? [])];
      const known = named.every((id) => (since.get(id) ?? Number.POSITIVE_INFINITY) < entry.seq);
      return claim(known, 2, entry.seq, 'somebody does not stand in the roster');
    });
}

/** Statements outside runs whose every line follows from the entry. */
function sayings(leaves: readonly Leaf[], spine: Spine, rosters: Rosters, stated: Authentic['stated']): Finding[] {
  const about = (leaf: Leaf): readonly [about: string, content: unknown] | undefined => {
    const { entry } = leaf;
    const { key, kind, token = null, authors, id, runbook } = entry;
    if (entry.type === 'key.enrolled') return [refOf(spine.genesis), { key, kind, token }];
    if (entry['act'] === 'epoch') return [refOf(spine.genesis), spine.genesis.entry['site'].former];
    if (entry.type === 'roster.signed') return [rosters.before(entry.seq).made, contentOf(leaf)];
    if (entry.type === 'runbook.registered') return [refOf(spine.genesis), { authors, id, runbook }];
    // What was registered; that the entry names the same folder is of the third group.
    if (entry.type === 'runbook.approved')
      return [refOf(spine.registered), { runbook: spine.registered.entry['runbook'] }];
    return undefined;
  };
  return leaves.flatMap((leaf) => {
    const { entry, bodies } = leaf;
    const expected = about(leaf);
    if (!expected) return [];
    const lines = stated.get(entry.seq);
    const says =
      lines?.['about'] === expected[0] &&
      lines['content'] === asciiJcs(expected[1]) &&
      lines['origin'] === entry.log &&
      lines['signer'] === entry.actor &&
      lines['mode'] === 'none' &&
      lines['run'] === 'none';
    const beside = entry.type !== 'roster.signed' || bodyText(bodies['content']) === jcs(expected[1]);
    return claim(says && beside, 2, entry.seq, 'its statement says something else');
  });
}
