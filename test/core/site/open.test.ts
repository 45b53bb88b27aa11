/** Opening a run in either mode: plans, rehearsals, follow-ups, locks, the window and the preflight, each with its refusal. */
import t from 'tap';
import { refOf } from '../../../core/log/entry.ts';
import { afterClose, closeOf } from '../../../core/site/after.ts';
import { followsOf } from '../../../core/site/open.ts';
import { Outside, PLAN } from '../../helpers/outside.ts';
import { RUNBOOK, TestSite } from '../../helpers/site.ts';

const OTHER = '01JD3V7Q0Z8EA1B2C3D4E5F6G8';
const THIRD = '01JD3V7Q0Z8EA1B2C3D4E5F6G9';

const headed = (more: string) => RUNBOOK.replace('presence:', `${more}\npresence:`);
const REHEARSED = headed('rehearsal: {required: true, max_age: 1h, targets: {local: {agent: local}}}');
const CLOCKED = headed('clocks: {raw: {lasts: 1h, starts: drop-column, means: The rows are still there}}');
const LOCKED = headed("locks: ['db:${{ inputs.table }}']");
const WINDOWED = headed("window: {days: [mon, tue, wed, thu], from: '09:00', to: '16:00', timezone: Europe/Warsaw}");

const begun = (yaml = RUNBOOK) => {
  const site = new TestSite();
  const approved = site.approved(yaml);
  return { out: new Outside(site), site, approved };
};
const code = (done: { ok: boolean; refusal?: { code: string } }) => (done.ok ? 'none' : done.refusal?.code);

t.test('a rehearsal is opened, signed and replayed as one', async (t) => {
  const { out, approved } = begun();
  const run = out.open(approved, { mode: 'rehearsal' });
  t.equal(run.state.facts.mode, 'rehearsal');
  const command = out.openCommand(approved, { run: OTHER, mode: 'rehearsal' });
  const bytes = new TextDecoder().decode(command.statement.bytes).replace('mode rehearsal', 'mode live');
  const forged = { ...command, statement: { ...command.statement, bytes: new TextEncoder().encode(bytes) } };
  t.equal(code(out.decide(forged)), 'none', 'its mode is the line that was signed; the signature is checked before');
});

t.test('a run is of an approved folder, by a holder of the lead’s roles, with an id of its own', async (t) => {
  const { out, approved } = begun();
  t.equal(code(out.decide(out.openCommand({ ...approved, ref: `3 ${approved.digest}` }))), 'XCK_UNKNOWN');
  t.equal(code(out.decide(out.openCommand(approved, { lead: 'sre' }))), 'XCK_ROLE');
  t.equal(code(out.decide(out.openCommand(approved, { run: '91JD3V7Q0Z8EA1B2C3D4E5F6G7' }))), 'XCK_STATEMENT');
  out.open(approved);
  t.equal(code(out.decide(out.openCommand(approved))), 'XCK_EXISTS');
});

t.test('a plan becomes one run, of its own runbook and mode, once', async (t) => {
  const { out, approved } = begun();
  t.equal(code(out.decide(out.planCommand('sre', `sha256:${'0'.repeat(64)}`))), 'XCK_UNKNOWN');
  out.submit(out.planCommand('sre', approved.digest));
  t.match(out.state.plans.get(PLAN), { by: out.site.people.sre.id, mode: 'live', runbook: approved.digest });
  t.equal(code(out.decide(out.planCommand('dba', approved.digest))), 'XCK_EXISTS', 'its ULID is taken');
  t.equal(code(out.decide(out.openCommand(approved, { mode: 'rehearsal' }))), 'XCK_STATEMENT', 'it was planned live');
  t.equal(code(out.decide(out.openCommand(approved, { lead: 'sre' }))), 'XCK_ROLE', 'whoever planned it is no lead');
  out.open(approved);
  t.equal(code(out.decide(out.openCommand(approved))), 'XCK_EXISTS', 'and it is a plan no more');
});

t.test('a hold on the runbook refuses the opening, and the next one names the chain’s head', async (t) => {
  const { out, approved } = begun();
  const first = out.open(approved, { run: THIRD });
  t.equal(first.entries[0]?.entry.type === 'run.opened' && first.entries[0].entry.holds, undefined);
  const hold = out.hold('sre', { runbook: approved.digest }, first);
  t.equal(code(out.decide(out.openCommand(approved))), 'XCK_HOLD_ON');
  out.lift(hold, 'lead', 'dba', 'sre');
  const run = out.open(approved);
  const opened = run.entries[0]?.entry;
  t.equal(opened?.type === 'run.opened' && opened.holds, out.state.holds.head);
});

t.test('a live run whose runbook asks for a rehearsal rests on the newest of this very folder', async (t) => {
  const { out, site, approved } = begun(REHEARSED);
  t.equal(code(out.decide(out.openCommand(approved, { run: OTHER }))), 'XCK_REHEARSAL', 'there is none');
  const rehearsal = out.open(approved, { mode: 'rehearsal' }).seat().backup().crossChecked();
  rehearsal.start();
  rehearsal.outcome();
  t.equal(code(out.decide(out.openCommand(approved, { run: OTHER }))), 'XCK_REHEARSAL', 'it is not completed yet');
  rehearsal.close();
  out.closed.push(rehearsal);
  const run = out.open(approved, { run: OTHER });
  const opened = run.entries[0]?.entry;
  t.equal(opened?.type === 'run.opened' && opened.rehearsed, closeOf(rehearsal.state).ref);
  site.now += 3_600_001;
  t.equal(code(out.decide(out.openCommand(approved, { run: THIRD }))), 'XCK_REHEARSAL', 'it is too old');

  const other = site.approved(REHEARSED.replace('Drop the column', 'Drop that column'));
  t.equal(code(out.decide(out.openCommand(other, { run: THIRD }))), 'XCK_REHEARSAL', 'it was of another folder');
});

t.test('an interrupted rehearsal never becomes live', async (t) => {
  const { out, site, approved } = begun(REHEARSED);
  const rehearsal = out.open(approved, { mode: 'rehearsal' }).seat().backup();
  rehearsal.arm('drop-column');
  const live = rehearsal.armCommand('drop-column');
  const lines = new TextDecoder().decode(live.statement.bytes).replace('\nmode rehearsal\n', '\nmode live\n');
  const statement = site.salted(new TextEncoder().encode(lines));
  const signature = site.salted(site.agent.sign('armed', statement.bytes));
  t.throws(
    () => rehearsal.submit({ ...live, statement, signature }),
    /line "mode"/,
    'an arming for live is none of it',
  );
  rehearsal.submit({
    type: 'void',
    by: 'server',
    nonce: rehearsal.context.armings['drop-column']?.nonce ?? '',
    reason: 'agent',
    probes: {},
  });
  rehearsal.close('aborted');
  out.closed.push(rehearsal);
  t.equal(closeOf(rehearsal.state).mode, 'rehearsal');
  t.equal(code(out.decide(out.openCommand(approved, { run: OTHER }))), 'XCK_REHEARSAL', 'aborted is not completed');
  t.equal(code(out.decide(out.openCommand(approved, { mode: 'live' }))), 'XCK_EXISTS', 'its id stays a rehearsal’s');
});

t.test('a follow-up follows a closed live run while a window of it is open', async (t) => {
  const { out, site, approved } = begun(CLOCKED);
  const follows = (close: string, rehearsal: string | null = null) => ({
    close,
    rehearsal,
    test: 'https://ci.example/1',
  });
  const first = out.open(approved).complete();
  out.closed.push(first);
  const { ref } = closeOf(first.state);
  t.equal(
    code(out.decide(out.openCommand(approved, { run: OTHER, follows: follows(`9 ${approved.digest}`) }))),
    'XCK_UNKNOWN',
  );
  t.equal(
    code(out.decide(out.openCommand(approved, { run: OTHER, mode: 'rehearsal', follows: follows(ref) }))),
    'XCK_NOT_NOW',
    'a rehearsal follows nothing',
  );
  t.equal(
    code(out.decide(out.openCommand(approved, { run: OTHER, follows: { ...follows(ref), test: 'trust me' } }))),
    'XCK_STATEMENT',
    'the test is a link',
  );
  t.equal(
    code(out.decide(out.openCommand(approved, { run: OTHER, follows: follows(ref, ref) }))),
    'XCK_REHEARSAL',
    'a live run proves no mend',
  );
  const run = out.open(approved, { run: OTHER, follows: follows(ref) });
  const opened = run.entries[0]?.entry;
  t.equal(opened?.type === 'run.opened' && opened.follows, ref);
  site.now += 3_600_001;
  t.equal(
    code(out.decide(out.openCommand(approved, { run: THIRD, follows: follows(ref) }))),
    'XCK_NOT_NOW',
    'it is over',
  );
});

t.test('what follows says exactly three things', async (t) => {
  const fine = { close: `1 sha256:${'a'.repeat(64)}`, rehearsal: null, test: 'http://x/1' };
  t.same(followsOf(fine), fine);
  t.equal(followsOf(null), null);
  for (const bad of [
    undefined,
    'x',
    [],
    {},
    { ...fine, more: 1 },
    { ...fine, close: 'x' },
    { ...fine, rehearsal: 'x' },
  ])
    t.equal(followsOf(bad), undefined, JSON.stringify(bad));
});

t.test('a lock is held by an open run of the same mode', async (t) => {
  const { out, approved } = begun(LOCKED);
  const asked: string[] = [];
  out.world = {
    holderOf: (lock, mode) => {
      asked.push(`${lock} ${mode}`);
      return mode === 'live' && lock === 'db:customers' ? THIRD : undefined;
    },
  };
  t.match(out.decide(out.openCommand(approved)), { refusal: { code: 'XCK_LOCKED', sentence: /db:customers.*G9/ } });
  t.equal(code(out.decide(out.openCommand(approved, { inputs: { table: 'orders' } }))), 'none');
  t.equal(code(out.decide(out.openCommand(approved, { mode: 'rehearsal' }))), 'none');
  t.same(asked, ['db:customers live', 'db:orders live', 'db:customers rehearsal']);
});

t.test('a live run is opened inside its window only, on the clock of its place', async (t) => {
  const { out, site, approved } = begun(WINDOWED);
  const at = (iso: string) => {
    site.now = Date.parse(iso);
  };
  at('2026-11-23T07:59:00Z');
  t.equal(code(out.decide(out.openCommand(approved))), 'XCK_WINDOW', 'a minute early');
  t.equal(code(out.decide(out.openCommand(approved, { mode: 'rehearsal' }))), 'none', 'a rehearsal has none');
  at('2026-11-23T08:00:00Z');
  t.equal(code(out.decide(out.openCommand(approved))), 'none', 'Monday, nine in Warsaw');
  at('2026-11-27T09:00:00Z');
  t.equal(code(out.decide(out.openCommand(approved))), 'XCK_WINDOW', 'Friday');
});

t.test('the preflight has the last word', async (t) => {
  const { out, approved } = begun();
  out.world = { stops: ({ lead, mode }) => `Nobody can take the reviewer seat beside ${lead} (${mode}).` };
  const done = out.decide(out.openCommand(approved));
  t.match(done, { refusal: { code: 'XCK_PREFLIGHT', sentence: /reviewer seat beside p-.* \(live\)\.$/ } });
});

t.test('what is remembered of a close', async (t) => {
  const { out, approved } = begun(CLOCKED);
  const run = out.open(approved);
  t.throws(() => closeOf(run.state), /not closed/);
  run.complete();
  const close = closeOf(run.state);
  t.match(close, {
    run: PLAN,
    mode: 'live',
    result: 'done',
    runbook: approved.digest,
    clocks: { raw: { passed: false } },
  });
  t.equal(close.ref, refOf(run.entries.at(-1) as never));
  t.match(afterClose(close, []), { kept: [], countermeasures: {}, head: null });
});
