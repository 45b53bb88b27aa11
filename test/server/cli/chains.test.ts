/** What stands beside a run is believed as little as the run: the chain of holds on plans and runbooks, and what comes after a close. */
import t, { type Test } from 'tap';
import { base64, fromUtf8, utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { type Body, bodyDigest, type Draft, refOf, type Sealed, seal } from '../../../core/log/entry.ts';
import { inclusionProof } from '../../../core/log/merkle.ts';
import type { BodyText, Slice } from '../../../core/protocol/frames.ts';
import { readAfter } from '../../../server/cli/after.ts';
import type { Client } from '../../../server/cli/client.ts';
import { EXIT } from '../../../server/cli/exits.ts';
import { holdOn, readSiteHolds, thingNamed } from '../../../server/cli/site-holds.ts';
import { stateFiles } from '../../../server/cli/state-files.ts';
import { TestSite, testRun } from '../../helpers/site.ts';
import { given } from './given.ts';
import { stopping } from './stopping.ts';

const PLAN = '01JD3V7Q0Z8EA1B2C3D4E5F6G7';
const DIGEST = `sha256:${'d'.repeat(64)}`;

const texts = (bodies: readonly Body[]): Record<string, BodyText> =>
  Object.fromEntries(bodies.map((body) => [bodyDigest(body), { bytes: base64(body.bytes), salt: base64(body.salt) }]));

/** Entries of one chain, each linked to the one before it. */
function chained(site: TestSite, link: 'hprev' | 'aprev', drafts: readonly Draft[]): Sealed[] {
  const entries: Sealed[] = [];
  for (const draft of drafts) {
    const before = entries.at(-1)?.digest;
    const place = { log: site.origin, seq: site.store.size(), ts: site.now, ...(before ? { [link]: before } : {}) };
    const sealed = seal(draft, place) as Sealed;
    site.append([sealed]);
    entries.push(sealed);
  }
  return entries;
}

function holds() {
  const site = new TestSite();
  const text = (value: unknown) => site.salted(utf8(jcs(value)));
  const raise = (on: object, why: string) =>
    ({
      type: 'hold.raised',
      actor: site.people.dba.id,
      fields: { cause: 'person', ...on },
      bodies: { answer: text(why) },
    }) as Draft;
  const entries = chained(site, 'hprev', [raise({ plan: PLAN }, 'Not today'), raise({ runbook: DIGEST }, 'Never')]);
  const last = entries.at(-1)?.entry.seq ?? 0;
  const slice: Slice = {
    entries: entries.map(({ bytes }) => fromUtf8(bytes) ?? ''),
    bodies: texts(entries.flatMap(({ bodies }) => Object.values(bodies))),
    checkpoint: fromUtf8(site.checkpoint()) ?? '',
    proof: inclusionProof(last, site.store.size(), site.store.node).map(base64),
  };
  return { site, entries, slice };
}

const clientOf = (t: Test, site: TestSite, slice: Slice): Client =>
  ({
    api: { get: async () => slice },
    trust: site.trust,
    files: stateFiles({ XDG_STATE_HOME: t.testdir() }),
  }) as unknown as Client;

t.test('the chain of holds is folded as far as it verifies', async (t) => {
  const { site, entries, slice } = holds();
  const read = await readSiteHolds(clientOf(t, site, slice));
  const on = given('run', 'lift', '--plan', PLAN);
  t.equal(holdOn(read, { plan: PLAN }, on).ref, refOf(entries[0] as Sealed));
  t.equal(holdOn(read, { runbook: DIGEST }, on).ref, refOf(entries[1] as Sealed));
  t.throws(() => holdOn(read, { plan: PLAN.replace('G7', 'G8') }, on), { code: 'XCK_NOT_NOW' });
  const wrong: Record<string, Slice> = {
    'an entry left out': { ...slice, entries: slice.entries.slice(1) },
    'an entry changed': { ...slice, entries: slice.entries.map((one) => one.replace(PLAN, PLAN.replace('G7', 'G8'))) },
    'the newest one withheld': { ...slice, entries: slice.entries.slice(0, 1) },
    'another body': {
      ...slice,
      bodies: Object.fromEntries(Object.keys(slice.bodies).map((name) => [name, { bytes: 'AAAA', salt: 'AAAA' }])),
    },
    'no proof': { ...slice, proof: [] },
  };
  for (const [what, sent] of Object.entries(wrong))
    await t.rejects(readSiteHolds(clientOf(t, site, sent)), stopping(EXIT.invalid, { code: 'XCK_INTEGRITY' }), what);
  const other = new TestSite({ seed: 'other' });
  await t.rejects(readSiteHolds(clientOf(t, other, slice)), { code: 'XCK_BYTES' }, 'another log');
});

t.test('what a hold is on is named once', async (t) => {
  const runbooks = [
    { id: 'drop', runbook: 'sha256:old' },
    { id: 'drop', runbook: 'sha256:new' },
  ];
  const named = (...words: string[]) => thingNamed(given('run', 'lift', ...words), runbooks);
  t.equal(named('R'), undefined);
  t.strictSame(named('--plan', PLAN), { plan: PLAN });
  t.strictSame(named('--runbook', 'drop'), { runbook: 'sha256:new' }, 'the newest of that id');
  t.strictSame(named('--runbook', 'sha256:old'), { runbook: 'sha256:old' });
  t.throws(() => named('--runbook', 'dorp'), { code: 'XCK_UNKNOWN' });
  t.throws(() => named('--runbook', 'drop', '--plan', PLAN), stopping(EXIT.usage));
});

t.test('what comes after a close is about that close, whole and linked', async (t) => {
  const run = testRun().complete();
  const { site } = run;
  const about = refOf(run.entries.at(-1) as Sealed);
  const text = (value: unknown) => site.salted(utf8(jcs(value)));
  const entries = chained(site, 'aprev', [
    { type: 'postmortem.written', actor: site.people.lead.id, fields: { about }, bodies: { answer: text({ x: 1 }) } },
    {
      type: 'countermeasure.closed',
      actor: site.people.dba.id,
      fields: { about, id: 'cm' },
      bodies: { answer: text('y') },
    },
  ] as Draft[]);
  const sent = {
    entries: entries.map(({ bytes }) => fromUtf8(bytes) ?? ''),
    bodies: texts(entries.flatMap(({ bodies }) => Object.values(bodies))),
  };
  t.strictSame(
    readAfter(sent, about).map(({ entry }) => entry.type),
    ['postmortem.written', 'countermeasure.closed'],
  );
  t.strictSame(readAfter({ entries: [], bodies: {} }, null), []);
  const broken = stopping(EXIT.invalid, { code: 'XCK_INTEGRITY' });
  t.throws(() => readAfter(sent, null), broken, 'an open run has no after');
  t.throws(() => readAfter(sent, `${about}0`), broken, 'another close');
  t.throws(() => readAfter({ ...sent, entries: sent.entries.slice(1) }, about), broken, 'a gap');
  t.throws(
    () => readAfter({ ...sent, entries: [fromUtf8(run.entries[0]?.bytes ?? utf8('')) ?? ''] }, about),
    broken,
    'an entry of the run',
  );
});
