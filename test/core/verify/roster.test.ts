/** Rosters in a record: each genuinely sealed and signed, each breaking one rule of the chain, and each INVALID by I7; and what a receipt proves. */
import t from 'tap';
import { base64, utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { type Draft, refOf, type Sealed } from '../../../core/log/entry.ts';
import { inclusionProof, leafHash, nodeHash, rootOf } from '../../../core/log/merkle.ts';
import { nextText } from '../../../core/log/roster.ts';
import type { RosterText } from '../../../core/log/tables.ts';
import { receiptText } from '../../../core/record/receipt.ts';
import { contradicted, openReceipt } from '../../../core/verify/receipt.ts';
import { type Facts, verifyRecord } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { Outside } from '../../helpers/outside.ts';
import { must, newSigner, type Signer } from '../../helpers/signer.ts';
import { type Name, RUNBOOK, type SignedRoster, type TestRun, TestSite, testRun } from '../../helpers/site.ts';

const sign = (site: TestSite, by: Name, text: RosterText, signer?: Signer) => site.signRoster(by, text, signer);

const change = (site: TestSite, ...signed: SignedRoster[]) => {
  const last = signed.at(-1) as SignedRoster;
  const fields = { version: last.text.version, signed: signed.map((one) => refOf(one.signed)) };
  return site.put({ type: 'roster.changed', actor: last.actor, fields, bodies: { roster: last.roster } });
};

/** What happens to the roster before the run opens; the seq is the wrong entry's. */
interface Before {
  readonly make: (site: TestSite) => Sealed;
  readonly says: RegExp;
}
const ssh = (key: string) => ({ key, kind: 'ssh' as const });
const another = (site: TestSite) => newSigner('p-', 'ssh-ed25519', site.random, () => site.origin);
const withKeys = (site: TestSite, name: Name, ...keys: string[]): RosterText => {
  const text = nextText(site.roster);
  const { id } = site.people[name];
  return { ...text, people: text.people.map((one) => (one.id === id ? { ...one, keys: keys.map(ssh) } : one)) };
};

const before: Record<string, Before> = {
  'one keeper makes a version': {
    make: (site) => change(site, sign(site, 'lead', nextText(site.roster))),
    says: /1 missing/,
  },
  'one keeper signs twice': {
    make: (site) => {
      const text = nextText(site.roster);
      sign(site, 'lead', text);
      return sign(site, 'lead', text).signed;
    },
    says: /./,
  },
  'somebody signs who keeps nothing': {
    make: (site) => sign(site, 'dba', nextText(site.roster)).signed,
    says: /Only a keeper/,
  },
  'a version is left out': {
    make: (site) => sign(site, 'lead', { ...nextText(site.roster), version: 4 }).signed,
    says: /version 4, not 3/,
  },
  'one keeper shall be enough': {
    make: (site) => {
      const { lead } = site.people;
      return sign(site, 'lead', { ...nextText(site.roster), keepers: { need: 1, of: [lead.id] } }).signed;
    },
    says: /two keepers/,
  },
  'a key of another principal': {
    make: (site) => sign(site, 'lead', withKeys(site, 'dba', site.people.dba.key, site.people.sre.key)).signed,
    says: /twice|another’s/,
  },
  'a keeper signs with a key that only the new roster gives': {
    make: (site) => {
      const fresh = another(site);
      const text = withKeys(site, 'keeper', site.people.keeper.key, fresh.key);
      const lead = sign(site, 'lead', text);
      const keeper = sign(site, 'keeper', text, fresh);
      change(site, lead, keeper);
      return keeper.signed;
    },
    says: /key|signature/i,
  },
  'a keeper whose key was suspended signs': {
    make: (site) => {
      site.suspend('keeper', 'keeper');
      const text = {
        ...nextText(site.roster),
        keepers: { need: 2, of: [site.people.lead.id, site.people.dba.id] },
      };
      const lead = sign(site, 'lead', text);
      const keeper = sign(site, 'keeper', text);
      change(site, lead, keeper);
      return keeper.signed;
    },
    says: /./,
  },
  'somebody suspends another’s key who is no keeper': {
    make: (site) => site.suspend('sre', 'dba'),
    says: /Only a keeper/,
  },
  'the version of a suspension is not the next': {
    make: (site) => {
      const { id, key } = site.people.dba;
      return site.put({ type: 'key.suspended', actor: id, fields: { key, person: id, version: 9 } });
    },
    says: /./,
  },
  'a roster says other than what was signed': {
    make: (site) => {
      const one = sign(site, 'lead', nextText(site.roster));
      const two = sign(site, 'keeper', nextText(site.roster));
      return change(site, one, { ...two, roster: site.salted(utf8(jcs(withKeys(site, 'dba')))) });
    },
    says: /./,
  },
  'a first key without its token': {
    make: (site) => {
      const signer = another(site);
      site.suspend('dba', 'dba');
      return site.offer('dba', signer);
    },
    says: /token/,
  },
};

for (const [name, { make, says }] of Object.entries(before)) {
  t.test(name, async (t) => {
    const site = new TestSite();
    const wrong = make(site);
    const run = site.open(site.approved(RUNBOOK));
    const { verdict, reasons } = await verifyRecord(run.bundle('open'), site.trust, verifyRaw);
    t.equal(verdict, 'INVALID');
    const found = reasons.find(({ invariant, seq }) => invariant === 'I7' && seq === wrong.entry.seq);
    t.match(found?.sentence ?? reasons, says);
  });
}

t.test('what is no version, or comes after the close, is followed by no run', async (t) => {
  const run = testRun().seat();
  run.site.offer('dba', another(run.site));
  run.backup();
  run.close('aborted');
  run.site.changeRoster(['lead', 'keeper']);
  const { verdict, reasons } = await verifyRecord(run.bundle('open'), run.site.trust, verifyRaw);
  t.strictSame(reasons, []);
  t.equal(verdict, 'ANCHORED');
});

t.test('no keeper had signed a roster when a live run opened', async (t) => {
  const site = new TestSite({ vouched: false });
  const run = site.open(site.approved(RUNBOOK));
  const { verdict, reasons } = await verifyRecord(run.bundle('open'), site.trust, verifyRaw);
  t.equal(verdict, 'INVALID');
  t.match(reasons[0], { invariant: 'I7', sentence: /no keeper had signed a roster/ });
});

const half = () => {
  const run = testRun().seat().backup();
  run.arm('drop-column');
  run.confirm('dba', 'reviewer', 'dba');
  return run;
};
/** What the run says of the newest version. */
const follow = (run: TestRun, struck: Record<string, string[]>) =>
  run.put({
    type: 'roster.followed',
    actor: 'server',
    fields: { roster: run.site.roster.ref, struck },
  } as Draft as never);

const inside: Record<string, { readonly make: () => { run: TestRun; seq: number }; readonly says: RegExp }> = {
  'a run goes on without following a version': {
    make: () => {
      const run = half();
      const { seq } = run.site.suspend('sre', 'sre').entry;
      run.put({ type: 'presence.lost', actor: 'server', fields: { seat: 'verifier', person: run.site.people.sre.id } });
      return { run, seq };
    },
    says: /without following/,
  },
  'a run says nothing of the newest version': {
    make: () => {
      const run = half();
      return { run, seq: run.site.suspend('sre', 'sre').entry.seq };
    },
    says: /without following/,
  },
  'a run follows another version than the one that was made': {
    make: () => {
      const run = half();
      const older = run.site.roster.ref;
      const { seq } = run.site.changeRoster(['lead', 'keeper']).entry;
      run.put({ type: 'roster.followed', actor: 'server', fields: { roster: older, struck: {} } } as Draft as never);
      return { run, seq };
    },
    says: /without following/,
  },
  'a run strikes nobody where a key was taken': {
    make: () => {
      const run = half();
      run.site.suspend('dba', 'dba');
      follow(run, {});
      return { run, seq: run.entries.at(-1)?.entry.seq ?? -1 };
    },
    says: /something else than the roster does/,
  },
  'a run strikes somebody who lost nothing': {
    make: () => {
      const run = half();
      run.site.suspend('dba', 'dba');
      follow(run, { [run.site.people.dba.id]: [], [run.site.people.sre.id]: [] });
      return { run, seq: run.entries.at(-1)?.entry.seq ?? -1 };
    },
    says: /something else than the roster does/,
  },
  'a run follows what is no version': {
    make: () => {
      const run = half();
      follow(run, {});
      return { run, seq: run.entries.at(-1)?.entry.seq ?? -1 };
    },
    says: /no such version/,
  },
};

for (const [name, { make, says }] of Object.entries(inside)) {
  t.test(name, async (t) => {
    const { run, seq } = make();
    const { verdict, reasons } = await verifyRecord(run.bundle('open'), run.site.trust, verifyRaw);
    t.equal(verdict, 'INVALID');
    const found = reasons.find((one) => one.invariant === 'I7' && one.seq === seq);
    t.match(found?.sentence ?? reasons, says);
  });
}

/** The person with the key of `by`. */
const as = (run: TestRun, name: Name, by: Signer) => ({ ...run.site.people[name], sign: by.sign });

t.test('a confirmation by a key that was added after the run was opened', async (t) => {
  const run = testRun().seat().backup();
  const { site } = run;
  const fresh = another(site);
  site.changeRoster(['lead', 'keeper'], withKeys(site, 'dba', site.people.dba.key, fresh.key));
  run.submit({ type: 'roster', roster: site.roster.ref, struck: {}, called: false });
  run.arm('drop-column');
  const [honest, draft] = [site.people.dba, () => run.confirmDraft('dba', 'reviewer', 'dba')];
  (site.people as Record<Name, Signer>).dba = as(run, 'dba', fresh);
  const wrong = draft();
  (site.people as Record<Name, Signer>).dba = honest;
  run.put(wrong);
  const { verdict, reasons } = await verifyRecord(run.bundle('open'), site.trust, verifyRaw);
  t.equal(verdict, 'INVALID');
  t.match(reasons[0], { invariant: 'I7', seq: run.entries.at(-1)?.entry.seq });
});

t.test('a key that was removed between confirmation and start starts nothing', async (t) => {
  const run = half();
  run.confirm('sre', 'verifier', 'sre');
  const key = run.keyDraft();
  const { dba } = run.site.people;
  run.site.suspend('dba', 'dba');
  const follows = run.submit({ type: 'roster', roster: run.site.roster.ref, struck: { [dba.id]: [] }, called: false });
  t.match(
    follows.map(({ entry }) => entry),
    [{ type: 'roster.followed' }, { type: 'step.voided', reason: 'roster' }],
  );
  const { reasons: lawful } = await verifyRecord(run.bundle('open'), run.site.trust, verifyRaw);
  t.same(lawful, [], 'so far all is well');
  run.put(key);
  const { verdict, reasons } = await verifyRecord(run.bundle('open'), run.site.trust, verifyRaw);
  t.equal(verdict, 'INVALID');
  t.equal(reasons[0]?.seq, run.entries.at(-1)?.entry.seq);
});

/** The receipt of an entry that the site has. */
const receiptOf = (site: TestSite, { entry, bytes }: Sealed, size = site.store.size()): string =>
  receiptText({
    entry: bytes,
    index: entry.seq,
    proof: inclusionProof(entry.seq, size, site.store.node).map(base64),
    checkpoint: new TextDecoder().decode(site.checkpoint(size)),
  });

t.test('a receipt is read where everything in it holds', async (t) => {
  const run = testRun();
  const { site } = run;
  const opened = run.entries[0] as Sealed;
  const text = receiptOf(site, opened);
  const [first, second] = [leafHash(site.genesis.bytes), leafHash(opened.bytes)];
  t.match(must(await openReceipt(utf8(text), site.trust, verifyRaw)).entry, { type: 'run.opened' });
  const broken: Record<string, string> = {
    'no entry': text.replace(/extra .*\n/, ''),
    'another entry': text.replace(/extra .*/, `extra ${base64(site.genesis.bytes)}`),
    'another index': text.replace(/index \d+/, 'index 1'),
    'a hash less': text.replace(/(index \d+\n).*\n/, '$1'),
    'another version': text.replace('@v1', '@v2'),
    'an entry where another stands': receiptText({
      entry: opened.bytes,
      index: 1,
      proof: [base64(leafHash(site.genesis.bytes))],
      checkpoint: new TextDecoder().decode(
        site.checkpoint(2, (level, index) => (level === 1 ? nodeHash(first, second) : index === 0 ? first : second)),
      ),
    }),
    'another log': receiptOf(new TestSite({ seed: 'b' }), new TestSite({ seed: 'b' }).genesis as Sealed),
    nothing: '',
  };
  for (const [name, one] of Object.entries(broken))
    t.equal((await openReceipt(utf8(one), site.trust, verifyRaw)).ok, false, name);
});

t.test('a record that hides what a receipt proves is of another history', async (t) => {
  const options = { seed: 'fork' };
  const honest = new TestSite(options);
  const suspension = honest.suspend('dba', 'dba') as Sealed;
  const text = receiptOf(honest, suspension);
  // The same keys and dice, without the suspension: what a server could show afterwards.
  const run = testRun(options).complete();
  const kept = utf8(text);
  const { verdict, facts } = await verifyRecord(run.bundle(), run.site.trust, verifyRaw);
  t.equal(verdict, 'ANCHORED', 'by itself the record holds');
  if (!facts) throw new Error('no facts');
  const own = run.entries.find(({ entry }) => entry.type === 'step.confirmed') as Sealed;
  const receipt = utf8(receiptOf(run.site, own));
  const asked = async (told: Facts, one: Uint8Array) =>
    must(await contradicted({ ...told, run: run.state.facts.run }, one, run.site.trust, verifyRaw));
  t.match(await asked(facts, kept), /another than the one in the receipt/);
  t.equal(await asked(facts, receipt), null, 'its own receipts fit');
  const without = { ...facts, entries: facts.entries.filter((one) => one.entry.seq !== own.entry.seq) };
  t.match(await asked(without, receipt), /lacks entry .* \(step\.confirmed\)/);
  const hidden = { ...facts, entries: facts.entries.filter(({ entry }) => entry.seq !== suspension.entry.seq) };
  t.match(await asked(hidden, kept), /lacks entry .* \(key\.suspended\)/);
  const earlier = { ...facts.checkpoint, size: own.entry.seq, root: new Uint8Array(32) };
  const younger = { ...without, checkpoint: earlier };
  t.equal(await asked(younger, receipt), null, 'a record from before says nothing');
});

t.test('whoever has the whole log compares a kept checkpoint with the root of that size', async (t) => {
  const run = testRun().complete();
  const { site } = run;
  const { facts } = await verifyRecord(run.bundle(), site.trust, verifyRaw);
  if (!facts) throw new Error('no facts');
  const last = facts.checkpoint.size;
  const rootAt = (size: number) => (size <= last ? rootOf(size, site.store.node) : new Uint8Array(32));
  const told = { ...facts, run: null, rootAt };
  const asked = async (kept: Uint8Array) => must(await contradicted(told, kept, site.trust, verifyRaw));
  t.equal(await asked(site.checkpoint(5)), null);
  const forked = site.checkpoint(5, () => new Uint8Array(32));
  t.match(await asked(forked), /two trees of 5 entries/);
  const { size } = facts.checkpoint;
  site.approved(RUNBOOK);
  t.equal(await asked(site.checkpoint(size + 1)), null, 'a log may have grown since');
});

t.test('a record that hides a hold, or what came after its close, is of another history', async (t) => {
  const site = new TestSite();
  const out = new Outside(site);
  const approved = site.approved(RUNBOOK);
  const run = out.open(approved).complete();
  const written = must(
    out.after(run, { type: 'postmortem', person: site.people.lead.id, answer: out.text({ summary: 'first' }) }),
  );
  const hold = out.put({
    type: 'hold.raised',
    actor: site.people.keeper.id,
    fields: { cause: 'person', runbook: approved.digest },
    bodies: { answer: out.text('Wait') },
  });
  const { facts } = await verifyRecord(run.bundle(), site.trust, verifyRaw);
  if (!facts) throw new Error('no facts');
  for (const gone of [written, hold]) {
    const entries = facts.entries.filter(({ entry }) => entry.seq !== gone.entry.seq);
    const told = { ...facts, entries, run: run.state.facts.run };
    const asked = must(await contradicted(told, utf8(receiptOf(site, gone)), site.trust, verifyRaw));
    t.match(asked, /lacks entry/, gone.entry.type);
  }
});

t.test('what came after the close of another run is no part of this one', async (t) => {
  const site = new TestSite();
  const out = new Outside(site);
  const approved = site.approved(RUNBOOK);
  const other = out.open(approved, { run: '01JD3V7Q0Z8EA1B2C3D4E5F6G8' }).complete();
  const elsewhere = must(
    out.after(other, {
      type: 'postmortem',
      person: site.people.lead.id,
      answer: out.text({ summary: 'of the other' }),
    }),
  );
  const run = out.open(approved).complete();
  const { facts } = await verifyRecord(run.bundle(), site.trust, verifyRaw);
  if (!facts) throw new Error('no facts');
  const told = { ...facts, run: run.state.facts.run };
  t.notOk(facts.entries.some(({ entry }) => entry.seq === elsewhere.entry.seq));
  t.equal(must(await contradicted(told, utf8(receiptOf(site, elsewhere)), site.trust, verifyRaw)), null);
});
