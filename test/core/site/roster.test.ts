/** The rules of the roster's chain, one refusal after the other; signatures are the verifier's business, and tested there. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { digest } from '../../../core/bytes/hash.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { bodyDigest, type Draft, refOf, type Sealed, seal } from '../../../core/log/entry.ts';
import { pastedKind, publicKeyLine } from '../../../core/log/publicKey.ts';
import { nextText, personOf } from '../../../core/log/roster.ts';
import type { RosterText } from '../../../core/log/tables.ts';
import {
  foldRoster,
  maySucceed,
  type RosterEntry,
  type RosterState,
  readRoster,
  rosterBegin,
} from '../../../core/site/roster.ts';
import { keyToRead, rosterRows } from '../../../core/site/rosterFacts.ts';
import { must } from '../../helpers/signer.ts';
import { type Name, TestSite } from '../../helpers/site.ts';

const site = new TestSite({ vouched: false });
const { people } = site;
const genesis = rosterBegin(site.genesis);
const fresh = new TestSite({ seed: 'other' }).people;
const idOf = (name: Name) => people[name].id;

type Done = ReturnType<typeof foldRoster>;
const code = (done: { readonly ok: boolean; readonly refusal?: { readonly code: string } }) =>
  done.refusal?.code ?? 'none';
const why = (done: { readonly ok: boolean; readonly refusal?: { readonly sentence: string } }) =>
  done.refusal?.sentence;

let seq = 0;
const entry = (state: RosterState, draft: Draft): Sealed<RosterEntry> =>
  seal(draft, { log: site.origin, seq: ++seq, ts: 1, rprev: state.rosterHead }) as unknown as Sealed<RosterEntry>;

const SALT = new Uint8Array(32);
const none = { bytes: utf8('none'), salt: SALT };

/** What one keeper's signature makes; several share one content. */
function signed(state: RosterState, by: string, text: RosterText, fields = {}): Done {
  const roster = { bytes: utf8(jcs(text)), salt: SALT };
  const content = { bytes: utf8(jcs({ roster: bodyDigest(roster), version: text.version })), salt: SALT };
  const draft = {
    type: 'roster.signed',
    actor: by,
    fields: { act: 'roster', about: state.roster.made, ...fields },
    bodies: { statement: none, signature: none, content, roster },
  } as Draft;
  return foldRoster(state, entry(state, draft));
}

const signedBy = (state: RosterState, text: RosterText, ...by: string[]): RosterState =>
  by.reduce((now, one) => must(signed(now, one, text)), state);

function changed(state: RosterState, fields: { actor?: string; signed?: string[]; version?: number } = {}): Done {
  const { change } = state;
  const { actor = change?.signers.at(-1)?.person ?? idOf('lead'), version = change?.text.version ?? 2 } = fields;
  const refs = fields.signed ?? change?.signers.map(({ ref }) => ref) ?? [];
  const roster = change?.roster ?? none;
  const draft = { type: 'roster.changed', actor, fields: { version, signed: refs }, bodies: { roster } } as Draft;
  return foldRoster(state, entry(state, draft));
}

const suspended = (state: RosterState, by: string, person: string, key: string, version = state.roster.version + 1) =>
  foldRoster(state, entry(state, { type: 'key.suspended', actor: by, fields: { key, person, version } } as Draft));

const next = (change: Partial<RosterText> = {}): RosterText => ({ ...nextText(genesis.roster), ...change });
const withPeople = (to: (one: RosterText['people'][number]) => RosterText['people'][number]) =>
  next({ people: next().people.map(to) });
const withKeys = (name: Name, keys: RosterText['people'][number]['keys']) =>
  withPeople((one) => (one.id === idOf(name) ? { ...one, keys } : one));
const ssh = (key: string) => ({ key, kind: 'ssh' as const });

t.test('two keepers of the old and of the new roster make a version, and it is the next one', async (t) => {
  const state = signedBy(genesis, next(), idOf('lead'), idOf('keeper'));
  const { roster, change } = must(changed(state));
  t.match(roster, { version: 2, vouched: true, solo: false });
  t.equal(change, null);
  t.match(roster.ref, /^2 sha256:/);
});

t.test('a document that cannot be the next version is signed by nobody', async (t) => {
  const twin = next().people[0] as RosterText['people'][number];
  const small = publicKeyLine(
    'ssh-ed25519',
    Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 1 : 0)),
  );
  const keyless = withPeople((one) => (one.id === idOf('keeper') ? { ...one, keys: [] } : one));
  const cases: Record<string, readonly [RosterText, RegExp]> = {
    'the version before': [next({ version: 1 }), /version 1, not 2/],
    'a version left out': [next({ version: 3 }), /version 3, not 2/],
    'an id twice': [next({ people: [...next().people, { ...twin, keys: [] }] }), /an id stands in it twice/],
    'a key twice': [withKeys('dba', [ssh(people.dba.key), ssh(people.dba.key)]), /a key stands in it twice/],
    'a key of another principal': [
      next({
        people: next().people.map((one) =>
          one.id === idOf('dba')
            ? { ...one, keys: [ssh(people.sre.key)] }
            : one.id === idOf('sre')
              ? { ...one, keys: [] }
              : one,
        ),
      }),
      /is or was another’s/,
    ],
    'the key of the agent': [
      next({ agents: [], people: withKeys('dba', [ssh(site.agent.key)]).people }),
      /is or was another’s/,
    ],
    'a key of small order': [withKeys('dba', [ssh(small)]), /no point of full order/],
    'a keeper who is nobody': [next({ keepers: { need: 2, of: [idOf('lead'), fresh.dba.id] } }), /not its people/],
    'a keeper twice': [next({ keepers: { need: 2, of: [idOf('lead'), idOf('lead')] } }), /not its people/],
    'one keeper is enough': [next({ keepers: { need: 1, of: [idOf('lead')] } }), /two keepers must be needed/],
    'keepers without keys': [keyless, /only 1 of its keepers have a key, and 2 must sign/],
    'no reviewer’s role': [next({ reviewer_roles: [] }), /no reviewer’s role/],
  };
  for (const [name, [text, says]] of Object.entries(cases)) {
    const done = signed(genesis, idOf('lead'), text);
    t.match(why(done) ?? 'none', says, name);
    t.equal(done.ok, false, name);
  }
  t.equal(maySucceed(genesis.roster, next()).ok, true, 'the same document without the fault is fine');
});

t.test('a solo site alone may stay with one keeper', async (t) => {
  const solo = new TestSite({ solo: true });
  const text = nextText(solo.roster);
  t.equal(maySucceed(solo.roster, text).ok, true);
  t.match(why(maySucceed({ ...solo.roster, solo: false }, text)), /two keepers/);
});

t.test('not enough keepers of the old roster, or of the new one', async (t) => {
  const one = signedBy(genesis, next(), idOf('lead'));
  t.match(why(changed(one)), /1 missing/);
  const handed = next({ keepers: { need: 2, of: [idOf('dba'), idOf('sre')] } });
  const old = signedBy(genesis, handed, idOf('lead'), idOf('keeper'));
  t.equal(code(changed(old)), 'XCK_QUORUM', 'all of the old, none of the new');
  const fresher = signedBy(genesis, handed, idOf('dba'), idOf('sre'));
  t.equal(code(changed(fresher)), 'XCK_QUORUM', 'all of the new, none of the old');
  const both = signedBy(old, handed, idOf('dba'), idOf('sre'));
  t.match(must(changed(both)).roster.keepers.of, [idOf('dba'), idOf('sre')]);
  const more = next({ keepers: { need: 3, of: [idOf('lead'), idOf('keeper'), idOf('dba')] } });
  t.equal(
    code(changed(signedBy(genesis, more, idOf('lead'), idOf('keeper')))),
    'XCK_QUORUM',
    'the new one needs three',
  );
});

t.test('the same keeper counts once, and nobody signs who keeps neither roster', async (t) => {
  const one = signedBy(genesis, next(), idOf('lead'));
  t.equal(code(signed(one, idOf('lead'), next())), 'XCK_TWICE');
  t.equal(code(signed(one, idOf('dba'), next())), 'XCK_KEEPER');
});

t.test('a keeper who was removed signs nothing any more', async (t) => {
  const keepers = { need: 2, of: [idOf('keeper'), idOf('dba')] };
  const text = next({ people: next().people.filter(({ id }) => id !== idOf('lead')), keepers });
  const state = must(changed(signedBy(genesis, text, idOf('lead'), idOf('keeper'), idOf('dba'))));
  t.equal(personOf(state.roster, idOf('lead')), undefined);
  t.equal(code(signed(state, idOf('lead'), nextText(state.roster))), 'XCK_KEEPER');
});

t.test('a keeper whose only key stands in the new roster counts for the new one alone', async (t) => {
  const lost = must(suspended(genesis, idOf('keeper'), idOf('keeper'), people.keeper.key));
  const base = nextText(lost.roster);
  const text = {
    ...base,
    people: base.people.map((one) => (one.id === idOf('keeper') ? { ...one, keys: [ssh(fresh.keeper.key)] } : one)),
  };
  const state = signedBy(lost, text, idOf('lead'), idOf('keeper'));
  t.match(why(changed(state)), /1 missing/, 'two of the new, but of the old only the lead has a key');
});

t.test('another content begins anew, and another entry about which it is signed is stale', async (t) => {
  const one = signedBy(genesis, next(), idOf('lead'));
  const other = next({ verify_required: true });
  const two = must(signed(one, idOf('keeper'), other));
  t.same(
    two.change?.signers.map(({ person }) => person),
    [idOf('keeper')],
  );
  t.equal(code(changed(two)), 'XCK_QUORUM');
  t.equal(code(signed(genesis, idOf('lead'), next(), { about: `7 ${site.genesis.digest}` })), 'XCK_STALE');
  const after = must(suspended(one, idOf('dba'), idOf('dba'), people.dba.key));
  t.equal(after.change, null, 'a version in between voids what was collected');
});

t.test('the version is made by the last signer, with all signatures and no other', async (t) => {
  const state = signedBy(genesis, next(), idOf('lead'), idOf('keeper'));
  const refs = state.change?.signers.map(({ ref }) => ref) ?? [];
  t.equal(code(changed(state, { actor: idOf('lead') })), 'XCK_STALE');
  t.equal(code(changed(state, { signed: refs.slice(1) })), 'XCK_STALE');
  t.equal(code(changed(state, { signed: [...refs, refOf(site.genesis)] })), 'XCK_STALE');
  t.equal(code(changed(state, { version: 3 })), 'XCK_STALE');
  t.equal(code(changed(genesis)), 'XCK_STALE', 'nobody signed anything');
});

t.test('everybody suspends their own key, a keeper anybody’s, nobody else another’s', async (t) => {
  t.match(must(suspended(genesis, idOf('dba'), idOf('dba'), people.dba.key)).roster, { version: 2, vouched: false });
  t.equal(suspended(genesis, idOf('keeper'), idOf('dba'), people.dba.key).ok, true);
  t.equal(code(suspended(genesis, idOf('sre'), idOf('dba'), people.dba.key)), 'XCK_KEEPER');
  t.equal(code(suspended(genesis, idOf('dba'), idOf('dba'), people.sre.key)), 'XCK_UNKNOWN');
  t.equal(code(suspended(genesis, idOf('dba'), idOf('dba'), people.dba.key, 3)), 'XCK_STALE');
  const gone = must(suspended(genesis, idOf('dba'), idOf('dba'), people.dba.key));
  t.equal(code(suspended(gone, idOf('dba'), idOf('dba'), people.dba.key)), 'XCK_UNKNOWN', 'once is enough');
});

t.test('a suspended key of a keeper counts for no quorum, and is nobody else’s ever', async (t) => {
  const gone = must(suspended(genesis, idOf('keeper'), idOf('keeper'), people.keeper.key));
  const text = nextText(gone.roster);
  t.match(why(signed(gone, idOf('lead'), text)), /only 1 of its keepers have a key/);
  const taken = {
    ...text,
    keepers: { need: 2, of: [idOf('lead'), idOf('dba')] },
    people: text.people.map((one) =>
      one.id === idOf('sre') ? { ...one, keys: [...one.keys, ssh(people.keeper.key)] } : one,
    ),
  };
  t.match(why(signed(gone, idOf('lead'), taken)), /is or was another’s/);
});

t.test('a first key comes with its token, a further one with none, each key once', async (t) => {
  const token = digest(SALT);
  const base = next();
  const invited = {
    ...base,
    people: base.people.map((one) => (one.id === idOf('sre') ? { ...one, keys: [], token } : one)),
  };
  const state = must(changed(signedBy(genesis, invited, idOf('lead'), idOf('keeper'))));
  const enrol = (now: RosterState, by: Name, key: string, more = {}) =>
    foldRoster(
      now,
      entry(now, {
        type: 'key.enrolled',
        actor: idOf(by),
        fields: { key, kind: pastedKind(key), ...more },
        bodies: { statement: none, signature: none },
      } as Draft),
    );
  t.equal(code(enrol(state, 'sre', fresh.sre.key)), 'XCK_TOKEN', 'no token, no key');
  t.equal(code(enrol(state, 'dba', fresh.sre.key, { token })), 'XCK_TOKEN', 'another’s token');
  t.equal(code(enrol(state, 'sre', people.sre.key, { token })), 'XCK_EXISTS', 'a key that was in a roster before');
  const offered = must(enrol(state, 'sre', fresh.sre.key, { token }));
  t.same(personOf(offered.roster, idOf('sre'))?.keys, [], 'it counts for nothing yet');
  t.equal(offered.roster.version, state.roster.version);
  t.equal(code(enrol(offered, 'sre', fresh.author.key, { token })), 'XCK_TOKEN', 'a token is spent once');
  t.equal(code(enrol(offered, 'dba', fresh.sre.key)), 'XCK_EXISTS', 'nobody else offers it');
  const rotating = must(enrol(offered, 'dba', fresh.dba.key));
  t.same(
    rotating.roster.offered.map(({ person }) => person),
    [idOf('sre'), idOf('dba')],
  );
});

t.test('what differs is said fact by fact, and what must be read back is somebody else’s new key', async (t) => {
  const before = next({ version: 1 });
  const after = withKeys('dba', [ssh(fresh.dba.key)]);
  const rows = rosterRows(before, after).filter(({ mark }) => mark !== 'same');
  t.match(rows, [
    { about: idOf('dba'), what: 'key', mark: 'added', value: /^ssh SHA256:/ },
    { about: idOf('dba'), what: 'key', mark: 'gone' },
  ]);
  t.equal(keyToRead(rows, idOf('lead'), false), rows[0]);
  t.equal(keyToRead(rows, idOf('dba'), false), null, 'one’s own is known');
  const all = rosterRows(before, next());
  t.match(keyToRead(all, idOf('keeper'), true), { what: 'key', about: idOf('author') });
  t.equal(keyToRead(all, idOf('keeper'), false), null);
});

t.test('a document that is no roster', async (t) => {
  const body = (text: string) => ({ bytes: utf8(text), salt: new Uint8Array(32) });
  t.match(readRoster(body('{}')), { ok: false, refusal: { sentence: /a field is missing or surplus/ } });
  t.match(readRoster(body('{ }')), { ok: false, refusal: { code: 'XCK_BYTES' } });
  t.match(readRoster(undefined), { ok: false, refusal: { code: 'XCK_BYTES' } });
});
