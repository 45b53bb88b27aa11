/** The roster's chain as clients verify it: a genuine one, and each claim about it broken by itself. */
import t from 'tap';
import { fromUtf8, utf8 } from '../../../core/bytes/encoding.ts';
import { bodyDigest } from '../../../core/log/entry.ts';
import { nextText } from '../../../core/log/roster.ts';
import type { Trust } from '../../../core/record/trust.ts';
import type { RosterEntry } from '../../../core/site/roster.ts';
import { spineOf } from '../../../core/verify/chains.ts';
import { type Leaf, readLeaves } from '../../../core/verify/read.ts';
import { verifySite } from '../../../core/verify/site.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { TestSite, testRun } from '../../helpers/site.ts';

type Chain = readonly Leaf<RosterEntry>[];

const run = testRun().seat();
run.site.suspend('sre', 'sre');
const { trust } = run.site;
const chain: Chain = spineOf(readLeaves(run.bundle('open')).leaves).spine?.roster ?? [];
/** The same with a roster that waits for a second keeper. */
run.site.signRoster('lead', nextText(run.site.roster));
const pending: Chain = spineOf(readLeaves(run.bundle('open')).leaves).spine?.roster ?? [];
const asked = (own: Chain, by: Trust = trust) => verifySite(own, by, verifyRaw);
const without = (own: Leaf, ...names: string[]) =>
  Object.fromEntries(Object.entries(own.bodies).filter(([name]) => !names.includes(name)));
/** The chain with one leaf altered: the first of a type. */
const altered = (type: string, alter: (leaf: Leaf<RosterEntry>) => Leaf): Chain => {
  const at = chain.findIndex(({ entry }) => entry.type === type);
  return chain.map((leaf, index) => (index === at ? (alter(leaf) as Leaf<RosterEntry>) : leaf));
};

t.test('a genuine chain', async (t) => {
  t.match(await asked(chain), { ok: true, value: { change: null, epoch: null } });
  t.match(await asked(pending), { ok: true, value: { change: { signers: [{ person: run.site.people.lead.id }] } } });
});

const salted = (bytes: Uint8Array) => ({ bytes, salt: new Uint8Array(32) });
const broken: Record<string, { readonly chain: Chain; readonly trust?: Trust; readonly says: RegExp }> = {
  'there is none': { chain: [], says: /does not begin with a genesis/ },
  'it begins without its genesis': { chain: chain.slice(1), says: /does not begin with a genesis/ },
  'it is of another site': {
    chain,
    trust: new TestSite({ seed: 'another' }).trust,
    says: /the trust root names another log/,
  },
  'an entry is left out': {
    chain: [...chain.slice(0, 1), ...chain.slice(2)],
    says: /^The record is not whole: it does not name the roster entry before it\.$/,
  },
  'a body is another': {
    chain: altered('roster.signed', (leaf) => ({ ...leaf, bodies: { ...leaf.bodies, content: salted(utf8('{}')) } })),
    says: /its body content is another/,
  },
  'a roster is signed without a signature': {
    chain: altered('roster.signed', (leaf) => ({ ...leaf, bodies: without(leaf, 'signature') })),
    says: /go together/,
  },
  'a roster is signed without its content': {
    chain: altered('roster.signed', (leaf) => ({ ...leaf, bodies: without(leaf, 'content') })),
    says: /has moved since/,
  },
  'a body is spelled differently': {
    chain: pending.map((leaf, index) => {
      if (index < pending.length - 1) return leaf;
      const content = salted(
        utf8(JSON.stringify(JSON.parse(fromUtf8(leaf.bodies['content']?.bytes ?? utf8('')) ?? ''), null, 1)),
      );
      const named = { ...leaf.entry.bodies, content: bodyDigest(content) };
      return { ...leaf, entry: { ...leaf.entry, bodies: named }, bodies: { ...leaf.bodies, content } } as typeof leaf;
    }),
    says: /its body content: .*spelled differently/,
  },
  'nobody says that a roster was signed': {
    chain: altered('roster.signed', (leaf) => ({ ...leaf, bodies: without(leaf, 'statement', 'signature') })),
    says: /lacks its roster statement/,
  },
};
for (const [name, { chain: own, trust: by = trust, says }] of Object.entries(broken))
  t.test(name, async (t) => {
    t.match(await asked(own, by), { ok: false, refusal: { code: 'XCK_INTEGRITY', sentence: says } });
  });
