/** A log that shrinks, forks or does not continue what was verified here is never signed over. */
import { join } from 'node:path';
import t from 'tap';
import { base64, fromUtf8 } from '../../../core/bytes/encoding.ts';
import { consistencyProof } from '../../../core/log/merkle.ts';
import { trustText } from '../../../core/record/trust.ts';
import { EXIT } from '../../../server/cli/exits.ts';
import type { Api } from '../../../server/cli/http.ts';
import { stateFiles } from '../../../server/cli/state-files.ts';
import { continues, openTree, treeLine } from '../../../server/cli/trees.ts';
import { TestSite, testRun } from '../../helpers/site.ts';

/** A server of one site's log that answers proofs only; `from` may lie. */
const apiOf = (site: TestSite, lie = (proof: string[]) => proof): Api => ({
  server: 'http://127.0.0.1:1',
  get: async (path) => {
    const query = new URL(path, 'http://x').searchParams;
    const proof = consistencyProof(Number(query.get('from')), Number(query.get('to')), site.store.node).map(base64);
    return { proof: lie(proof) } as never;
  },
  post: () => Promise.reject(new Error('nothing is posted')),
  bytes: () => Promise.reject(new Error('nothing is fetched')),
});

const note = (site: TestSite, size?: number): string => fromUtf8(site.checkpoint(size)) ?? '';

function setUp(directory: string) {
  const { site } = testRun().seat();
  const files = stateFiles({ XDG_STATE_HOME: directory });
  files.keepLog({ origin: site.origin, trust: trustText(site.trust), given: true, tree: null });
  return { site, files, kept: () => files.log(site.origin)?.tree };
}

t.test('a log that grew is followed, and the newest tree is kept', async (t) => {
  const { site, files, kept } = setUp(t.testdir());
  const small = await openTree(site.trust, note(site, 3));
  await continues(apiOf(site), files, small);
  t.equal(kept(), treeLine(small));
  const big = await openTree(site.trust, note(site));
  await continues(apiOf(site), files, big);
  await continues(apiOf(site), files, big);
  t.equal(kept(), treeLine(big));
  t.ok(big.size > small.size);
});

t.test('shrinking, forking and false proofs stop everything', async (t) => {
  const { site, files, kept } = setUp(t.testdir());
  const [small, big] = [await openTree(site.trust, note(site, 3)), await openTree(site.trust, note(site))];
  await continues(apiOf(site), files, small);
  const stop = { exit: EXIT.diverged, code: 'XCK_FORK' };
  await t.rejects(
    continues(
      apiOf(site, (proof) => proof.slice(1)),
      files,
      big,
    ),
    stop,
    'a proof that is too short',
  );
  await t.rejects(
    continues(
      apiOf(site, (proof) => proof.toReversed()),
      files,
      big,
    ),
    stop,
    'a proof of something else',
  );
  await t.rejects(continues(apiOf(site), files, { ...small, root: big.root }), stop, 'another root of the same size');
  await continues(apiOf(site), files, big);
  await t.rejects(continues(apiOf(site), files, small), stop, 'an older tree');
  t.equal(kept(), treeLine(big), 'what was verified stays');
});

t.test('a checkpoint of another log key is not opened', async (t) => {
  const { site } = setUp(join(t.testdir(), 'a'));
  const other = new TestSite({ seed: 'other' });
  await t.rejects(openTree(site.trust, note(other)), { code: 'XCK_BYTES' });
  await t.rejects(
    openTree({ ...site.trust, logKey: { ...site.trust.logKey, raw: other.trust.logKey.raw } }, note(site)),
    { code: 'XCK_BYTES' },
  );
});
