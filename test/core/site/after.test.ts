/** What comes after a close: clocks that pass, copies that are deleted, the postmortem and its countermeasures. */
import t from 'tap';
import { afterClose, closeOf, keptCopies, mayComeAfter } from '../../../core/site/after.ts';
import { Outside } from '../../helpers/outside.ts';
import { KEEPING, TestSite, testRun } from '../../helpers/site.ts';

const closed = () => {
  const site = new TestSite();
  const out = new Outside(site);
  const run = out.open(site.approved(KEEPING)).complete();
  const person = site.people.lead.id;
  return { out, site, run, person };
};
const code = (done: { ok: boolean; refusal?: { code: string } }) => (done.ok ? 'none' : done.refusal?.code);

t.test('a clock passes once, when its time has come', async (t) => {
  const { out, site, run } = closed();
  t.equal(code(out.after(run, { type: 'clock', clock: 'raw' })), 'XCK_NOT_NOW', 'it still runs');
  t.equal(code(out.after(run, { type: 'clock', clock: 'other' })), 'XCK_NOT_NOW', 'nobody knows it');
  site.now += 3_600_000;
  t.equal(code(out.after(run, { type: 'clock', clock: 'raw' })), 'none');
  t.equal(code(out.after(run, { type: 'clock', clock: 'raw' })), 'XCK_NOT_NOW', 'it has passed');
});

t.test('a copy is deleted once, and only one that was kept', async (t) => {
  const { out, run, person } = closed();
  t.same(keptCopies(run.state), ['backup']);
  const deleted = (step: string) =>
    out.after(run, { type: 'backup_deleted', person, step, answer: out.text('rm said nothing') });
  t.equal(code(deleted('drop-column')), 'XCK_UNKNOWN');
  t.equal(code(deleted('backup')), 'none');
  t.equal(code(deleted('backup')), 'XCK_UNKNOWN');
});

t.test('countermeasures open and close once each; a postmortem may be written again', async (t) => {
  const { out, site, run, person } = closed();
  const opened = (id: string) =>
    out.after(run, { type: 'countermeasure', person, id, due: site.now, answer: out.text({ what: 'Alert' }) });
  const done = (id: string) =>
    out.after(run, { type: 'countermeasure_closed', person, id, answer: out.text('https://x/1') });
  t.equal(code(opened('alert')), 'none');
  t.equal(code(opened('alert')), 'XCK_EXISTS');
  t.equal(code(done('other')), 'XCK_UNKNOWN');
  t.equal(code(done('alert')), 'none');
  t.equal(code(done('alert')), 'XCK_UNKNOWN');
  for (const text of ['first', 'better'])
    t.equal(code(out.after(run, { type: 'postmortem', person, answer: out.text({ summary: text }) })), 'none');
  const chain = site.store
    .entriesAfter(run.state.facts.run)
    .map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)));
  t.equal(chain[0].aprev, undefined);
  t.ok(
    chain.slice(1).every(({ aprev }) => /^sha256:/.test(aprev)),
    'each names the one before',
  );
});

t.test('a copy that nobody said to keep is nobody’s duty', async (t) => {
  t.same(keptCopies(testRun().seat().backup().state), []);
});

t.test('what comes after a close is about this close', async (t) => {
  const { run } = closed();
  const close = closeOf(run.state);
  const written = (about: string) =>
    mayComeAfter(afterClose(close, []), { type: 'postmortem.written', about } as never, { has: () => false });
  t.equal(code(written(close.ref)), 'none');
  t.equal(code(written(`9 sha256:${'0'.repeat(64)}`)), 'XCK_NOT_NOW');
});
