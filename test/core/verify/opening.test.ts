/** The claims about approval, opening and roster, each asked of a genuine record and of one that breaks just this claim. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import type { Body } from '../../../core/log/entry.ts';
import type { Runbook } from '../../../core/runbook/runbook.ts';
import { type Spine, spineOf } from '../../../core/verify/chains.ts';
import { nothingKnown } from '../../../core/verify/folder.ts';
import { approval, knownPeople, opening, rosterSayings } from '../../../core/verify/opening.ts';
import { type Leaf, readLeaves } from '../../../core/verify/read.ts';
import { type Rosters, rostersOf } from '../../../core/verify/roster.ts';
import { statements } from '../../../core/verify/statements.ts';
import { RUNBOOK, type TestRun, TestSite, testRun } from '../../helpers/site.ts';

/** A record's parts, as the claims are asked with them. */
function partsOf(run: TestRun) {
  const { leaves } = readLeaves(run.bundle('open'));
  const { spine } = spineOf(leaves);
  if (!spine) throw new Error('no record');
  const { rosters } = rostersOf(spine, nothingKnown());
  return { spine, rosters, stated: statements(leaves).stated, runbook: run.context.runbook };
}
const genuine = partsOf(testRun().seat().backup());
const { spine, rosters, stated, runbook } = genuine;

const withEntry = <L extends Leaf>(leaf: L, change: object): L => ({ ...leaf, entry: { ...leaf.entry, ...change } });
const body = (value: unknown): Body => ({ salt: new Uint8Array(32), bytes: utf8(jcs(value)) });
const found = (reasons: readonly { readonly invariant: string | null; readonly sentence: string }[]) =>
  reasons.map(({ invariant, sentence }) => `${invariant} ${sentence}`).join('\n');
/** Rosters that differ from the genuine ones everywhere. */
const rostersWith = (change: object): Rosters => ({
  ...rosters,
  before: (seq) => ({ ...rosters.before(seq), ...change }),
});

const approved = (change: Partial<Spine>, by: Rosters = rosters) =>
  found(approval({ ...spine, ...change }, stated, by, runbook));
const opened = (change: object, by: Rosters = rosters, book: Runbook = runbook) =>
  found(opening({ ...spine, opened: withEntry(spine.opened, change) }, stated, by, book));

t.test('a genuine record breaks no claim', async (t) => {
  t.equal(approved({}), '');
  t.equal(opened({}), '');
  t.strictSame(knownPeople(spine, rosters), []);
  t.strictSame(rosterSayings(spine, rosters, stated), []);
});

t.test('who registers and who approves says so', async (t) => {
  const { registered, approved: approval } = spine;
  const another = `sha256:${'0'.repeat(64)}`;
  t.match(approved({ registered: withEntry(registered, { runbook: another }) }), /I4 .*runbook statement/);
  t.match(approved({ registered: withEntry(registered, { seq: 999 }) }), /I4 .*lacks its runbook statement/);
  t.match(approved({ approved: withEntry(approval, { seq: 999 }) }), /I4 .*lacks its approve statement/);
  const elsewhere = { ...registered, digest: another };
  t.match(approved({ registered: elsewhere }), /I4 .*approve statement/);
});

t.test('the folder that is approved is the one that was registered', async (t) => {
  const says = /I18 .*another folder was approved/;
  const another = { runbook: `sha256:${'0'.repeat(64)}` };
  t.match(approved({ registered: withEntry(spine.registered, another) }), says);
  t.match(approved({ approved: withEntry(spine.approved, another) }), says);
  t.match(approved({ opened: withEntry(spine.opened, another) }), says);
});

t.test('it was registered under its own id, with an author', async (t) => {
  const says = /I18 .*under another id or without an author/;
  t.match(approved({ registered: withEntry(spine.registered, { id: 'another' }) }), says);
  t.match(approved({ registered: withEntry(spine.registered, { authors: [] }) }), says);
});

t.test('whoever approves is a reviewer who wrote nothing of it', async (t) => {
  t.match(approved({}, rostersWith({ reviewerRoles: ['notary'] })), /I18 .*without a reviewer’s role/);
  t.match(approved({}, rostersWith({ people: [] })), /I18 .*without a reviewer’s role/);
  const { actor } = spine.approved.entry;
  const says = /I18 .*approved what they wrote or registered/;
  t.match(approved({ registered: withEntry(spine.registered, { actor }) }), says);
  t.match(approved({ registered: withEntry(spine.registered, { authors: [actor] }) }), says);
});

t.test('first registered, then approved, then opened', async (t) => {
  const says = /I18 .*not approved before the run/;
  const { registered, approved: approval } = spine;
  t.match(approved({ registered: withEntry(registered, { seq: approval.entry.seq }) }), says);
  t.match(approved({ opened: withEntry(spine.opened, { seq: approval.entry.seq }) }), says);
});

t.test('a run opens under the roster of its time', async (t) => {
  t.match(opened({ roster: `1 sha256:${'0'.repeat(64)}` }), /I7 .*names another roster/);
  t.match(opened({ solo: true }), /I7 .*solo is not what the roster makes it/);
  t.match(opened({}, rostersWith({ vouched: false })), /I7 .*no keeper had signed a roster/);
  t.match(opened({}, rostersWith({ due: true })), /I7 .*had not signed what this log continues/);
  const lenient = { solo: true, vouched: false, due: true };
  t.equal(opened({ solo: true }, rostersWith(lenient)), '', 'a solo site has one keeper, who signs nothing');
  t.match(opened({ rules: 2 }), /I14 .*rules are version 2/);
  t.match(opened({ seq: 999 }), /I4 .*lacks its open statement/);
  t.match(opened({ run: '01JD3V7Q0Z8EA1B2C3D4E5F6G8' }), /I4 .*open statement/);
});

t.test('whoever opens a run may lead it', async (t) => {
  t.match(opened({}, rostersWith({ people: [] })), /I3 .*may not lead/);
  t.match(opened({}, rosters, { ...runbook, crew: {} }), /I3 .*may not lead/);
});

t.test('a run has the inputs that its runbook asks for', async (t) => {
  const says = /I17 .*its inputs are not those/;
  const asked = (bodies: Spine['opened']['bodies']) =>
    found(opening({ ...spine, opened: { ...spine.opened, bodies } }, stated, rosters, runbook));
  const { inputs: _, ...without } = spine.opened.bodies;
  t.match(asked(without), says, 'they are not here');
  t.match(asked({ ...without, inputs: body({ table: 'Orders!' }) }), says, 'one does not fit');
  t.match(asked({ ...without, inputs: body({}) }), says, 'one is left to its default');
  const undemanding = { ...runbook, inputs: {} };
  const silent = found(
    opening({ ...spine, opened: { ...spine.opened, bodies: without } }, stated, rosters, undemanding),
  );
  t.match(silent, says, 'there must be a body even where nothing is asked');
});

t.test('a live run follows the close that its lead names', async (t) => {
  const close = `9 sha256:${'1'.repeat(64)}`;
  t.match(opened({ follows: close }), /I14 .*follows another close than was signed/);
  const site = new TestSite();
  const follows = { close, rehearsal: null, test: 'https://ci.example/1' };
  const own = partsOf(site.open(site.approved(RUNBOOK), { follows, fields: { follows: close } }));
  t.equal(found(opening(own.spine, own.stated, own.rosters, own.runbook)), '', 'it does');
  const silent = withEntry(own.spine.opened, { follows: undefined });
  const says = /I14 .*follows another close/;
  t.match(found(opening({ ...own.spine, opened: silent }, own.stated, own.rosters, own.runbook)), says);
  const rehearsal = withEntry(own.spine.opened, { mode: 'rehearsal' });
  t.match(found(opening({ ...own.spine, opened: rehearsal }, own.stated, own.rosters, own.runbook)), says);
});

t.test('a live run rests on the rehearsal that is asked for', async (t) => {
  const says = /I18 .*does not name the rehearsal/;
  const run = `9 sha256:${'2'.repeat(64)}`;
  const demanding = { ...runbook, rehearsal: { required: true } } as unknown as Runbook;
  t.match(opened({}, rosters, demanding), says, 'it rests on none');
  t.equal(opened({ rehearsed: run }, rosters, demanding), '');
  t.match(opened({ rehearsed: run }), says, 'nobody asked for one');
  t.notMatch(opened({ mode: 'rehearsal' }, rosters, demanding), says, 'a rehearsal needs none');
  const site = new TestSite();
  const follows = { close: `9 sha256:${'1'.repeat(64)}`, rehearsal: run, test: 'https://ci.example/1' };
  const fields = { follows: follows.close, rehearsed: run };
  const own = partsOf(site.open(site.approved(RUNBOOK), { follows, fields }));
  const asked = (rehearsed: string) =>
    found(
      opening(
        { ...own.spine, opened: withEntry(own.spine.opened, { rehearsed }) },
        own.stated,
        own.rosters,
        own.runbook,
      ),
    );
  t.equal(asked(run), '', 'its lead names it');
  t.match(asked(`8 sha256:${'2'.repeat(64)}`), says, 'its lead names another');
});

t.test('whoever acts stood in the roster by then', async (t) => {
  const says = /I7 .*does not stand in the roster/;
  const stranger = 'p-0000000000000000';
  const last = spine.run.at(-1) as Leaf as Spine['run'][number];
  const asked = (change: Partial<Spine>, by: Rosters = rosters) => found(knownPeople({ ...spine, ...change }, by));
  t.match(asked({ run: [withEntry(last, { actor: stranger })] }), says);
  t.match(asked({ run: [withEntry(last, { asked_by: stranger })] }), says);
  t.match(asked({ registered: withEntry(spine.registered, { authors: [stranger] }) }), says);
  t.match(asked({ approved: withEntry(spine.approved, { actor: stranger }) }), says);
  const late = rosters.states.map(({ roster }) => ({ seq: last.entry.seq, roster }));
  t.match(asked({}, { ...rosters, states: late }), says, 'they came later');
});

t.test('whoever signs a roster signs exactly that', async (t) => {
  const index = spine.roster.findIndex(({ entry }) => entry.type === 'roster.signed');
  const leaf = spine.roster[index] as Spine['roster'][number];
  const asked = (change: Leaf) => found(rosterSayings({ ...spine, roster: [change as typeof leaf] }, rosters, stated));
  t.equal(asked(leaf), '');
  const says = /I4 .*its content is not what was signed/;
  const { content: _, ...without } = leaf.bodies;
  t.match(asked({ ...leaf, bodies: without }), says, 'it is not here');
  t.match(asked({ ...leaf, bodies: { ...without, content: body({ roster: '', version: 9 }) } }), says, 'it is another');
  t.match(asked(withEntry(leaf, { seq: 999 })), /I4 .*lacks its roster statement/);
  t.match(asked(withEntry(leaf, { actor: 'p-0000000000000000' })), /I4 .*roster statement/);
  const { roster: __, ...unreadable } = leaf.bodies;
  t.match(asked({ ...leaf, bodies: unreadable }), says, 'its roster cannot be read');
});
