/** The terminal folds only what verifies: bodies, chain, inclusion and checkpoint, each proved by breaking it. */
import t from 'tap';
import { base64 } from '../../../core/bytes/encoding.ts';
import { bodyDigest } from '../../../core/log/entry.ts';
import type { BodyText, Slice } from '../../../core/protocol/frames.ts';
import { contextOf } from '../../../core/run/state.ts';
import { EXIT } from '../../../server/cli/exits.ts';
import { extend, type Folded, openFold, reveal } from '../../../server/cli/fold.ts';
import { testRun } from '../../helpers/site.ts';
import { groundOf, sliceOf } from './sliced.ts';

const whole = testRun().complete();
const ground = groundOf(whole);
const broken = { exit: EXIT.invalid, code: 'XCK_INTEGRITY' };

t.test('a whole run, and a run in pieces that overlap, fold to the same', async (t) => {
  const once = await openFold(ground, sliceOf(whole));
  t.equal(contextOf(once.state).closed, 'done');
  let pieces: Folded = await openFold(ground, sliceOf(whole, 0, 4));
  pieces = await extend(ground, pieces, sliceOf(whole, 2, 9));
  pieces = await extend(ground, pieces, sliceOf(whole, 2, 5));
  pieces = await extend(ground, pieces, sliceOf(whole, 9));
  t.strictSame(pieces.state.head, once.state.head);
  t.equal(pieces.tree.size, whole.site.store.size());
});

t.test('what was changed on the way is not folded', async (t) => {
  const slice = sliceOf(whole);
  const [name, body] = Object.entries(slice.bodies)[0] as [string, BodyText];
  const wrong: Record<string, Slice> = {
    'a body of another text': {
      ...slice,
      bodies: { ...slice.bodies, [name]: { ...body, bytes: base64(new Uint8Array(3)) } },
    },
    'an entry left out': { ...slice, entries: slice.entries.toSpliced(3, 1) },
    'two entries exchanged': {
      ...slice,
      entries: [...slice.entries.slice(0, 2), slice.entries[3] ?? '', slice.entries[2] ?? ''],
    },
    'a proof of another entry': { ...slice, proof: sliceOf(whole, 0, 5).proof },
    'the last entry changed': {
      ...slice,
      entries: [...slice.entries.slice(0, -1), (slice.entries.at(-1) ?? '').replace('"done"', '"aborted"')],
    },
    'no beginning': { ...slice, entries: slice.entries.slice(1) },
  };
  for (const [what, given] of Object.entries(wrong)) await t.rejects(openFold(ground, given), { code: /^XCK_/ }, what);
  await t.rejects(openFold({ ...ground, run: '01JD3V7Q0Z8EA1B2C3D4E5F6G8' }, slice), broken, 'another run');
  const other = groundOf(testRun({ seed: 'other' }));
  await t.rejects(
    openFold({ ...ground, tree: other.tree }, slice),
    { code: 'XCK_BYTES' },
    'a checkpoint of another log',
  );
});

t.test('bodies that are blind no longer are taken, others are not', async (t) => {
  const slice = sliceOf(whole);
  const blind = whole.entries.find(({ entry }) => entry.type === 'step.confirmed')?.bodies['statement'];
  if (!blind) throw new Error('no confirmation');
  const { [bodyDigest(blind)]: text, ...rest } = slice.bodies;
  const before = await openFold(ground, { ...slice, bodies: rest });
  const at = before.entries.findIndex(({ entry }) => entry.type === 'step.confirmed');
  t.notOk(before.entries[at]?.bodies['statement']);
  const after = reveal(ground, before, { [bodyDigest(blind)]: text as BodyText });
  t.strictSame(after.entries[at]?.bodies['statement']?.bytes, blind.bytes);
  t.throws(() => reveal(ground, before, { [bodyDigest(blind)]: { bytes: 'AAAA', salt: base64(blind.salt) } }), broken);
});
