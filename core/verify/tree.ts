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
  { checkpoint }: Pick<Bundle, 'checkpoint'>,
  { genesis }: Pick<Spine, 'genesis'>,
  trust: Trust | null,
  verifyRaw: VerifyRaw,
): Promise<Result<Checkpoint>> {
  const { log, site } = genesis.entry;
  const raw = trust ? trust.logKey.raw : (fromBase64(site.log_key) ?? new Uint8Array());
  return openCheckpoint(checkpoint, trust?.origin ?? log, raw, verifyRaw);
}

/** By what a record shows that entries and older trees lie under its checkpoint: paths of hashes, or all the leaves. */
export interface Witness {
  /** Whether an entry is the leaf of its seq. */
  readonly includes: (leaf: Leaf, checkpoint: Checkpoint) => boolean;
  /** Whether the log had this root at this size, which is below the checkpoint's. */
  readonly had: (size: number, root: Uint8Array, checkpoint: Checkpoint) => boolean;
  /** The sizes for which it has consistency proofs; null where it needs none. */
  readonly proved: readonly number[] | null;
}

/** The inclusion and consistency proofs of one run's record. */
export function pathsOf({ consistency }: Pick<Bundle, 'consistency'>): Witness {
  const proofs = new Map(
    consistency.map(({ size, proof }) => [size, proof.map((hash) => fromBase64(hash) ?? new Uint8Array())]),
  );
  return {
    includes: ({ entry, bytes, proof }, { size, root }) =>
      verifyInclusion(entry.seq, size, leafHash(bytes), proof, root),
    had: (size, root, checkpoint) => {
      const proof = proofs.get(size);
      return proof !== undefined && verifyConsistency(size, checkpoint.size, root, checkpoint.root, proof);
    },
    proved: consistency.map(({ size }) => size),
  };
}

/** Checks I1: every entry is the leaf of its seq under the checkpoint. */
export const included = (leaves: readonly Leaf[], checkpoint: Checkpoint, { includes }: Witness): Reason[] =>
  leaves.flatMap((leaf) =>
    unless(
      includes(leaf, checkpoint),
      'XCK_INTEGRITY',
      'it is not in the tree that the checkpoint signs',
      leaf.entry.seq,
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
 * names it; and that consistency proofs, where there are any, are there for exactly those sizes.
 */
export function trees(named: readonly NamedTree[], witness: Witness, checkpoint: Checkpoint): Reason[] {
  const sizes = named.map(({ tree }) => sizeOf(tree)).filter((size) => size < checkpoint.size);
  const expected = [...new Set(sizes)].sort((a, b) => a - b);
  return [
    ...unless(
      witness.proved === null || expected.join() === witness.proved.join(),
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
        isTrue(tree, witness, checkpoint),
        'XCK_AUTHENTICITY',
        'its statement names a tree that this log never had',
        seq,
        'I8',
      ),
    ]),
  ];
}

export const sizeOf = (tree: string): number => Number(tree.slice(0, tree.indexOf(' ')));

function isTrue(tree: string, { had }: Witness, checkpoint: Checkpoint): boolean {
  const size = sizeOf(tree);
  const root = fromBase64(tree.slice(tree.indexOf(' ') + 1));
  if (root?.length !== 32 || size > checkpoint.size) return false;
  return size === checkpoint.size ? equal(root, checkpoint.root) : had(size, root, checkpoint);
}
