/** The newest tree of the log that this browser has verified; nothing is signed over a tree that does not continue it. */
import { base64, equal, fromBase64, utf8 } from '../../core/bytes/encoding.ts';
import { type Checkpoint, openCheckpoint, parseVkey } from '../../core/log/checkpoint.ts';
import { verifyConsistency } from '../../core/log/merkle.ts';
import type { VerifyRaw } from '../../core/log/signature.ts';
import { type Answer, type Api, problem } from '../api.ts';

/** Whom the page believes about the log: the key that the server named at sign-in. Page-only assurance. */
export interface LogTrust {
  readonly origin: string;
  readonly logKey: string;
  readonly verify: VerifyRaw;
}

const distrusted = (sentence: string) =>
  problem('XCK_LOG', sentence, 'Nothing is signed here. Compare with another browser and with the command line.');

/** Opens a checkpoint that the trusted log key must have signed. */
export async function readCheckpoint(trust: LogTrust, note: string): Promise<Answer<Checkpoint>> {
  const key = parseVkey(trust.logKey);
  if (!key.ok) return distrusted(key.refusal.sentence);
  const opened = await openCheckpoint(utf8(note), trust.origin, key.value.raw, trust.verify);
  return opened.ok ? opened : distrusted(opened.refusal.sentence);
}

/** The line `tree` of a statement. */
export const treeLine = ({ size, root }: Checkpoint): string => `${size} ${base64(root)}`;

const place = (origin: string): string => `crosscheck-tree:${origin}`;

function kept(storage: Storage, origin: string): { size: number; root: Uint8Array } | undefined {
  const [size, encoded] = (storage.getItem(place(origin)) ?? '').split(' ');
  const root = fromBase64(encoded ?? '');
  return root?.length === 32 ? { size: Number(size), root } : undefined;
}

type Tree = Pick<Checkpoint, 'size' | 'root'>;

async function isPrefix(api: Api, before: Tree, after: Tree): Promise<Answer<boolean>> {
  if (before.size === after.size) return { ok: true, value: equal(before.root, after.root) };
  const got = await api.get<{ proof: string[] }>(`/api/log/consistency?from=${before.size}&to=${after.size}`);
  // A server that was rolled back has no proof to give: that is no mishap of the moment.
  if (!got.ok) return got.problem.code === 'XCK_OFFLINE' ? got : { ok: true, value: false };
  const proof = got.value.proof.map((one) => fromBase64(one) ?? new Uint8Array(0));
  return { ok: true, value: verifyConsistency(before.size, after.size, before.root, after.root, proof) };
}

/**
 * Checks by a consistency proof that `tree` and the newest one verified in this browser are of one history, and keeps
 * the larger. A smaller tree is no fault: a room that was quiet knows less of the log than another tab does.
 */
export async function continues(storage: Storage, api: Api, tree: Checkpoint): Promise<Answer<Checkpoint>> {
  const newest = kept(storage, tree.origin);
  if (newest && newest.size > 0) {
    const [before, after] = newest.size <= tree.size ? [newest, tree] : [tree, newest];
    const one = await isPrefix(api, before, after);
    if (!one.ok) return one;
    if (!one.value)
      return distrusted(
        `The tree of ${after.size} entries does not continue the one of ${before.size}: the log has two histories.`,
      );
  }
  if (!newest || newest.size < tree.size) storage.setItem(place(tree.origin), treeLine(tree));
  return { ok: true, value: tree };
}

/** The tree of a signed note, checked and kept. After an own act it holds that act: the log cannot lose it unseen. */
export async function heldAgainst(
  storage: Storage,
  api: Api,
  trust: LogTrust,
  note: string,
): Promise<Answer<Checkpoint>> {
  const tree = await readCheckpoint(trust, note);
  return tree.ok ? continues(storage, api, tree.value) : tree;
}
