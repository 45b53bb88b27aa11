/** The tree against RFC 6962's recursive definition on random trees, and against transparency-dev's vectors. */
import fc from 'fast-check';
import t from 'tap';
import { concat, equal, hex, utf8 } from '../../../core/bytes/encoding.ts';
import { sha256 } from '../../../core/bytes/hash.ts';
import {
  append,
  consistencyProof,
  emptyRoot,
  inclusionProof,
  leafHash,
  type Nodes,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '../../../core/log/merkle.ts';
import { campaign } from '../bytes/campaign.ts';
import { listVectors, needs, readVector } from '../bytes/vectors.ts';

const entry = (i: number) => utf8(`entry ${i}`);

/** The definitions of RFC 6962 §2.1 word for word, over the entries themselves. */
const half = (n: number) => 2 ** (Math.ceil(Math.log2(n)) - 1);
function mth(entries: Uint8Array[]): Uint8Array {
  const [only] = entries;
  if (only === undefined) return sha256(new Uint8Array(0));
  if (entries.length === 1) return sha256(concat(Uint8Array.of(0), only));
  const k = half(entries.length);
  return sha256(concat(Uint8Array.of(1), mth(entries.slice(0, k)), mth(entries.slice(k))));
}
function path(m: number, d: Uint8Array[]): Uint8Array[] {
  if (d.length === 1) return [];
  const k = half(d.length);
  return m < k ? [...path(m, d.slice(0, k)), mth(d.slice(k))] : [...path(m - k, d.slice(k)), mth(d.slice(0, k))];
}
function subproof(m: number, d: Uint8Array[], complete: boolean): Uint8Array[] {
  if (m === d.length) return complete ? [] : [mth(d)];
  const k = half(d.length);
  return m <= k
    ? [...subproof(m, d.slice(0, k), complete), mth(d.slice(k))]
    : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))];
}

/** A tree grown by append alone; asking for a node that append has not completed throws. */
function grow(size: number): Nodes {
  const kept = new Map<string, Uint8Array>();
  const nodes: Nodes = (level, index) => {
    const hash = kept.get(`${level}/${index}`);
    if (!hash) throw new Error(`node ${level}/${index} of ${size} is not complete`);
    return hash;
  };
  for (let i = 0; i < size; i++) {
    for (const { level, index, hash } of append(i, leafHash(entry(i)), nodes)) kept.set(`${level}/${index}`, hash);
  }
  return nodes;
}

const hexes = (hashes: readonly Uint8Array[]) => hashes.map(hex).join();

t.test('every root, path and proof up to 40 entries is the RFC’s', async (t) => {
  const nodes = grow(40);
  const all = Array.from({ length: 40 }, (_, i) => entry(i));
  const wrong: string[] = [];
  for (let n = 1; n <= 40; n++) {
    const tree = all.slice(0, n);
    const root = rootOf(n, nodes);
    if (!equal(root, mth(tree))) wrong.push(`root ${n}`);
    for (let i = 0; i < n; i++) {
      const proof = inclusionProof(i, n, nodes);
      const fits = verifyInclusion(i, n, leafHash(entry(i)), proof, root);
      if (!fits || hexes(proof) !== hexes(path(i, tree))) wrong.push(`leaf ${i} of ${n}`);
      const since = consistencyProof(i + 1, n, nodes);
      const follows = verifyConsistency(i + 1, n, rootOf(i + 1, nodes), root, since);
      if (!follows || hexes(since) !== hexes(subproof(i + 1, tree, true))) wrong.push(`from ${i + 1} to ${n}`);
    }
  }
  t.same(wrong, []);
  t.equal(hex(rootOf(0, nodes)), hex(emptyRoot()));
  t.equal(hex(emptyRoot()), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

t.test('a random tree accepts its proofs and nothing changed', (t) => {
  const nodes = grow(300);
  const change = fc.record({ at: fc.nat(), bit: fc.nat(255), drop: fc.boolean() });
  return campaign(
    t,
    fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), change, (size, pick, { at, bit, drop }) => {
      const index = pick % size;
      const from = 1 + (pick % (size - 1));
      const alter = (proof: Uint8Array[]): Uint8Array[] => {
        const spot = at % (proof.length + 1);
        if (drop) return proof.length > 0 ? proof.filter((_, i) => i !== at % proof.length) : [new Uint8Array(32)];
        if (spot === proof.length) return [...proof, new Uint8Array(32).fill(bit)];
        return proof.map((hash, i) =>
          i === spot ? hash.map((byte, j) => (j === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)) : hash,
        );
      };
      const root = rootOf(size, nodes);
      const leaf = leafHash(entry(index));
      const proof = inclusionProof(index, size, nodes);
      const since = consistencyProof(from, size, nodes);
      const old = rootOf(from, nodes);
      return (
        verifyInclusion(index, size, leaf, proof, root) &&
        !verifyInclusion(index, size, leaf, alter(proof), root) &&
        !verifyInclusion((index + 1) % size, size, leaf, proof, root) &&
        verifyConsistency(from, size, old, root, since) &&
        !verifyConsistency(from, size, old, root, alter(since)) &&
        !verifyConsistency(from, size, root, old, since)
      );
    }),
    300,
  );
});

t.test('sizes beyond 32 bits', async (t) => {
  // A huge tree whose leaves are all one entry: a complete subtree's hash depends on its level alone.
  const levels = [leafHash(utf8('same'))];
  const nodes: Nodes = (level) => {
    const known = levels[level];
    if (known) return known;
    const below = nodes(level - 1, 0);
    levels[level] = sha256(concat(Uint8Array.of(1), below, below));
    return nodes(level, 0);
  };
  const size = 2 ** 52 + 2 ** 33 + 12_345;
  for (const index of [0, 2 ** 32 + 5, 2 ** 52, size - 1]) {
    const proof = inclusionProof(index, size, nodes);
    t.ok(verifyInclusion(index, size, nodes(0, 0), proof, rootOf(size, nodes)), `leaf ${index}`);
  }
  for (const from of [1, 2 ** 33, 2 ** 40 + 3, 2 ** 52]) {
    t.ok(
      verifyConsistency(from, size, rootOf(from, nodes), rootOf(size, nodes), consistencyProof(from, size, nodes)),
      `from ${from}`,
    );
  }
  t.same(append(2 ** 33 - 1, nodes(0, 0), nodes).at(-1), { level: 33, index: 0, hash: nodes(33, 0) });
});

t.test('questions without an answer', async (t) => {
  const nodes = grow(4);
  const [leaf, root] = [leafHash(entry(0)), rootOf(4, nodes)];
  const proof = inclusionProof(0, 4, nodes);
  for (const [index, size] of [
    [-1, 4],
    [4, 4],
    [0.5, 4],
    [0, 4.5],
    [0, 2 ** 53],
    [Number.NaN, 4],
  ] as const) {
    t.notOk(verifyInclusion(index, size, leaf, proof, root), `leaf ${index} of ${size}`);
  }
  const extra = leafHash(utf8('extra'));
  const higher = sha256(concat(Uint8Array.of(1), extra, root));
  t.notOk(verifyInclusion(0, 4, leaf, [...proof, extra], higher), 'a path higher than the tree that sums to the root');
  t.notOk(verifyInclusion(0, 1, utf8('no hash'), [], utf8('no hash')), 'a leaf that is no hash');
  t.notOk(verifyConsistency(0, 4, emptyRoot(), root, []), 'nothing follows from the empty tree');
  const [a, b] = [leafHash(entry(0)), leafHash(entry(1))];
  const two = rootOf(2, nodes);
  t.ok(verifyConsistency(1, 2, a, two, [b]));
  // Each of these would add up if its sizes were taken for numbers of leaves.
  for (const from of [0, 3, Number.NaN]) t.notOk(verifyConsistency(from, 2, a, two, [a, b]), `from ${from} to 2`);
  t.notOk(verifyConsistency(1, 2.5, a, two, [b]), 'to a half');
  t.notOk(verifyConsistency(1, 2, a.slice(0, 31), two, [concat(a.slice(31), b)]), 'bytes moved between two hashes');
  t.ok(verifyConsistency(2, 2, two, two, []));
  t.notOk(verifyConsistency(2, 2, two, two, [b]), 'a proof that nothing needs');
  t.notOk(verifyConsistency(2, 2, two, root, []), 'two roots of one size');
  t.throws(() => inclusionProof(4, 4, nodes), RangeError);
  t.throws(() => inclusionProof(-1, 4, nodes), RangeError);
  t.throws(() => consistencyProof(0, 4, nodes), RangeError);
  t.throws(() => consistencyProof(5, 4, nodes), RangeError);
});

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const proofOf = (texts: string[] | null) => (texts ?? []).map(bytes);

t.test('transparency-dev: inclusion', needs('merkle/testdata/inclusion'), async (t) => {
  const files = listVectors('merkle/testdata/inclusion');
  const wrong = files.filter((file) => {
    const { leafIdx, treeSize, leafHash, proof, root, wantErr } = JSON.parse(readVector(file));
    return verifyInclusion(leafIdx, treeSize, bytes(leafHash), proofOf(proof), bytes(root)) === wantErr;
  });
  t.ok(files.length > 90, `${files.length} cases`);
  t.same(wrong, []);
});

t.test('transparency-dev: consistency', needs('merkle/testdata/consistency'), async (t) => {
  const files = listVectors('merkle/testdata/consistency');
  const wrong = files.filter((file) => {
    const { size1, size2, root1, root2, proof, wantErr } = JSON.parse(readVector(file));
    return verifyConsistency(size1, size2, bytes(root1), bytes(root2), proofOf(proof)) === wantErr;
  });
  t.ok(files.length > 90, `${files.length} cases`);
  t.same(wrong, []);
});
