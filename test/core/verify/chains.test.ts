/** The claims about genesis and chains: each is broken by a log that its own key has sealed, and is named. What else is then wrong, is wrong beside it. */
import t from 'tap';
import { digest } from '../../../core/bytes/hash.ts';
import type { SiteDocument } from '../../../core/log/tables.ts';
import type { Bundle } from '../../../core/record/bundle.ts';
import type { Trust } from '../../../core/record/trust.ts';
import { verifyRecord } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { forge, type Loose } from '../../campaign/mutants/forge.ts';
import { looseLog, worldOf } from '../../campaign/mutants/world.ts';
import { Outside } from '../../helpers/outside.ts';
import { RUNBOOK, TestSite, testRun } from '../../helpers/site.ts';

const world = worldOf('six eyes', 1);
const after = worldOf('followed by what comes after', 1);
const zeros = `sha256:${'0'.repeat(64)}`;

const sentences = async (bundle: Bundle, trust: Trust | null = world.site.trust): Promise<string> => {
  const { verdict, reasons } = await verifyRecord(bundle, trust, verifyRaw);
  return verdict === 'INVALID' ? reasons.map(({ sentence }) => sentence).join('\n') : verdict;
};

interface Case {
  readonly change: (log: Loose[], find: (type: string) => Loose) => void;
  readonly says: RegExp;
  readonly of?: typeof world;
  /** Without a trust root, which would say the same otherwise. */
  readonly alone?: boolean;
}

/** Fields of an entry, its links included, as the server would have them. */
const having = (type: string, fields: Record<string, unknown>, says: RegExp): Case => ({
  change: (_, find) => {
    find(type).entry = (entry) => Object.assign(entry, fields);
  },
  says,
});

const cases: Record<string, Case> = {
  'another log': having('step.keyed', { log: world.site.origin.replace(/.{4}$/, '0000') }, /it names the log/),
  'another entry before it in the run': having(
    'step.keyed',
    { prev: zeros },
    /does not name the entry before it in the run/,
  ),
  'a place in the run that is another': having('step.keyed', { rseq: 99 }, /number 99 of the run where/),
  'another run': having('step.keyed', { run: '01JD3V7Q0Z8EA1B2C3D4E5F6ZZ' }, /belongs to the run/),
  'another roster entry before it': having(
    'roster.changed',
    { rprev: zeros },
    /does not name the roster entry before it/,
  ),
  'a leaf before the genesis': {
    change: (log) => {
      const [genesis] = log;
      if (genesis) log.unshift({ ...genesis, ...attempt(genesis) });
    },
    says: /the genesis is not the first entry/,
  },
  'a roster entry before the genesis': {
    change: (log, find) => {
      const signed = find('roster.signed');
      log.splice(log.indexOf(signed), 1);
      log.unshift(signed);
    },
    says: /the genesis is not the first entry/,
  },
  'what came after the close names another close': {
    change: (_, find) => Object.assign(find('postmortem.written').fields, { about: `3 ${zeros}` }),
    says: /it is not about the close of this run/,
    of: after,
  },
  'a name that is not made of the genesis': {
    change: (_, find) => Object.assign(find('genesis').fields['site'] as object, { random: '0'.repeat(64) }),
    says: /the name of the log is not made of its genesis/,
    alone: true,
  },
};

const attempt = ({ fields, was }: Loose): Partial<Loose> => ({
  fields: {
    type: 'attempt.refused',
    actor: world.site.people.lead.id,
    ts: fields['ts'],
    act: 'confirm',
    code: 'XCK_SELF',
  },
  bodies: {},
  chain: 'none',
  shown: false,
  was: { ...was, digest: '' },
});

for (const [name, { change, says, of = world, alone = false }] of Object.entries(cases)) {
  t.test(name, async (t) => {
    const log = looseLog(of, false);
    const find = (type: string) => log.find(({ fields, shown }) => fields.type === type && shown) as Loose;
    change(log, find);
    t.match(await sentences(forge(of.site, log, of.bundle).bundle, alone ? null : of.site.trust), says);
  });
}

const stranger = 'p-0000000000000000';
const FORMER = {
  acknowledged: null,
  checkpoint: null,
  genesis: zeros,
  origin: `a.example/log/${'0'.repeat(32)}`,
  reason: 'The disk burned',
};

const geneses: Record<string, readonly [change: (site: SiteDocument) => Partial<SiteDocument>, says: RegExp]> = {
  'a keeper twice': [
    ({ keepers: { of } }) => ({ keepers: { need: 2, of: [of[0] ?? '', of[0] ?? ''] } }),
    /its keepers are not enough or not its people/,
  ],
  'a keeper who is nobody': [
    ({ keepers: { of } }) => ({ keepers: { need: 2, of: [...of, stranger] } }),
    /its keepers are not enough or not its people/,
  ],
  'more keepers needed than there are': [({ keepers: { of } }) => ({ keepers: { need: 3, of } }), /its keepers/],
  'no keeper needed': [({ keepers: { of } }) => ({ keepers: { need: 0, of } }), /its keepers/],
  'a person twice': [
    ({ people }) => ({ people: [...people, { ...(people[4] as (typeof people)[0]), keys: [] }] }),
    /stands twice/,
  ],
  'a key twice': [
    ({ people }) => ({
      people: people.map((one, index) => (index === 4 ? { ...one, keys: people[1]?.keys ?? [] } : one)),
    }),
    /stands twice/,
  ],
  'a key that is none of its kind': [
    ({ people }) => ({
      people: people.map((one) => ({ ...one, keys: one.keys.map(({ key }) => ({ key, kind: 'passkey' as const })) })),
    }),
    /its type is not one of its kind/,
  ],
  'a former keeper twice': [
    ({ keepers: { of } }) => ({ former: { ...FORMER, keepers: [of[0] ?? '', of[0] ?? ''] } }),
    /former keepers who do not keep this log/,
  ],
  'a former keeper who is nobody': [
    () => ({ former: { ...FORMER, keepers: [stranger] } }),
    /former keepers who do not keep this log/,
  ],
};

for (const [name, [change, says]] of Object.entries(geneses)) {
  t.test(`genesis: ${name}`, async (t) => {
    const run = testRun({ vouched: false, genesis: (site) => ({ ...site, ...change(site) }) });
    t.match(await sentences(run.bundle('open'), run.site.trust), says);
  });
}

t.test('a log key that is not the trust root’s, though it is the one that signed', async (t) => {
  const log = looseLog(world, false);
  const other = new TestSite({ seed: 'another key' });
  const site = log[0]?.fields['site'] as Record<string, unknown>;
  site['log_key'] = other.genesis.entry.site.log_key;
  t.match(await sentences(forge(world.site, log, world.bundle).bundle), /the trust root names another log key/);
});

t.test('what came after the close stands before it', async (t) => {
  const made = (about: string | null) => {
    const log = looseLog(after, false);
    const find = (type: string) => log.find(({ fields, shown }) => fields.type === type && shown) as Loose;
    const [closed, written] = [find('run.closed'), find('postmortem.written')];
    log.splice(log.indexOf(written), 1);
    log.splice(log.indexOf(closed), 0, written);
    let ref = '';
    closed.entry = (entry) => {
      ref = String(entry['rseq']);
    };
    if (about !== null) for (const one of log) if (one.chain === 'after') one.fields['about'] = about;
    return { bundle: forge(after.site, log, after.bundle).bundle, rseq: () => ref };
  };
  const { bundle, rseq } = made(null);
  const bytes = bundle.entries.find((one) => new TextDecoder().decode(one).includes('"type":"run.closed"'));
  // The server knows the bytes of the close before it writes what comes before it.
  const about = `${rseq()} ${digest(bytes ?? new Uint8Array())}`;
  t.match(await sentences(made(about).bundle, after.site.trust), /it is not about the close of this run/);
});

t.test('what was said of a hold on another runbook is no part of a record', async (t) => {
  const site = new TestSite();
  const out = new Outside(site);
  const other = site.approved(RUNBOOK.replace('Drop the column', 'Drop that column'));
  const called = out.hold('keeper', { runbook: other.digest });
  const run = out.open(site.approved(RUNBOOK)).complete();
  const bundle = run.bundle();
  t.match(await verifyRecord(bundle, site.trust, verifyRaw), { verdict: 'ANCHORED' });
  const entry = JSON.parse(new TextDecoder().decode(site.store.entry(Number(called.split(' ')[0]))?.bytes)) as {
    bodies: { answer: string };
  };
  const body = site.store.body(entry.bodies.answer);
  if (!body) return t.fail('there is no such body');
  const more = { ...bundle, bodies: new Map(bundle.bodies).set(entry.bodies.answer, body) };
  t.match(await sentences(more, site.trust), /its bodies belong to another runbook or plan/);
});
