/** A log that shrinks, forks or does not continue what was verified here is never signed over. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { base64, fromUtf8 } from '../../../core/bytes/encoding.ts';
import { consistencyProof } from '../../../core/log/merkle.ts';
import { trustText } from '../../../core/record/trust.ts';
import { EXIT } from '../../../server/cli/exits.ts';
import type { Api } from '../../../server/cli/http.ts';
import { type StateFiles, stateFiles } from '../../../server/cli/state-files.ts';
import { continues, type Known, openTree, treeLine } from '../../../server/cli/trees.ts';
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
  save: () => Promise.reject(new Error('nothing is fetched')),
});

/** A word of one person that began when `floor` had been verified. */
const word = (api: Api, files: StateFiles, floor: string | null = null): Known => ({ api, files, floor });

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
  await continues(word(apiOf(site), files), small);
  t.equal(kept(), treeLine(small));
  const big = await openTree(site.trust, note(site));
  await continues(word(apiOf(site), files), big);
  await continues(word(apiOf(site), files), big);
  t.equal(kept(), treeLine(big));
  t.ok(big.size > small.size);
});

t.test('shrinking, forking and false proofs stop everything', async (t) => {
  const { site, files, kept } = setUp(t.testdir());
  const [small, big] = [await openTree(site.trust, note(site, 3)), await openTree(site.trust, note(site))];
  await continues(word(apiOf(site), files), small);
  const stop = { exit: EXIT.diverged, code: 'XCK_FORK' };
  await t.rejects(
    continues(
      word(
        apiOf(site, (proof) => proof.slice(1)),
        files,
      ),
      big,
    ),
    stop,
    'a proof that is too short',
  );
  await t.rejects(
    continues(
      word(
        apiOf(site, (proof) => proof.toReversed()),
        files,
      ),
      big,
    ),
    stop,
    'a proof of something else',
  );
  await t.rejects(
    continues(word(apiOf(site), files), { ...small, root: big.root }),
    stop,
    'another root of the same size',
  );
  await continues(word(apiOf(site), files), big);
  await t.rejects(continues(word(apiOf(site), files, kept()), small), stop, 'an older tree');
  t.equal(kept(), treeLine(big), 'what was verified stays');
});

t.test(
  'a word that is still open when another one verified more is told no fork, and makes nothing shorter',
  async (t) => {
    const { site, files, kept } = setUp(t.testdir());
    const [small, big] = [await openTree(site.trust, note(site, 3)), await openTree(site.trust, note(site))];
    const open = word(apiOf(site), files);
    await continues(word(apiOf(site), files), big);
    await continues(open, small);
    t.equal(kept(), treeLine(big), 'what the other word verified stays');
    const liar = word(
      apiOf(site, (proof) => proof.toReversed()),
      files,
    );
    await t.rejects(
      continues(liar, small),
      { code: 'XCK_FORK' },
      'an older tree must be the beginning of the longer one',
    );
    await t.rejects(continues(open, { ...small, root: big.root }), { code: 'XCK_FORK' }, 'with its own root');
  },
);

t.test('two words that keep at once do not rename each other away', async (t) => {
  const { site, files, kept } = setUp(t.testdir());
  const note = `${files.directory}/log-${site.origin.replace(/[^a-z0-9.-]/g, '_')}.json.new`;
  mkdirSync(note);
  const tree = await openTree(site.trust, fromUtf8(site.checkpoint(3)) ?? '');
  await continues(word(apiOf(site), files), tree);
  t.equal(kept(), treeLine(tree), 'no name is shared: what lies under the plain one is nobody’s');
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
