/** Trees that statements name: true at their size, there before they are named, and no other form of a tree is one. */
import t from 'tap';
import { base64, concat } from '../../../core/bytes/encoding.ts';
import { leafHash, nodeHash } from '../../../core/log/merkle.ts';
import { trees, type Witness } from '../../../core/verify/tree.ts';

const [a, b] = [leafHash(Uint8Array.of(1)), leafHash(Uint8Array.of(2))];
const checkpoint = { origin: 'x', size: 2, root: nodeHash(a, b) };
/** A witness who believes everything of a size that is smaller. */
const credulous: Witness = { includes: () => true, had: () => true, proved: null };
const found = (tree: string, seq = 5) =>
  trees([{ seq, tree }], credulous, checkpoint)
    .map(({ invariant, sentence }) => `${invariant} ${sentence}`)
    .join('\n');
const NEVER = /^I8 .*a tree that this log never had/;

t.test('the tree of the checkpoint, and a smaller one', async (t) => {
  t.equal(found(`2 ${base64(checkpoint.root)}`), '');
  t.equal(found(`1 ${base64(a)}`), '');
});

t.test('trees that never were', async (t) => {
  t.match(found(`2 ${base64(a)}`), NEVER, 'another root');
  t.match(found(`3 ${base64(a)}`), NEVER, 'larger than the checkpoint');
  t.match(found(`1 ${base64(concat(a, b))}`), NEVER, 'a root of 64 bytes');
  t.match(found('1 !'), NEVER, 'no root');
  t.match(found(`2 ${base64(checkpoint.root)}`, 1), /^I19 .*did not exist yet/);
});
