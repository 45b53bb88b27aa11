/**
 * A server whose database, log key and code are the attacker's tries to get `ANCHORED`, `independent` for a live run of an
 * irreversible step that lacked its quorum. It is even given what it could not have: an agent that starts what it is told to,
 * and a lead who keys and closes whatever the page shows. Docs/threats.md names these tests.
 */
import t from 'tap';
import type { Verdict } from '../../../core/verify/verify.ts';
import {
  carriedOut,
  half,
  judged,
  judgedFile,
  peopleWith,
  posed,
  posesAs,
  recordOf,
  theSite,
} from '../../helpers/attacker.ts';
import type { TestSite } from '../../helpers/site.ts';
import { filed, STRATEGIES } from './strategies.ts';

t.test('the same site and the same hands, with the quorum: ANCHORED, independent', async (t) => {
  const run = half();
  run.confirm('sre', 'verifier', 'sre');
  const expected = { verdict: 'ANCHORED', exit: 0, assurance: 'independent', solo: false, mode: 'live' };
  t.match(await judged(carriedOut(run)), expected);
});

for (const [name, { make, invariant, says }] of Object.entries(STRATEGIES)) {
  t.test(`in vain: ${name}`, async (t) => {
    const { tar, trust } = filed(make());
    const verdict = await judgedFile(tar, trust);
    t.match(verdict, { verdict: 'INVALID', exit: 8 });
    t.match(verdict.reasons[0], { invariant, sentence: says });
  });
}

t.test('in vain: it cuts the log off before a hold, and signs a shorter checkpoint', async (t) => {
  const run = half();
  const size = run.site.store.size();
  run.submit({ type: 'hold', person: run.site.people.sre.id, text: null });
  t.match(await judgedFile(recordOf(run, run.site.store, size), run.site.trust), { verdict: 'OPEN', exit: 3 });
});

const TRICKED = { lead: 'passkey', keeper: 'passkey' } as const;

/** The run with both confirmations, by whoever the site's people are by now. */
const confirmed = (site: TestSite): Promise<Verdict> => {
  const run = half(site);
  run.confirm('sre', 'verifier', 'sre');
  return judged(carriedOut(run));
};

/** Whoever asks the keepers' passkeys through a lying page gets any roster, and in it keys of its own, whatever they are called. */
t.test('in vain: it has passkeys sign a roster with its own keys, and calls them security keys', async (t) => {
  const site = theSite({ kinds: TRICKED });
  const own = [posed(site, 'dba', 'one'), posed(site, 'sre', 'two')];
  site.changeRoster(['lead', 'keeper'], { people: peopleWith(site, ...own) });
  posesAs(site, ...own);
  t.match(await confirmed(site), { verdict: 'ANCHORED', assurance: 'page-only' });
});

t.test('in vain: it has keepers of its own making, with security keys, sign the roster after that', async (t) => {
  const site = theSite({ kinds: TRICKED });
  const keepers = [posed(site, 'lead', 'one'), posed(site, 'keeper', 'two')];
  site.changeRoster(['lead', 'keeper'], { people: peopleWith(site, ...keepers) });
  posesAs(site, ...keepers);
  const own = [posed(site, 'dba', 'three'), posed(site, 'sre', 'four')];
  site.changeRoster(['lead', 'keeper'], { people: peopleWith(site, ...own) });
  posesAs(site, ...own);
  t.match(await confirmed(site), { verdict: 'ANCHORED', assurance: 'page-only' });
});

t.test('a key that one keeper admitted at a terminal is as independent as one of genesis', async (t) => {
  const site = theSite({ kinds: { lead: 'passkey' } });
  const own = [posed(site, 'dba', 'one'), posed(site, 'sre', 'two')];
  site.changeRoster(['lead', 'keeper'], { people: peopleWith(site, ...own) });
  posesAs(site, ...own);
  t.match(await confirmed(site), { verdict: 'ANCHORED', exit: 0, assurance: 'independent' });
});
