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

/** Checks that `tree` continues the newest one verified here, by a consistency proof, and keeps it as the newest. */
export async function continues(storage: Storage, api: Api, tree: Checkpoint): Promise<Answer<Checkpoint>> {
  const before = kept(storage, tree.origin);
  if (before && before.size > 0) {
    if (before.size > tree.size) return distrusted(`The log has shrunk from ${before.size} to ${tree.size} entries.`);
    if (before.size === tree.size && !equal(before.root, tree.root))
      return distrusted('Two trees of one size differ: the log has forked.');
    if (before.size < tree.size) {
      const proof = await api.get<{ proof: string[] }>(`/api/log/consistency?from=${before.size}&to=${tree.size}`);
      if (!proof.ok) return proof;
      const hashes = proof.value.proof.map((one) => fromBase64(one) ?? new Uint8Array(0));
      if (!verifyConsistency(before.size, tree.size, before.root, tree.root, hashes))
        return distrusted(`The tree of ${tree.size} entries does not continue the one of ${before.size}.`);
    }
  }
  storage.setItem(place(tree.origin), treeLine(tree));
  return { ok: true, value: tree };
}
