/** Losing and handing over the lead, presence, and that nobody who led or armed ever counts. */
import t from 'tap';
import { refused } from '../../helpers/refused.ts';
import type { TestRun } from '../../helpers/run.ts';
import { THREE } from '../../helpers/runs.ts';
import { type Name, testRun } from '../../helpers/site.ts';

const content = (run: TestRun, to: Name, from: Name = 'lead') => ({
  from: run.site.people[from].id,
  person: run.site.people[to].id,
  role: 'release-lead',
});

t.test('a lead who goes is a hold; a holder of the role takes over with one present seat', async (t) => {
  const run = testRun({ yaml: THREE }).seat();
  run.arm('first');
  run.submit({ type: 'lost', seat: 'lead' });
  t.same(
    run.context.holds.map(({ cause }) => cause),
    ['presence'],
  );
  t.same(run.context.armings, {}, 'the arming is void');
  const about = () => run.context.last;
  refused(t, run, run.signCommand('sre', 'lead', about(), { ...content(run, 'sre'), role: 'sre' }), 'XCK_ROLE');
  run.sign('keeper', 'lead', about(), content(run, 'keeper'));
  t.equal(run.context.seats['lead']?.person, run.site.people.lead.id, 'one signature takes nothing');
  run.sign('dba', 'lead', about(), content(run, 'keeper'));
  t.same(run.context.seats['lead'], { person: run.site.people.keeper.id, role: 'release-lead' });
  t.equal(run.context.holds.length, 1, 'it lifts nothing');
  t.same(run.context.away, []);
  t.ok(run.context.never.includes(run.site.people.lead.id) && run.context.never.includes(run.site.people.keeper.id));
});

t.test('whoever has confirmed cannot take the lead', async (t) => {
  const run = testRun({ yaml: THREE }).seat();
  run.arm('first');
  run.start();
  run.outcome();
  run.arm('second');
  run.confirm('dba', 'reviewer', 'dba', {});
  run.submit({ type: 'lost', seat: 'lead' });
  refused(t, run, run.signCommand('dba', 'lead', run.context.last, content(run, 'dba')), 'XCK_CONFIRMED');
});

t.test('handing over is the same act, and voids what is armed', async (t) => {
  const run = testRun({ yaml: THREE }).seat();
  run.arm('first');
  run.sign('lead', 'lead', run.context.last, content(run, 'keeper'));
  const entries = run.sign('keeper', 'lead', run.context.last, content(run, 'keeper'));
  t.same(
    entries.map(({ entry }) => entry.type),
    ['act.signed', 'lead.taken', 'step.voided'],
  );
  t.equal(run.context.seats['lead']?.person, run.site.people.keeper.id);
  run.submit({ type: 'join', person: run.site.people.lead.id, seat: 'deputy', role: 'release-lead' });
  run.arm('first');
  run.start();
  run.outcome();
  run.arm('second');
  refused(t, run, run.confirmCommand('lead', 'deputy', 'release-lead', {}), 'XCK_SELF');
});

t.test('with the lead gone, two seats close the run as aborted', async (t) => {
  const run = testRun({ yaml: THREE }).seat();
  run.submit({ type: 'lost', seat: 'lead' });
  run.close('aborted', 'dba');
  t.equal(run.context.closed, null, 'one seat is not enough');
  run.close('aborted', 'sre');
  t.equal(run.context.closed, 'aborted');
});

t.test('whoever confirmed and goes takes the arming with them, even if they come back', async (t) => {
  const run = testRun({ yaml: THREE }).seat();
  run.arm('first');
  run.start();
  run.outcome();
  run.arm('second');
  run.confirm('dba', 'reviewer', 'dba', {});
  const entries = run.submit({ type: 'lost', seat: 'reviewer' });
  t.same(
    entries.map(({ entry }) => entry.type),
    ['presence.lost', 'hold.raised', 'step.voided'],
  );
  run.submit({ type: 'back', seat: 'reviewer' });
  t.equal(run.context.armings['second'], undefined);
});
