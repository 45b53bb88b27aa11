/** The claims of the Merkle tree: the log's key signed a checkpoint, and every entry and every tree that a statement names lies under it. */
import { equal, fromBase64 } from '../bytes/encoding.ts';
import { type Checkpoint, openCheckpoint } from '../log/checkpoint.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../log/merkle.ts';
import type { VerifyRaw } from '../log/signature.ts';
import type { Bundle } from '../record/bundle.ts';
import type { Trust } from '../record/trust.ts';
import type { Result } from '../result.ts';
import type { Spine } from './chains.ts';
import type { Leaf } from './read.ts';
import { type Reason, unless } from './verdict.ts';

/** The checkpoint, signed by the key that the trust root names; without one by the key that the log claims for itself. */
export function checkpointOf(
  bundle: Bundle,
  spine: Spine,
  trust: Trust | null,
  verifyRaw: VerifyRaw,
): Promise<Result<Checkpoint>> {
  const { log, site } = spine.genesis.entry;
  const raw = trust ? trust.logKey.raw : (fromBase64(site.log_key) ?? new Uint8Array());
  return openCheckpoint(bundle.checkpoint, trust?.origin ?? log, raw, verifyRaw);
}

/** Checks I1: every entry is the leaf of its seq under the checkpoint. */
export const included = (leaves: readonly Leaf[], { size, root }: Checkpoint): Reason[] =>
  leaves.flatMap(({ entry, bytes, proof }) =>
    unless(
      verifyInclusion(entry.seq, size, leafHash(bytes), proof, root),
      'XCK_INTEGRITY',
      'it is not in the tree that the checkpoint signs',
      entry.seq,
      'I1',
    ),
  );

/** The tree that a statement names. */
export interface NamedTree {
  /** Of the entry that carries the statement. */
  readonly seq: number;
  readonly tree: string;
}

/**
 * Checks I8 and I19: each tree that a statement names was the true one at its size, and existed before the entry that
 * names it; and that consistency proofs are there for exactly those sizes.
 */
export function trees(named: readonly NamedTree[], bundle: Bundle, checkpoint: Checkpoint): Reason[] {
  const proofs = new Map(
    bundle.consistency.map(({ size, proof }) => [size, proof.map((hash) => fromBase64(hash) ?? new Uint8Array())]),
  );
  const sizes = named.map(({ tree }) => sizeOf(tree)).filter((size) => size < checkpoint.size);
  const expected = [...new Set(sizes)].sort((a, b) => a - b);
  const given = bundle.consistency.map(({ size }) => size);
  return [
    ...unless(
      expected.join() === given.join(),
      'XCK_AUTHENTICITY',
      'the consistency proofs are not those of the trees that statements name',
      null,
      'I8',
    ),
    ...named.flatMap(({ seq, tree }) => [
      ...unless(
        sizeOf(tree) <= seq,
        'XCK_AUTHENTICITY',
        'its statement names a tree that did not exist yet',
        seq,
        'I19',
      ),
      ...unless(
        isTrue(tree, proofs, checkpoint),
        'XCK_AUTHENTICITY',
        'its statement names a tree that this log never had',
        seq,
        'I8',
      ),
    ]),
  ];
}

export const sizeOf = (tree: string): number => Number(tree.slice(0, tree.indexOf(' ')));

function isTrue(tree: string, proofs: ReadonlyMap<number, readonly Uint8Array[]>, checkpoint: Checkpoint): boolean {
  const size = sizeOf(tree);
  const root = fromBase64(tree.slice(tree.indexOf(' ') + 1));
  if (root?.length !== 32 || size > checkpoint.size) return false;
  if (size === checkpoint.size) return equal(root, checkpoint.root);
  const proof = proofs.get(size);
  return proof !== undefined && verifyConsistency(size, checkpoint.size, root, checkpoint.root, proof);
}
