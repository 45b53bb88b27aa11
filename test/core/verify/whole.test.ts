/** A whole log verifies as one history, each run of the period with the verdict of its own record; everything bent is found. */
import t from 'tap';
import { fromUtf8, utf8 } from '../../../core/bytes/encoding.ts';
import { packBundle } from '../../../core/record/bundle.ts';
import { archive, type Member, unarchive } from '../../../core/record/tar.ts';
import type { Period } from '../../../core/record/whole.ts';
import { verifyFile } from '../../../core/verify/verify.ts';
import { type LogVerdict, verifyAny } from '../../../core/verify/whole.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { RUNBOOK, TestSite } from '../../helpers/site.ts';
import { packWhole } from '../../helpers/whole.ts';

const ulid = (index: number): string => `01JD3V7Q0Z8EA1B2C3D4E5F6G${index}`;

/** A site with a closed run, an open one that holds something blind, and a rehearsal of another runbook. */
function threeRuns(options = {}) {
  const site = new TestSite(options);
  const approved = site.approved(RUNBOOK);
  const closed = site.open(approved, { run: ulid(1) }).complete();
  const other = site.approved(RUNBOOK.replace(/^id: .*$/m, 'id: another'));
  const open = site
    .open(approved, { run: ulid(2) })
    .seat()
    .backup();
  open.arm('drop-column');
  open.confirm('dba', 'reviewer', 'dba');
  const rehearsal = site.open(other, { run: ulid(3), mode: 'rehearsal' }).seat();
  rehearsal.close('aborted');
  return { site, runs: [closed, open, rehearsal] as const, open: [open] };
}

async function judged(tar: Uint8Array, trust: TestSite['trust'] | null, accept: ('solo' | 'rehearsal')[] = []) {
  const verdict = await verifyAny(tar, trust, verifyRaw, { accept });
  if (verdict.kind !== 'log') throw new Error(`not taken for a log: ${JSON.stringify(verdict.run.reasons)}`);
  return verdict.log;
}

const members = (tar: Uint8Array): Member[] => {
  const read = unarchive(tar);
  return read.ok ? read.value : [];
};
const told = ({ runs }: LogVerdict) => runs.map(({ run, verdict, exit, mode }) => [run, verdict, exit, mode]);

t.test('each run has the verdict of its own record, and the whole has the worst', async (t) => {
  const { site, open } = threeRuns();
  const verdict = await judged(await packWhole(site, open), site.trust);
  t.same(told(verdict), [
    [ulid(1), 'ANCHORED', 0, 'live'],
    [ulid(2), 'OPEN', 3, 'live'],
    [ulid(3), 'ANCHORED', 3, 'rehearsal'],
  ]);
  t.match(verdict, {
    verdict: 'OPEN',
    exit: 3,
    reasons: [],
    outside: [],
    log: { checkpoint: { size: site.store.size() } },
  });
  t.equal(verdict.runs[0]?.assurance, 'independent');
  const alone = await judged(await packWhole(site, open), null);
  t.match(alone, { verdict: 'SELF-CONSISTENT', exit: 3 });
});

t.test('a log of closed live runs is ANCHORED', async (t) => {
  const site = new TestSite({});
  const approved = site.approved(RUNBOOK);
  for (const index of [1, 2]) site.open(approved, { run: ulid(index) }).complete();
  t.match(await judged(await packWhole(site), site.trust), { verdict: 'ANCHORED', exit: 0 });
});

t.test('of a solo site', async (t) => {
  const site = new TestSite({ solo: true });
  site.open(site.approved(RUNBOOK)).complete();
  const tar = await packWhole(site);
  t.match(await judged(tar, site.trust), { verdict: 'ANCHORED', exit: 3, runs: [{ solo: true }] });
  t.match(await judged(tar, site.trust, ['solo']), { verdict: 'ANCHORED', exit: 0 });
});

t.test('a period has its runs, and names the others', async (t) => {
  const { site, runs, open } = threeRuns();
  const at = (index: 0 | 1 | 2) => runs[index].entries[0]?.entry.ts ?? 0;
  const periods: [Period, string[]][] = [
    [{ from: at(1), to: at(2) }, [ulid(2)]],
    [{ from: at(1), to: null }, [ulid(2), ulid(3)]],
    [{ from: null, to: at(1) }, [ulid(1)]],
    [{ from: at(2) + 1, to: null }, []],
  ];
  for (const [period, expected] of periods) {
    const tar = await packWhole(site, open, period);
    const verdict = await judged(tar, site.trust, ['rehearsal']);
    t.same(
      verdict.runs.map(({ run }) => run),
      expected,
    );
    t.same(
      verdict.outside,
      [ulid(1), ulid(2), ulid(3)].filter((run) => !expected.includes(run)),
    );
    t.same([verdict.period, verdict.reasons], [period, []]);
    t.equal(
      members(tar).filter(({ path }) => path.startsWith('folders/')).length,
      new Set(expected.map((run) => run === ulid(3))).size,
    );
    t.equal(
      members(tar).some(({ path }) => path.startsWith('bodies/')),
      expected.length > 0,
    );
  }
});

t.test('a run’s record is told from a whole log', async (t) => {
  const site = new TestSite({});
  const run = site.open(site.approved(RUNBOOK)).complete();
  t.match(await verifyAny(packBundle(run.bundle()), site.trust, verifyRaw), {
    kind: 'run',
    run: { verdict: 'ANCHORED' },
  });
  t.match(await verifyAny(utf8('text'), site.trust, verifyRaw), { kind: 'run', run: { verdict: 'UNREADABLE' } });
});

/** A second history, sealed genuinely: only the whole log shows it. */
t.test('two histories of one run', async (t) => {
  const site = new TestSite({});
  const approved = site.approved(RUNBOOK);
  const [first, second] = [site.open(approved, { run: ulid(1) }), site.open(approved, { run: ulid(1) })];
  second.complete();
  first.seat();
  const verdict = await judged(await packWhole(site), site.trust);
  t.match(verdict, { verdict: 'INVALID', exit: 8, runs: [] });
  t.match(verdict.reasons.map(({ sentence }) => sentence).join('\n'), /opened a second time/);
});

t.test('a run that goes on after its close is found outside the period too', async (t) => {
  const site = new TestSite({});
  const run = site.open(site.approved(RUNBOOK), { run: ulid(1) }).complete();
  run.put({ type: 'seat.left', actor: site.people.sre.id, fields: { seat: 'verifier' } });
  const verdict = await judged(await packWhole(site, [], { from: null, to: 0 }), site.trust);
  t.match(verdict.reasons, [{ sentence: /goes on after its close/, invariant: 'I1' }]);
});

t.test('whatever is changed, missing or surplus is INVALID', async (t) => {
  const { site, open } = threeRuns();
  const good = members(await packWhole(site, open));
  const edit = (path: string, change: (old: string) => string) =>
    good.map((one) => (one.path === path ? { path, bytes: utf8(change(fromUtf8(one.bytes) ?? '')) } : one));
  const without = (start: string) => {
    const gone = good.find(({ path }) => path.startsWith(start));
    return good.filter((one) => one !== gone);
  };
  const lines = (change: (all: string[]) => string[]) =>
    edit('entries.jsonl', (old) => `${change(old.trimEnd().split('\n')).join('\n')}\n`);
  const other = members(await packWhole(new TestSite({ seed: 'other' })));
  const bent: Record<string, readonly [Member[], RegExp]> = {
    'the newest entry cut off': [lines((all) => all.slice(0, -1)), /the checkpoint is over \d+ entries, this has/],
    'an entry left out': [lines((all) => all.filter((_, index) => index !== 7)), /stands where entry 7 must/],
    'two entries swapped': [
      lines((all) => [...all.slice(0, 7), ...all.slice(7, 9).reverse(), ...all.slice(9)]),
      /stands where/,
    ],
    'a changed entry': [
      edit('entries.jsonl', (old) => old.replace('"seat":"verifier"', '"seat":"reviewer"')),
      /prev|name the entry before|root/,
    ],
    'a line that is no entry': [lines((all) => [...all.slice(0, -1), '{}']), /line \d+ of the entries/],
    'no entries': [edit('entries.jsonl', () => ''), /does not begin with its genesis/],
    'a changed body': [
      good.map((one) => (one.path.startsWith('bodies/') ? { ...one, bytes: utf8('x') } : one)),
      /a body is not the one that it names/,
    ],
    'a salt without a body': [without('bodies/'), /bodies\/[0-9a-f]{64} is missing/],
    'a folder missing': [without('folders/'), /does not belong here/],
    'a file missing': [without('files/'), /files\/[0-9a-f]{64} is missing/],
    'a folder that nobody opened': [
      [
        ...good,
        {
          path: `folders/${'0'.repeat(64)}`,
          bytes: good.find(({ path }) => path.startsWith('folders/'))?.bytes ?? utf8(''),
        },
      ],
      /no run of the period opened the folder/,
    ],
    'another period': [edit('period.json', () => '{"from":0,"to":1}'), /no run of the period/],
    'a period that is none': [edit('period.json', () => '{"from":1.5,"to":null}'), /period\.json is malformed/],
    'a period with more': [edit('period.json', () => '{"from":null,"more":1,"to":null}'), /period\.json is malformed/],
    'signers of their own': [edit('allowed_signers', (old) => `${old}x\n`), /allowed_signers is not that/],
    'a member more': [[...good, { path: 'proofs.jsonl', bytes: utf8('') }], /proofs\.jsonl does not belong here/],
    'another checkpoint': [
      good.map((one) => (one.path === 'checkpoint' ? (other.find(({ path }) => path === 'checkpoint') ?? one) : one)),
      /checkpoint/,
    ],
  };
  for (const [name, [changed, why]] of Object.entries(bent)) {
    const verdict = await judged(archive(changed), site.trust);
    const reasons = [...verdict.reasons, ...verdict.runs.flatMap((run) => run.reasons)];
    t.match(
      { ...verdict, why: reasons.map(({ sentence }) => sentence).join('\n') },
      { verdict: 'INVALID', exit: 8, why },
      name,
    );
  }
  t.match(await judged(archive(other), site.trust), { verdict: 'INVALID', exit: 8 }, 'another log');
  t.match(
    await judged(archive(edit('README.txt', () => 'anything')), site.trust),
    { verdict: 'OPEN' },
    'README.txt may say anything',
  );
});

t.test('whoever asks for one run is told that this is a whole log', async (t) => {
  const { site, open } = threeRuns();
  const verdict = await verifyFile(await packWhole(site, open), site.trust, verifyRaw);
  t.match(verdict, { verdict: 'UNREADABLE', reasons: [{ sentence: /it is a whole log, not the record of one run/ }] });
});

t.test('a log without a run of the period is held to the trust root all the same', async (t) => {
  const { site, open } = threeRuns();
  const nothing = await packWhole(site, open, { from: 0, to: 0 });
  t.match(await judged(nothing, site.trust), { verdict: 'ANCHORED', runs: [] });
  const verdict = await judged(nothing, { ...site.trust, genesis: `sha256:${'0'.repeat(64)}` });
  t.match(verdict, { verdict: 'INVALID', log: null, reasons: [{ sentence: /names another genesis/ }] });
});

t.test('a body of a run outside the period is surplus', async (t) => {
  const { site, runs, open } = threeRuns();
  const all = members(await packWhole(site, open));
  const from = runs[1].entries[0]?.entry.ts ?? 0;
  const bent = all.map((one) =>
    one.path === 'period.json' ? { ...one, bytes: utf8(`{"from":${from},"to":null}`) } : one,
  );
  const verdict = await judged(archive(bent), site.trust, ['rehearsal']);
  t.match(verdict, { verdict: 'INVALID', runs: [{ verdict: 'OPEN' }, { verdict: 'ANCHORED' }] });
  t.match(verdict.reasons[0]?.sentence, /no record of a run of the period has the body/);
});

t.test('one bad run makes the whole bad, and the others keep their verdicts', async (t) => {
  const site = new TestSite({});
  const approved = site.approved(RUNBOOK);
  site.open(approved, { run: ulid(1) }).complete();
  const bad = site
    .open(approved, { run: ulid(2) })
    .seat()
    .backup();
  bad.arm('drop-column');
  bad.put(bad.keyDraft());
  const verdict = await judged(await packWhole(site, [bad]), site.trust);
  t.match(verdict, {
    verdict: 'INVALID',
    exit: 8,
    reasons: [],
    runs: [{ verdict: 'ANCHORED' }, { verdict: 'INVALID' }],
  });
  t.match(verdict.runs[1]?.reasons, [{ code: 'XCK_POLICY', invariant: 'I3' }]);
});

t.test('its root at any size is what the log signed then', async (t) => {
  const { site, open } = threeRuns();
  const { log } = await judged(await packWhole(site, open), site.trust);
  for (let size = 1; size <= site.store.size(); size++)
    t.equal(`${size} ${Buffer.from(log?.rootAt(size) ?? []).toString('base64')}`, site.tree(size));
});
