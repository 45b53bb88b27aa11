/** A site's people at a real server: who needs a key from the start, what a token opens, whose names are taken, and what leaves a receipt. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { statementText } from '../../core/approval/statement.ts';
import { utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { parseTrust } from '../../core/record/trust.ts';
import { actLines } from '../../core/run/lines.ts';
import { openReceipt } from '../../core/verify/receipt.ts';
import { checkSite, type NewSite } from '../../server/people/setup.ts';
import { siteFromFile } from '../../server/people/site-file.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import { Person, sshsig, testKey } from '../helpers/person.ts';
import { at, serve, signedIn, type TestSite, testSite } from '../helpers/server.ts';
import { must } from '../helpers/signer.ts';

const site = (keeper: string | null, needed: number): NewSite => ({
  host: 'localhost:1',
  origins: ['http://localhost:1'],
  people: [
    { name: 'Marta', roles: ['release-lead'], key: testKey().line, keeper: true },
    { name: 'Jonas', roles: ['dba'], key: keeper, keeper: true },
    { name: 'Nora', roles: ['dba'], key: null, keeper: false },
  ],
  keepersNeeded: needed,
  reviewerRoles: ['dba'],
  agents: [],
});

t.test('a keeper needs a key from the start, others enrol one', async (t) => {
  t.equal(checkSite(site(testKey().line, 2)).ok, true);
  t.match(checkSite(site(null, 2)), { ok: false, refusal: { code: 'XCK_INPUT', sentence: /a keeper needs a key/ } });
  t.equal(checkSite(site(null, 1)).ok, true, 'a solo site may start with links alone');
});

t.test('the people file may leave a key out', async (t) => {
  const file = `${t.testdir()}/people.yaml`;
  const line = testKey().line;
  writeFileSync(
    file,
    `people:\n  - {name: A, roles: [dba], key: '${line} a', keeper: true}\n  - {name: B, roles: [sre]}\nkeepers_needed: 2\nreviewer_roles: [dba]\n`,
  );
  t.match(siteFromFile(file, 'localhost:1', []).people, [
    { key: line, keeper: true },
    { key: null, keeper: false },
  ]);
});

/** A site with somebody who is to enrol a first key. */
async function withNora(t: import('tap').Test) {
  const own: TestSite = await testSite();
  const people = readFileSync(own.people, 'utf8').replace(
    'keepers_needed',
    '  - {name: Nora, roles: [dba]}\nkeepers_needed',
  );
  writeFileSync(own.people, people);
  const running = await serve(own);
  t.teardown(async () => {
    await running.close();
    own.remove();
  });
  const url = running.links.find(({ name }) => name === 'Nora')?.url ?? '';
  const token = new URLSearchParams(new URL(url).hash.slice(1)).get('e') ?? '';
  return {
    own,
    running,
    token,
    origin: at(running).origin,
    trust: must(parseTrust(readFileSync(running.trustFile, 'utf8'))),
  };
}

const enrolment = async (nora: Person, token: string, key = nora.key) => {
  const content = { key: key.line, kind: 'ssh', token: digest(Buffer.from(token, 'hex')) };
  const said = { origin: nora.me.origin, run: null, mode: null, about: nora.me.genesis, content };
  const statement = statementText<'enrol'>('enrol', actLines('enrol', said, await nora.signing()));
  return { type: 'enrol' as const, token, statement, signature: sshsig(key, 'enrol', nora.me.origin, utf8(statement)) };
};

t.test('a token signs in until its key is enrolled, and the key counts once keepers have signed it', async (t) => {
  const { own, running, token, origin } = await withNora(t);
  t.match(
    running.links.map(({ name, enrols }) => [name, enrols]),
    [
      ['Marta', false],
      ['Jonas', false],
      ['Aiko', false],
      ['Nora', true],
    ],
  );
  const nora = new Person(own.port, own.host, testKey());
  const link = (secret: string) => nora.call<{ session: string }>('POST', '/api/session/link', { token: secret });
  t.match(await link('0'.repeat(64)), { ok: false, problem: { code: 'XCK_SIGNED_OUT' } });
  for (const _ of ['once', 'and again']) {
    const answer = await link(token);
    t.ok(answer.ok, 'the token opens as long as it is unused');
    if (answer.ok) nora.session = answer.value.session;
  }
  nora.me = await nora.must('GET', '/api/me');
  t.match(nora.me, { vouched: false, keys: [] });
  await t.rejects(nora.do(await enrolment(nora, '1'.repeat(64))), /XCK_TOKEN/);
  const stranger = { ...(await enrolment(nora, token)), signature: sshsig(testKey(), 'enrol', origin, utf8('other')) };
  await t.rejects(nora.do(stranger), /XCK_SIGNATURE/, 'the key itself signs');
  await nora.do(await enrolment(nora, token));
  t.match(await link(token), { ok: false }, 'then it is spent');
  await t.rejects(
    new Person(own.port, own.host, nora.key).signIn(origin),
    /XCK_SIGNATURE/,
    'an offered key signs nobody in',
  );

  const marta = new Person(own.port, own.host, own.keys.lead);
  await marta.signIn(origin);
  const { next, made, offered, vouched } = await marta.people();
  t.match([offered, vouched], [[{ person: nora.me.person, key: nora.key.line }], false]);
  const people = next.people.map((one) =>
    one.id === nora.me.person ? { ...one, keys: [{ key: nora.key.line, kind: 'ssh' as const }] } : one,
  );
  const salt = randomBytes(32);
  const jonas = new Person(own.port, own.host, own.keys.reviewer);
  await jonas.signIn(origin);
  await marta.signRoster({ ...next, people }, made, salt);
  t.match((await jonas.people()).change, { version: 2, signers: [marta.me.person] });
  await jonas.signRoster({ ...next, people }, made, salt);
  await nora.signIn(origin);
  t.match(nora.me, { vouched: true, keys: [{ key: nora.key.line, kind: 'ssh' }] });
  t.equal((await nora.people()).change, null);
});

t.test(
  'whoever signs and whoever suspends keeps a receipt that proves it, and nobody else’s name is rewritten',
  async (t) => {
    const { own, running, trust } = await withNora(t);
    const { lead, reviewer } = await signedIn(own, at(running));
    const suspension = await lead.do({ type: 'suspend', of: reviewer.me.person, key: reviewer.key.line, text: 'Lost' });
    const { entry, bytes } = must(await openReceipt(utf8(suspension.receipt ?? ''), trust, verifyRaw));
    t.match(entry, { type: 'key.suspended', actor: lead.me.person, person: reviewer.me.person, version: 3 });
    t.equal(digest(bytes), suspension.entries[0]?.digest);
    const { next, made } = await lead.people();
    const fresh = { id: 'p-0000000000000001', keys: [], roles: ['sre'], token: null };
    const names = { [lead.me.person]: 'Somebody else', [fresh.id]: 'Ines' };
    await lead.signRoster({ ...next, people: [...next.people, fresh] }, made, randomBytes(32), names);
    const told = (await lead.people()).names;
    t.match([told[lead.me.person], told[fresh.id]], ['Marta', 'Ines'], 'a name is given once');
  },
);
