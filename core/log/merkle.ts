/** The Merkle tree of RFC 6962 §2 and RFC 9162 §2.1, over nodes that the caller keeps; it holds no tree and no state. */
import { concat, equal } from '../bytes/encoding.ts';
import { sha256 } from '../bytes/hash.ts';

/** The hash of the complete subtree over leaves [index·2^level, (index+1)·2^level); level 0 are the leaf hashes. */
export type Nodes = (level: number, index: number) => Uint8Array;

export interface Node {
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** SHA-256(0x00‖entry). */
export const leafHash = (entry: Uint8Array): Uint8Array => sha256(concat(LEAF, entry));

/** SHA-256(0x01‖left‖right). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concat(NODE, left, right));

/** The root of the empty tree: SHA-256 of nothing. */
export const emptyRoot = (): Uint8Array => sha256(new Uint8Array(0));

/** The nodes that leaf hash `leaf` completes as number `size` (counted from 0), itself first, then upwards. */
export function append(size: number, leaf: Uint8Array, nodes: Nodes): Node[] {
  const complete: Node[] = [{ level: 0, index: size, hash: leaf }];
  let hash = leaf;
  // Sizes go beyond 32 bits: no shifts and masks on them anywhere in this file.
  for (let index = size, level = 0; index % 2 === 1; ) {
    hash = nodeHash(nodes(level, index - 1), hash);
    level += 1;
    index = (index - 1) / 2;
    complete.push({ level, index, hash });
  }
  return complete;
}

/** The largest power of two smaller than `width`, which must be over 1 (RFC 9162 §2.1.1). */
function split(width: number): number {
  let left = 1;
  while (left * 2 < width) left *= 2;
  return left;
}

/** The hash of leaves [begin, begin + width) where the tree has that as a subtree. */
function subtree(begin: number, width: number, nodes: Nodes): Uint8Array {
  let level = 0;
  let complete = 1;
  while (complete < width) {
    complete *= 2;
    level += 1;
  }
  if (complete === width) return nodes(level, begin / width);
  const left = complete / 2;
  return nodeHash(nodes(level - 1, begin / left), subtree(begin + left, width - left, nodes));
}

/** The root of the tree of the first `size` leaves. */
export const rootOf = (size: number, nodes: Nodes): Uint8Array => (size === 0 ? emptyRoot() : subtree(0, size, nodes));

/** The audit path of a leaf, from the leaf upwards (RFC 9162 §2.1.3.1). Throws a RangeError unless index < size. */
export function inclusionProof(index: number, size: number, nodes: Nodes): Uint8Array[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  const proof: Uint8Array[] = [];
  for (let begin = 0, width = size; width > 1; ) {
    const left = split(width);
    if (index < begin + left) {
      proof.push(subtree(begin + left, width - left, nodes));
      width = left;
    } else {
      proof.push(subtree(begin, left, nodes));
      begin += left;
      width -= left;
    }
  }
  return proof.reverse();
}

/** The consistency proof between two sizes (RFC 9162 §2.1.4.1). Throws a RangeError unless 1 ≤ from ≤ to. */
export function consistencyProof(from: number, to: number, nodes: Nodes): Uint8Array[] {
  if (!(from >= 1 && from <= to)) throw new RangeError(`no consistency proof from ${from} to ${to}`);
  const proof: Uint8Array[] = [];
  let begin = 0;
  let width = to;
  while (from < begin + width) {
    const left = split(width);
    if (from <= begin + left) {
      proof.push(subtree(begin + left, width - left, nodes));
      width = left;
    } else {
      proof.push(subtree(begin, left, nodes));
      begin += left;
      width -= left;
    }
  }
  // A `from` that is a subtree from leaf 0 on needs no hash of itself: the verifier has it as the old root.
  if (begin > 0) proof.push(subtree(begin, width, nodes));
  return proof.reverse();
}

const isSize = (size: number): boolean => Number.isSafeInteger(size) && size >= 0;
const areHashes = (hashes: readonly Uint8Array[]): boolean => hashes.every((hash) => hash.length === 32);

/**
 * Walks RFC 9162 §2.1.3.2 and §2.1.4.2 from a node up: `step(sibling, isLeft)` for each hash of the path. False when
 * the path is longer or shorter than the tree is high there.
 */
function climb(
  position: number,
  last: number,
  path: readonly Uint8Array[],
  step: (sibling: Uint8Array, isLeft: boolean) => void,
): boolean {
  let at = position;
  let end = last;
  for (const sibling of path) {
    if (end === 0) return false;
    const isLeft = at % 2 === 1 || at === end;
    step(sibling, isLeft);
    // The last node of an odd row has no sibling there; it moves up until it has one.
    while (isLeft && at % 2 === 0 && at !== 0) {
      at /= 2;
      end = Math.floor(end / 2);
    }
    at = Math.floor(at / 2);
    end = Math.floor(end / 2);
  }
  return end === 0;
}

/** Whether `proof` is the exact audit path of leaf hash `leaf` at `index` in the tree of `size` leaves with `root`. */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || leaf.length !== 32 || !areHashes(proof)) return false;
  let hash = leaf;
  const fits = climb(index, size - 1, proof, (sibling, isLeft) => {
    hash = isLeft ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
  });
  return fits && equal(hash, root);
}

/**
 * Whether `proof` is the exact consistency proof from the tree of `from` leaves to that of `to`. From size 0 nothing
 * can be proved, so that is false; between equal sizes the proof is empty and the roots are the same.
 */
export function verifyConsistency(
  from: number,
  to: number,
  fromRoot: Uint8Array,
  toRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(from) || !isSize(to) || from < 1 || from > to || !areHashes(proof)) return false;
  if (from === to) return proof.length === 0 && equal(fromRoot, toRoot);
  let [at, end] = [from - 1, to - 1];
  while (at % 2 === 1) [at, end] = [(at - 1) / 2, Math.floor(end / 2)];
  // At 0 the old tree is one complete subtree, and its root is the node that the path starts from.
  const [seed, ...path] = at === 0 ? [fromRoot, ...proof] : proof;
  if (seed === undefined) return false;
  let [oldHash, newHash] = [seed, seed];
  const fits = climb(at, end, path, (sibling, isLeft) => {
    if (isLeft) oldHash = nodeHash(sibling, oldHash);
    newHash = isLeft ? nodeHash(sibling, newHash) : nodeHash(newHash, sibling);
  });
  return fits && equal(oldHash, fromRoot) && equal(newHash, toRoot);
}
