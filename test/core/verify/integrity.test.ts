/** Records whose bytes, chains, trees, bodies or keys are not those of the log: each is INVALID and says where. */
import t, { type Test } from 'tap';
import { base64, fromUtf8, utf8 } from '../../../core/bytes/encoding.ts';
import { digest } from '../../../core/bytes/hash.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import type { Body } from '../../../core/log/entry.ts';
import { bodyDigest, refIndex, refOf } from '../../../core/log/entry.ts';
import type { KeyKind } from '../../../core/log/publicKey.ts';
import type { SiteDocument } from '../../../core/log/tables.ts';
import type { Bundle } from '../../../core/record/bundle.ts';
import { actLines } from '../../../core/run/lines.ts';
import { verifyRecord } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { RUNBOOK, type SiteOptions, type TestRun, TestSite, testRun } from '../../helpers/site.ts';

const run = testRun().complete();
const whole = run.bundle();
const text = (bytes: Uint8Array | undefined): string => fromUtf8(bytes ?? new Uint8Array()) ?? '';
const entryAt = (seq: number) => whole.entries.findIndex((bytes) => text(bytes).includes(`"seq":${seq},`));
const seqOf = (type: string): number => run.entries.find(({ entry }) => entry.type === type)?.entry.seq ?? -1;
const bodyOf = (type: string, name: string): string =>
  run.entries.find(({ entry }) => entry.type === type)?.entry.bodies?.[name] ?? '';

const withEntry = (seq: number, change: (line: string) => string | null): Partial<Bundle> => {
  const at = entryAt(seq);
  const changed = change(text(whole.entries[at]));
  const replace = <T>(list: readonly T[], by: T | null): T[] =>
    list.flatMap((item, index) => (index !== at ? [item] : by === null ? [] : [by]));
  return {
    entries: replace(whole.entries, changed === null ? null : utf8(changed)),
    proofs: changed === null ? replace(whole.proofs, null) : whole.proofs,
  };
};
const withBody = (digest: string, change: (body: Body) => Body | null): Partial<Bundle> => {
  const bodies = new Map(whole.bodies);
  const body = bodies.get(digest);
  const changed = body && change(body);
  if (changed) bodies.set(digest, changed);
  else bodies.delete(digest);
  return { bodies };
};
const flip = (bytes: Uint8Array, at = bytes.length - 2): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

interface Case {
  readonly change: () => Partial<Bundle>;
  readonly seq: number | null;
  readonly says: RegExp;
}

const cases: Record<string, Case> = {
  'a byte of an entry': {
    change: () => withEntry(seqOf('step.keyed'), (line) => line.replace('"attempt":1', '"attempt":2')),
    seq: seqOf('step.keyed'),
    says: /not in the tree/,
  },
  'an entry in another spelling': {
    change: () => withEntry(seqOf('step.keyed'), (line) => line.replace('{', '{ ')),
    seq: seqOf('step.keyed'),
    says: /spelled differently/,
  },
  'an entry with a field of its own': {
    change: () => withEntry(seqOf('seat.taken'), (line) => line.replace('"v":1', '"v":1,"z":1')),
    seq: seqOf('seat.taken'),
    says: /surplus/,
  },
  'an entry of an unknown type': {
    change: () => withEntry(seqOf('seat.taken'), (line) => line.replace('seat.taken', 'seat.grabbed')),
    seq: seqOf('seat.taken'),
    says: /type/,
  },
  'an entry by a writer that it has not': {
    change: () => withEntry(seqOf('seat.taken'), (line) => line.replace(/"actor":"[^"]*"/, '"actor":"server"')),
    seq: seqOf('seat.taken'),
    says: /cannot write/,
  },
  'an entry without its signature': {
    change: () => withEntry(seqOf('step.keyed'), (line) => line.replace(/"signature":"[^"]*",/, '')),
    seq: seqOf('step.keyed'),
    says: /lacks the body signature/,
  },
  'a check that is no name': {
    change: () => withEntry(seqOf('step.finished'), (line) => line.replace('"checks":{', '"checks":{"A":5')),
    seq: seqOf('step.finished'),
    says: /not of its form/,
  },
  'an entry left out of the run': {
    change: () => withEntry(seqOf('seat.taken'), () => null),
    seq: seqOf('seat.taken') + 1,
    says: /number 2 of the run where 1 must stand/,
  },
  'an entry that is not even text': {
    change: () => ({ entries: whole.entries.map((bytes, index) => (index === 3 ? flip(bytes, 0) : bytes)) }),
    seq: 3,
    says: /line 4/,
  },
  'two entries exchanged': {
    change: () => ({
      entries: [...whole.entries.slice(0, -2), ...whole.entries.slice(-2).reverse()],
      proofs: [...whole.proofs.slice(0, -2), ...whole.proofs.slice(-2).reverse()],
    }),
    seq: seqOf('run.closed') - 1,
    says: /does not ascend/,
  },
  'the genesis left out': { change: () => withEntry(0, () => null), seq: null, says: /one genesis, this has 0/ },
  'the approval left out': {
    change: () => withEntry(refIndex(run.approved.ref), () => null),
    seq: null,
    says: /one runbook.approved/,
  },
  'a proof of another entry': {
    change: () => ({ proofs: whole.proofs.map((proof, index) => (index === 5 ? (whole.proofs[6] ?? []) : proof)) }),
    seq: 5,
    says: /not in the tree/,
  },
  'a proof too many': { change: () => ({ proofs: [...whole.proofs, []] }), seq: null, says: /proofs/ },
  'a checkpoint with another root': {
    change: () => ({ checkpoint: flip(whole.checkpoint, text(whole.checkpoint).indexOf('\n\n') - 4) }),
    seq: null,
    says: /checkpoint|signature|root/i,
  },
  'a checkpoint of an earlier tree': {
    change: () => ({ checkpoint: run.site.checkpoint(10) }),
    seq: 0,
    says: /not in the tree/,
  },
  'a body changed': {
    change: () => withBody(bodyOf('step.finished', 'output'), ({ bytes, salt }) => ({ salt, bytes: flip(bytes) })),
    seq: seqOf('step.finished'),
    says: /a body is not the one/,
  },
  'a salt changed': {
    change: () => withBody(bodyOf('step.confirmed', 'statement'), ({ bytes, salt }) => ({ bytes, salt: flip(salt) })),
    seq: seqOf('step.confirmed'),
    says: /a body is not the one/,
  },
  'a body left out after the close': {
    change: () => withBody(bodyOf('step.confirmed', 'statement'), () => null),
    seq: seqOf('step.confirmed'),
    says: /its body statement is missing/,
  },
  'a body that nothing names': {
    change: () => {
      const stray = run.site.salted(utf8('"stray"'));
      return { bodies: new Map(whole.bodies).set(bodyDigest(stray), stray) };
    },
    seq: null,
    says: /no entry names the body/,
  },
  'a file of the folder changed': {
    change: () => ({
      files: whole.files.map((file) => (file.path === 'bin/count' ? { ...file, bytes: flip(file.bytes) } : file)),
    }),
    seq: seqOf('run.opened'),
    says: /a file is not the one/,
  },
  'another folder': {
    change: () => ({ folderIndex: whole.folderIndex.replace('0755', '0644') }),
    seq: seqOf('run.opened'),
    says: /another digest/,
  },
  'a consistency proof left out': {
    change: () => ({ consistency: whole.consistency.slice(1) }),
    seq: null,
    says: /consistency proofs/,
  },
  'a consistency proof of another size': {
    change: () => ({
      consistency: whole.consistency.map((one, index) =>
        index === 2 ? { ...one, proof: whole.consistency[4]?.proof ?? [] } : one,
      ),
    }),
    seq: 4,
    says: /never had/,
  },
};

for (const [name, { change, seq, says }] of Object.entries(cases)) {
  t.test(`INVALID: ${name}`, async (t) => {
    const { verdict, exit, reasons } = await verifyRecord({ ...whole, ...change() }, run.site.trust, verifyRaw);
    t.match({ verdict, exit }, { verdict: 'INVALID', exit: 8 });
    const found = reasons.find((one) => says.test(one.sentence));
    t.ok(found, jcs(reasons.map(({ sentence }) => sentence)));
    if (seq !== null || found?.seq === null) t.equal(found?.seq, seq);
  });
}

t.test('a refused attempt is no part of a record', async (t) => {
  const other = testRun().seat();
  const attempt = other.site.put({
    type: 'attempt.refused',
    actor: other.site.people.lead.id,
    fields: { act: 'confirm', code: 'XCK_SELF' },
  });
  const bundle = other.bundle('open');
  const size = other.site.store.size();
  const { inclusionProof } = await import('../../../core/log/merkle.ts');
  const proof = inclusionProof(attempt.entry.seq, size, other.site.store.node).map(base64);
  const surplus = { ...bundle, entries: [...bundle.entries, attempt.bytes], proofs: [...bundle.proofs, proof] };
  t.match(await verifyRecord(bundle, other.site.trust, verifyRaw), { verdict: 'OPEN' });
  t.match((await verifyRecord(surplus, other.site.trust, verifyRaw)).reasons, [
    { sentence: /attempt.refused does not belong/, seq: attempt.entry.seq },
  ]);
});

/** A log in which an entry names a predecessor, a time or a body that it should not, sealed by the log's own key. */
const forged = async (t: Test, make: () => TestRun, says: RegExp, invariant: string) => {
  const made = make();
  const { verdict, reasons } = await verifyRecord(made.bundle('open'), made.site.trust, verifyRaw);
  t.equal(verdict, 'INVALID');
  t.match(reasons[0], { sentence: says, invariant }, says.source);
};

t.test('keys and signatures', async (t) => {
  const twice = (site: SiteDocument): SiteDocument => ({
    ...site,
    people: site.people.map((person, index) =>
      index === 1 ? { ...person, keys: site.people[0]?.keys ?? [] } : person,
    ),
  });
  await forged(t, () => testRun({ genesis: twice }), /stands twice in the roster/, 'I7');
  const rsa = (site: SiteDocument): SiteDocument => ({
    ...site,
    people: site.people.map((person, index) =>
      index === 4 ? { ...person, keys: [{ key: 'ssh-rsa AAAA', kind: 'ssh' }] } : person,
    ),
  });
  await forged(t, () => testRun({ genesis: rsa }), /only Ed25519 and/, 'I7');
  await forged(
    t,
    () => testRun({ solo: true, genesis: (site) => ({ ...site, keepers: { ...site.keepers, need: 2 } }) }),
    /has no such key of theirs/,
    'I7',
  );
  await forged(
    t,
    () => {
      const made = testRun().seat();
      const { agent } = made.site;
      (made.site as { agent: typeof agent }).agent = { ...agent, sign: made.site.people.lead.sign };
      made.arm('backup');
      return made;
    },
    /a-.* has no such key of theirs/,
    'I13',
  );
  await forged(
    t,
    () => {
      const made = testRun().seat();
      made.backup().arm('drop-column');
      const draft = made.confirmDraft('dba', 'reviewer', 'dba');
      const other = made.confirmDraft('dba', 'reviewer', 'dba', undefined, (lines) => ({
        ...lines,
        client: 'page/9.9.9',
      }));
      made.put({ ...draft, bodies: { ...draft.bodies, signature: other.bodies?.signature as Body } });
      return made;
    },
    /over other bytes/,
    'I7',
  );
  await forged(
    t,
    () => {
      const made = testRun().seat();
      made.backup().arm('drop-column');
      const draft = made.confirmDraft('dba', 'reviewer', 'dba');
      const statement = draft.bodies?.statement as Body;
      made.put({
        ...draft,
        bodies: { statement, signature: made.site.salted(made.site.people.dba.sign('refuse', statement.bytes)) },
      });
      return made;
    },
    /another purpose/,
    'I7',
  );
});

t.test('the key is of the kind that the roster says, and so is what it signs', async (t) => {
  const kinded =
    (kind: KeyKind) =>
    (site: SiteDocument): SiteDocument => ({
      ...site,
      people: site.people.map((person, index) =>
        index === 1 ? { ...person, keys: person.keys.map(({ key }) => ({ key, kind })) } : person,
      ),
    });
  for (const kind of ['sk-ssh', 'passkey', 'browser'] as const)
    await forged(t, () => testRun({ genesis: kinded(kind) }), /its type is not one of its kind/, 'I7');
  const confirmed = (options: SiteOptions) => () => {
    const made = testRun(options).seat();
    made.backup().arm('drop-column');
    made.confirm('dba', 'reviewer', 'dba');
    return made;
  };
  const kinds = { dba: 'passkey' } as const;
  const away = (site: SiteDocument): SiteDocument => ({ ...site, origins: ['https://elsewhere.example'] });
  await forged(t, confirmed({ kinds, genesis: away }), /of another site/, 'I7');
  await forged(t, confirmed({ kinds, genesis: kinded('sk-ssh') }), /not of the kind that the key makes/, 'I7');
  const enrolled = { solo: true, kinds };
  await forged(t, confirmed({ ...enrolled, genesis: away }), /of another site/, 'I7');
});

t.test('trees that never were, and entries that were not yet', async (t) => {
  await forged(
    t,
    () => {
      const made = testRun().seat();
      made.backup().arm('drop-column');
      const tree = `${made.site.store.size()} ${base64(new Uint8Array(32))}`;
      made.put(made.confirmDraft('dba', 'reviewer', 'dba', undefined, (lines) => ({ ...lines, tree })));
      return made;
    },
    /a tree that this log never had/,
    'I8',
  );
  await forged(
    t,
    () => {
      const made = testRun().seat();
      made.backup().arm('drop-column');
      const tree = `${made.site.store.size() + 1} ${base64(new Uint8Array(32))}`;
      made.put(made.confirmDraft('dba', 'reviewer', 'dba', undefined, (lines) => ({ ...lines, tree })));
      made.submit({ type: 'hold', person: made.site.people.sre.id, text: null });
      return made;
    },
    /did not exist yet/,
    'I19',
  );
});

t.test('an enrolment needs an unused token', async (t) => {
  const site = new TestSite({ solo: true });
  site.enrol({ ...site.people.lead, key: site.people.dba.key.replace(/.{4}$/, 'AAAA') });
  const made = site.open(site.approved(RUNBOOK));
  const { reasons } = await verifyRecord(made.bundle('open'), site.trust, verifyRaw);
  t.ok(reasons.some(({ sentence }) => /enrolment token is unknown or used/.test(sentence)));
});

t.test('a solo site enrols no key as one of a terminal', async (t) => {
  const site = new TestSite({ solo: true });
  const fields = {
    key: site.people.lead.key,
    kind: 'ssh' as const,
    token: digest(site.people.lead.token ?? new Uint8Array()),
  };
  const lines = actLines(
    'enrol',
    { origin: site.origin, run: null, mode: null, about: refOf(site.genesis), content: fields },
    site.signing(site.people.lead),
  );
  site.put({
    type: 'key.enrolled',
    actor: site.people.lead.id,
    fields,
    bodies: { ...site.signed(site.people.lead, 'enrol', lines) },
  });
  const made = site.open(site.approved(RUNBOOK));
  const { reasons } = await verifyRecord(made.bundle('open'), site.trust, verifyRaw);
  t.ok(reasons.some(({ sentence }) => /a link enrols a page’s key alone/.test(sentence)));
});

t.test('keepers are people of the site', async (t) => {
  for (const need of [0, 3]) {
    const made = testRun({ genesis: (site) => ({ ...site, keepers: { ...site.keepers, need } }) });
    t.match((await verifyRecord(made.bundle('open'), made.site.trust, verifyRaw)).reasons, [
      { sentence: /its keepers/, invariant: 'I7', seq: 0 },
    ]);
  }
});

t.test('time never runs back', async (t) => {
  await forged(
    t,
    () => {
      const made = testRun();
      made.site.now -= 60_000;
      made.seat();
      return made;
    },
    /its time lies before/,
    'I1',
  );
});

t.test('a stranger acts', async (t) => {
  await forged(
    t,
    () => {
      const made = testRun();
      made.put({ type: 'hold.raised', actor: 'p-0000000000000000', fields: { cause: 'person' } });
      return made;
    },
    /does not stand in the roster/,
    'I7',
  );
});

t.test('an origin that is not of its genesis', async (t) => {
  const made = testRun();
  const other = new TestSite({ seed: 'x' });
  t.not(other.origin, made.site.origin);
  const { reasons } = await verifyRecord(made.bundle('open'), { ...made.site.trust, origin: other.origin }, verifyRaw);
  t.ok(reasons.some(({ sentence }) => /trust root names another log/.test(sentence)));
});
