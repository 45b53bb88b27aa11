/** Bodies that were erased by order: which are gone, and that a keeper signed it after the close, by what may be named. */
import type { Authentic } from './authentic.ts';
import { asciiJcs, lineJson } from './bytes.ts';
import { claim, type Finding, inChain, type Leaf, type Spine } from './record.ts';

const orders = (leaves: readonly Leaf[]): Leaf[] =>
  inChain(leaves, 'after').filter(({ entry }) => entry.type === 'body.redacted');

/** Names of bodies that may be erased. */
export const isErasable = (name: string): boolean => name === 'answer' || name === 'output';

/** The digests of all bodies that an order of the record erased. */
export const erasedIn = (leaves: readonly Leaf[]): Set<string> =>
  new Set(orders(leaves).flatMap(({ entry }) => entry['erased'] as string[]));

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= 1000;

/** Group 2 of redactions, which a keeper signed as they are, and of group 3 what they may name. */
export function redactions(leaves: readonly Leaf[], spine: Spine, { rosters, stated }: Authentic): Finding[] {
  const { run, opened } = spine;
  const open = new Set<string>();
  const bound = new Set<string>();
  const take = ({ entry }: Leaf): void => {
    for (const [name, digest] of Object.entries(entry.bodies ?? {})) (isErasable(name) ? open : bound).add(digest);
  };
  run.forEach(take);
  return inChain(leaves, 'after').flatMap((leaf) => {
    const { entry } = leaf;
    if (entry.type !== 'body.redacted') {
      take(leaf);
      return [];
    }
    const { about, actor, erased, seq } = entry;
    const lines = stated.get(seq);
    const { order, reason } = Object(lineJson(lines?.['content'] ?? '')) as { order?: unknown; reason?: unknown };
    const says =
      isText(order) &&
      isText(reason) &&
      lines?.['content'] === asciiJcs({ erased, order, reason }) &&
      lines['about'] === about &&
      lines['origin'] === entry.log &&
      lines['signer'] === actor &&
      lines['run'] === opened.entry['run'] &&
      lines['mode'] === opened.entry['mode'];
    const named = (erased as string[]).every((digest) => open.has(digest) && !bound.has(digest));
    for (const digest of erased as string[]) open.delete(digest);
    return [
      ...claim(rosters.before(seq).keepers.of.includes(actor), 2, seq, 'no keeper erased'),
      ...claim(says, 2, seq, 'its statement says something else'),
      ...claim(named, 3, seq, 'it erases what may not be erased'),
    ];
  });
}
