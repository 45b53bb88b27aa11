/** The form of bodies: canonical where they are JSON, text where they are text, and as long as their entry says. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { wellFormed } from '../../../core/verify/bodies.ts';
import type { Leaf } from '../../../core/verify/read.ts';
import { testRun } from '../../helpers/site.ts';

const run = testRun().seat().backup();
const leaves = run.entries.map((sealed) => ({ ...sealed, proof: [] })) as Leaf[];
const finished = leaves.find(({ entry }) => entry.type === 'step.finished') as Leaf;
const armed = leaves.find(({ entry }) => entry.type === 'step.armed') as Leaf;
const withBody = (leaf: Leaf, name: string, bytes: Uint8Array): Leaf => ({
  ...leaf,
  bodies: { ...leaf.bodies, [name]: { salt: new Uint8Array(32), bytes } },
});
const found = (leaf: Leaf) =>
  wellFormed([leaf])
    .map(({ invariant, sentence }) => `${invariant} ${sentence}`)
    .join('\n');
const NO_TEXT = Uint8Array.of(0xff);

t.test('genuine bodies', async (t) => {
  t.strictSame(wellFormed(leaves), []);
});

t.test('JSON is canonical', async (t) => {
  t.match(found(withBody(armed, 'action', utf8('{ }'))), /^I1 .*its body action: .*spelled differently/);
  t.match(found(withBody(armed, 'action', NO_TEXT)), /^I1 .*its body action: .*not UTF-8/);
});

t.test('a statement and a signature are text, an output may be anything', async (t) => {
  for (const name of ['statement', 'signature'])
    t.match(found(withBody(finished, name, NO_TEXT)), new RegExp(`^I1 .*its body ${name} is not text`));
  const length = { entry: { ...finished.entry, output_length: 1 } as Leaf['entry'] };
  t.equal(found({ ...withBody(finished, 'output', NO_TEXT), ...length }), '');
});

t.test('an output is as long as its entry says', async (t) => {
  const says = /^I11 .*its output has another length/;
  t.match(found(withBody(finished, 'output', utf8('more than that'))), says);
  const { output_length: _, ...silent } = finished.entry as { output_length?: number } & Leaf['entry'];
  t.match(found({ ...finished, entry: silent as Leaf['entry'] }), says, 'its entry does not say');
  const { output: __, ...unnamed } = finished.entry.bodies ?? {};
  t.match(
    found({ ...finished, entry: { ...finished.entry, bodies: unnamed } as Leaf['entry'] }),
    says,
    'it names none',
  );
});
