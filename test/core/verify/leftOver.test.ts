/**
 * What whoever owns the server can still do, shown rather than denied: each test gets it done, and says by what it is known
 * or who can prove it afterwards. Docs/threats.md names these tests.
 */
import t from 'tap';
import { fromUtf8 } from '../../../core/bytes/encoding.ts';
import { openCheckpoint } from '../../../core/log/checkpoint.ts';
import { inclusionProof, leafHash, verifyInclusion } from '../../../core/log/merkle.ts';
import { packBundle } from '../../../core/record/bundle.ts';
import { diverged, type Verdict } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import {
  begun,
  carriedOut,
  entryOf,
  FOUR_EYES,
  half,
  judged,
  judgedFile,
  recordOf,
  STEP,
  theSite,
} from '../../helpers/attacker.ts';
import { RUNBOOK, type TestRun, type TestSite } from '../../helpers/site.ts';

const GOOD = { verdict: 'ANCHORED', exit: 0, assurance: 'independent', reasons: [] as unknown[] };

/** What somebody's client keeps of an entry: its bytes, and the proof that it lay in a tree that the log key signed. */
function receipt(site: TestSite, seq: number, size = site.store.size()) {
  const bytes = site.store.entry(seq)?.bytes ?? new Uint8Array();
  return { seq, bytes, proof: inclusionProof(seq, size, site.store.node), checkpoint: site.checkpoint(size) };
}

/** Whether a receipt and a record are of two histories: the log's own key signed for both. */
async function contradicts(kept: ReturnType<typeof receipt>, site: TestSite, { facts }: Verdict): Promise<boolean> {
  const opened = await openCheckpoint(kept.checkpoint, site.trust.origin, site.trust.logKey.raw, verifyRaw);
  if (!opened.ok || !facts) return false;
  const { size, root } = opened.value;
  if (!verifyInclusion(kept.seq, size, leafHash(kept.bytes), kept.proof, root)) return false;
  const found = facts.entries.find(({ entry }) => entry.seq === kept.seq);
  return (
    diverged(facts.checkpoint, opened.value) || (found !== undefined && fromUtf8(found.bytes) !== fromUtf8(kept.bytes))
  );
}

/** Confirmed by all, keyed by the lead; what follows is the server's to tell. */
const keyed = (site: TestSite = theSite()): TestRun => {
  const run = half(site);
  run.confirm('sre', 'verifier', 'sre');
  run.key();
  return run;
};

const toTheEnd = (run: TestRun): TestRun => {
  run.start();
  run.outcome();
  run.close();
  return run;
};

t.test('a policy that asks for no terminal is kept by a lying page: page-only', async (t) => {
  const yaml = RUNBOOK.replace('eyes: 6', 'eyes: 6\n      keys: {high: 2, terminal: 0}');
  const run = half(theSite({ kinds: { dba: 'passkey', sre: 'passkey' } }), yaml);
  run.confirm('sre', 'verifier', 'sre');
  t.match(await judged(carriedOut(run)), { ...GOOD, assurance: 'page-only' });
});

t.test(
  'one person at a terminal is enough for “independent”: the others may have been deceived by their pages',
  async (t) => {
    const run = half(theSite({ kinds: { dba: 'passkey', sre: 'sk-ssh' } }));
    run.confirm('sre', 'verifier', 'sre');
    t.match(await judged(carriedOut(run)), GOOD);
  },
);

t.test('a runbook approved in a lying page may not call its step irreversible: none irreversible', async (t) => {
  const site = theSite({ kinds: { keeper: 'passkey', dba: 'passkey', sre: 'passkey' } });
  const run = half(site, RUNBOOK.replace('    irreversible: true\n', ''));
  run.confirm('sre', 'verifier', 'sre');
  t.match(await judged(carriedOut(run)), { ...GOOD, assurance: 'none irreversible' });
});

t.test('a suspension made after the last confirmation is hidden, and the suspender’s receipt proves it', async (t) => {
  const told = keyed();
  const suspended = told.site.suspend('keeper', 'sre');
  const kept = receipt(told.site, suspended.entry.seq);
  const verdict = await judged(toTheEnd(keyed()));
  t.match(verdict, GOOD, 'the record says nothing of it');
  t.ok(await contradicts(kept, told.site, verdict), 'what its author keeps does');
});

t.test('a suspension shown to nobody but its author is left out of one run’s record', async (t) => {
  const site = theSite();
  const suspended = site.suspend('keeper', 'author');
  const store = { ...site.store };
  store.entriesOfTypes = (types) => site.store.entriesOfTypes(types).filter(({ seq }) => seq !== suspended.entry.seq);
  // Everybody signs under the roster that they were shown.
  const shown = { ...site.roster, ref: `2 ${suspended.entry.rprev}` };
  const run = site
    .open(site.approved(FOUR_EYES), { fields: { roster: shown.ref } })
    .seat()
    .backup();
  run.arm(STEP);
  run.confirm('sre', 'verifier', 'sre');
  carriedOut(run);
  t.match(await judgedFile(recordOf(run, store), site.trust), GOOD);
  t.match(await judged(run), { verdict: 'INVALID' }, 'with the whole chain of the roster it does not hold');
});

t.test(
  'a hold after the key is dropped in a second history, and a tree that its author kept says DIVERGED',
  async (t) => {
    const told = keyed();
    told.submit({ type: 'hold', person: told.site.people.sre.id, text: null });
    const run = toTheEnd(keyed());
    const verdict = await judged(run);
    t.match(verdict, GOOD, 'the second history is whole in itself');
    const [held] = told.entries.slice(-2);
    t.ok(await contradicts(receipt(told.site, held?.entry.seq ?? -1), told.site, verdict));
    while (told.site.store.size() < run.site.store.size())
      told.site.put({
        type: 'attempt.refused',
        actor: told.site.people.sre.id,
        fields: { act: 'key', code: 'XCK_HELD' },
      });
    const kept = await openCheckpoint(told.site.checkpoint(), told.site.origin, told.site.trust.logKey.raw, verifyRaw);
    t.ok(kept.ok && verdict.facts && diverged(verdict.facts.checkpoint, kept.value), 'two roots of one size');
  },
);

t.test('a database is rolled back to before anybody saw what it held', async (t) => {
  const before = begun();
  before.submit({ type: 'hold', person: before.site.people.sre.id, text: null });
  const after = begun();
  after.arm(STEP);
  after.confirm('dba', 'reviewer', 'dba');
  after.confirm('sre', 'verifier', 'sre');
  t.match(await judged(carriedOut(after)), GOOD, 'nobody signed over the tree that is gone');
});

t.test('it delays and withholds: the run stays open, or its record does not hold', async (t) => {
  const run = half();
  t.match(await judged(run), { verdict: 'OPEN', exit: 3 }, 'a confirmation that it never enters');
  run.confirm('sre', 'verifier', 'sre');
  carriedOut(run);
  const bundle = run.bundle();
  const bodies = new Map(bundle.bodies);
  bodies.delete(entryOf(run, 'step.confirmed').entry.bodies?.['statement'] ?? '');
  t.match(await judgedFile(packBundle({ ...bundle, bodies }), run.site.trust), { verdict: 'INVALID', exit: 8 });
  const size = entryOf(run, 'run.closed').entry.seq;
  t.match(await judgedFile(recordOf(run, run.site.store, size), run.site.trust), { verdict: 'OPEN', exit: 3 });
});

t.test('an agent under the server’s account measures what the server likes: embedded', async (t) => {
  const site = theSite({ executor: 'embedded' });
  const run = begun(site);
  run.arm(STEP, { values: { host: 'db-9', rows: '1', calm: '0' } });
  run.confirm('dba', 'reviewer', 'dba', { where: 'db-9' });
  run.confirm('sre', 'verifier', 'sre', { loss: '1' });
  run.key();
  run.start({ host: 'db-9', rows: '1', calm: '0' });
  run.outcome();
  run.close();
  t.match(await judged(run), { ...GOOD, executor: 'embedded' });
});

t.test('whoever reads the server’s disk knows the blind values before anybody is asked', async (t) => {
  const run = begun();
  run.arm(STEP);
  const named = entryOf(run, 'step.armed', 1).entry.bodies?.['probe-host'] ?? '';
  t.equal(fromUtf8(run.site.store.body(named)?.bytes ?? new Uint8Array()), '"db-1"');
  t.notOk(run.bundle().bodies.has(named), 'the record still withholds it');
});
