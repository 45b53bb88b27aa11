/** Whole records: genuine ones get the verdict that they deserve, and no file makes the verifier throw. */
import t from 'tap';
import { packBundle } from '../../../core/record/bundle.ts';
import { unarchive } from '../../../core/record/tar.ts';
import { diverged, nothingKnown, verifyFile, verifyRecord } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { type SiteOptions, type TestRun, TestSite, testRun } from '../../helpers/site.ts';

const verdictOf = (run: TestRun) => verifyFile(packBundle(run.bundle()), run.site.trust, verifyRaw);
const CLEAN = { reasons: [] as unknown[] };

t.test('a genuine closed record is anchored', async (t) => {
  const verdict = await verdictOf(testRun().complete());
  t.strictSame(verdict.reasons, []);
  t.match(verdict, {
    verdict: 'ANCHORED',
    exit: 0,
    solo: false,
    assurance: 'independent',
    executor: 'embedded',
    run: /^01JD/,
  });
  t.equal(verdict.facts?.withheld, 0);
  t.equal(verdict.facts?.signatures.length, 16, 'every statement is counted with its signer');
});

t.test('solo is anchored but no success unless accepted', async (t) => {
  const run = testRun({ solo: true }).complete();
  const expected = { ...CLEAN, verdict: 'ANCHORED', solo: true, assurance: 'page-only' };
  t.match(await verdictOf(run), { ...expected, exit: 3 });
  t.match(await verifyFile(packBundle(run.bundle()), run.site.trust, verifyRaw, { accept: ['solo'] }), {
    ...expected,
    exit: 0,
  });
});

t.test('security keys are as independent as SSH keys, passkeys are not: a page enrols them', async (t) => {
  const expected = { ...CLEAN, verdict: 'ANCHORED' };
  const keys = { dba: 'sk-ssh', sre: 'sk-ssh' } as const;
  t.match(await verdictOf(testRun({ kinds: keys }).complete()), { ...expected, assurance: 'independent' });
  const solo = testRun({ solo: true, kinds: { lead: 'passkey', dba: 'passkey' } }).complete();
  const verdict = await verdictOf(solo);
  t.match(verdict, { ...expected, solo: true, assurance: 'page-only' });
  const kinds = verdict.facts?.signatures.filter(({ act }) => act === 'confirm').map(({ kind }) => kind);
  t.strictSame(kinds, ['passkey', 'browser']);
});

t.test('without a trust root a record is only consistent with itself', async (t) => {
  const run = testRun().complete();
  t.match(await verifyFile(packBundle(run.bundle()), null, verifyRaw), {
    ...CLEAN,
    verdict: 'SELF-CONSISTENT',
    exit: 3,
  });
});

t.test('a detached agent is told apart', async (t) => {
  t.match(await verdictOf(testRun({ executor: 'detached' }).complete()), { verdict: 'ANCHORED', executor: 'detached' });
});

const STAGES: Record<string, (run: TestRun) => unknown> = {
  'just opened': () => undefined,
  'seated, the backup running': (run) => {
    run.seat().arm('backup');
    run.start();
  },
  'armed and confirmed once': (run) => {
    run.seat().backup().arm('drop-column');
    run.confirm('dba', 'reviewer', 'dba');
  },
  keyed: (run) => run.seat().backup().crossChecked(),
  'after an answer that differed': (run) => {
    run.seat().backup().arm('drop-column');
    run.submit(run.confirmCommand('dba', 'reviewer', 'dba', { where: 'db-2' }));
  },
  'held and lifted': (run) => {
    run.seat().backup().arm('drop-column');
    run.submit({ type: 'hold', person: run.site.people.sre.id, text: null });
    run.lift('lead', 'dba', 'sre');
  },
  'refused, then armed again': (run) => {
    run.seat().backup().arm('drop-column');
    run.refuse('dba', 'reviewer', 'dba', 'Not this host — señor');
    run.crossChecked();
  },
  'failed and held': (run) => {
    run.seat().backup().crossChecked().start();
    run.outcome('failed');
  },
};

for (const [stage, carry] of Object.entries(STAGES)) {
  t.test(`an open run is open: ${stage}`, async (t) => {
    const run = testRun();
    carry(run);
    const verdict = await verdictOf(run);
    t.strictSame(verdict.reasons, []);
    t.match(verdict, { verdict: 'OPEN', exit: 3 });
    const clearance = await verifyRecord(run.bundle('open'), run.site.trust, verifyRaw);
    t.strictSame(clearance.reasons, []);
    t.match(clearance, { verdict: 'OPEN', facts: { withheld: 0 } });
  });
}

t.test('what is blind may be withheld in a file, never in a clearance', async (t) => {
  const run = testRun().seat().backup().crossChecked();
  t.match(await verdictOf(run), { verdict: 'OPEN', facts: { withheld: 6 } });
  const clearance = await verifyRecord(run.bundle(), run.site.trust, verifyRaw);
  t.match(clearance, { verdict: 'INVALID', exit: 8 });
  t.match(clearance.reasons[0], { sentence: /its body .* is missing/ });
});

t.test('an aborted run whose irreversible step never started says so', async (t) => {
  const run = testRun().seat().backup();
  run.close('aborted');
  t.match(await verdictOf(run), { ...CLEAN, verdict: 'ANCHORED', exit: 0, assurance: 'none irreversible' });
});

t.test('unknown stays unknown to the signed close', async (t) => {
  const run = testRun().seat().backup().crossChecked();
  run.start();
  run.outcome('unknown');
  run.close('aborted');
  t.match(await verdictOf(run), { ...CLEAN, verdict: 'ANCHORED', assurance: 'independent' });
});

t.test('another trust root is not satisfied', async (t) => {
  const run = testRun().complete();
  const other = new TestSite({ seed: 'other' }).trust;
  const { trust } = run.site;
  for (const root of [
    other,
    { ...trust, genesis: other.genesis },
    { ...trust, logKey: { ...trust.logKey, raw: other.logKey.raw } },
  ])
    t.match(await verifyFile(packBundle(run.bundle()), root, verifyRaw), { verdict: 'INVALID', exit: 8 });
});

t.test('a runbook verified before needs no folder', async (t) => {
  const run = testRun().seat();
  const known = nothingKnown();
  t.match(await verifyRecord(run.bundle('open'), run.site.trust, verifyRaw, known), { verdict: 'OPEN' });
  t.equal(known.runbooks.size, 1);
  const bare = { ...run.bundle('open'), folderIndex: '', files: [] };
  t.match(await verifyRecord(bare, run.site.trust, verifyRaw, known), { ...CLEAN, verdict: 'OPEN' });
  t.match(await verifyRecord(bare, run.site.trust, verifyRaw), { verdict: 'INVALID' });
});

t.test('a fork is two roots of one size', (t) => {
  const root = (byte: number) => ({ origin: 'a/log/1', size: 7, root: new Uint8Array(32).fill(byte) });
  t.equal(diverged(root(1), root(2)), true);
  t.equal(diverged(root(1), root(1)), false);
  t.equal(diverged(root(1), { ...root(2), size: 8 }), false);
  t.end();
});

t.test('what is no record at all is unreadable', async (t) => {
  for (const bytes of [new Uint8Array(), new Uint8Array(2000), new TextEncoder().encode('{"not":"a tar"}')])
    t.match(await verifyFile(bytes, null, verifyRaw), { verdict: 'UNREADABLE', exit: 2 });
});

t.test('one changed byte is INVALID wherever it is, but in README.txt', async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  t.comment(`SEED=${seed}`);
  const run = testRun().complete();
  const tar = packBundle(run.bundle());
  const members = unarchive(tar);
  const readme =
    (members.ok ? members.value.find(({ path }) => path === 'README.txt') : undefined)?.bytes ?? new Uint8Array();
  const isReadme = (at: number) =>
    at >= readme.byteOffset - tar.byteOffset && at < readme.byteOffset - tar.byteOffset + readme.length;
  let random = seed;
  for (let round = 0; round < 60; round++) {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
    const at = random % tar.length;
    const changed = tar.slice();
    changed[at] = (changed[at] ?? 0) ^ (1 << (round % 8));
    const { exit } = await verifyFile(changed, run.site.trust, verifyRaw);
    if (exit !== (isReadme(at) ? 0 : 8)) t.fail(`byte ${at}: exit ${exit}`);
  }
  t.match(await verifyFile(tar.subarray(0, tar.length - 512), run.site.trust, verifyRaw), { exit: 8 });
});

t.test('a hostile bundle is a verdict, not an exception', async (t) => {
  const run = testRun().complete();
  const { trust } = run.site;
  const bundle = run.bundle();
  const broken = { ...bundle, bodies: null } as unknown as typeof bundle;
  t.match(await verifyRecord(broken, trust, verifyRaw), { verdict: 'INVALID', exit: 8 });
  const throwing = () => Promise.reject(new Error('no such algorithm'));
  t.match(await verifyRecord(bundle, trust, throwing), { verdict: 'INVALID', exit: 8 });
});

t.test('a site without reviewers confirms nothing by itself', async (t) => {
  const options: SiteOptions = { solo: true, genesis: (site) => ({ ...site, reviewer_roles: [] }) };
  const verdict = await verdictOf(testRun(options).complete());
  t.match(verdict, { verdict: 'INVALID', reasons: [{ invariant: 'I18' }] });
});
