/** Holds on plans and runbooks: anybody calls them, conditions belong to seats, and the people of the roster lift them. */
import t from 'tap';
import { type HoldsEntry, holdOn, holdsAgainst, mayFollow } from '../../../core/site/holds.ts';
import { Outside, PLAN } from '../../helpers/outside.ts';
import { type Name, RUNBOOK, TestSite } from '../../helpers/site.ts';

/** Six eyes: a lead, a dba and a sre. */
const begun = () => {
  const site = new TestSite();
  const approved = site.approved(RUNBOOK);
  return { out: new Outside(site), site, approved };
};
const code = (done: { ok: boolean; refusal?: { code: string } }) => (done.ok ? 'none' : done.refusal?.code);

t.test('anybody holds a runbook, and it stands until everybody who is needed has signed', async (t) => {
  const { out, approved } = begun();
  const hold = out.hold('keeper', { runbook: approved.digest });
  t.equal(holdsAgainst(out.state.holds, approved.digest, PLAN).length, 1);
  out.lift(hold, 'lead', 'sre');
  t.match(
    holdOn(out.state.holds, hold)?.collection?.signers.map(({ seat, role }) => [seat, role]),
    [
      ['lead', 'release-lead'],
      ['verifier', 'sre'],
    ],
    'each signs for a seat by a role',
  );
  t.equal(code(out.decide(out.liftCommand('lead', hold))), 'XCK_TWICE', 'nobody counts twice');
  const entries = out.submit(out.liftCommand('dba', hold));
  t.same(
    entries.map(({ entry }) => entry.type),
    ['act.signed', 'hold.lifted'],
    'the lift comes with the last signature',
  );
  const [, second, third] = entries as unknown as { entry: HoldsEntry & { signed?: string[] } }[];
  t.equal((second ?? third)?.entry.signed?.length, 3);
  t.same(out.state.holds.open, []);
  t.equal(code(out.decide(out.liftCommand('dba', hold))), 'XCK_STALE', 'it is lifted once');
});

t.test('who does not count does not sign', async (t) => {
  const { out, approved } = begun();
  const hold = out.hold('sre', { runbook: approved.digest });
  t.equal(code(out.decide(out.liftCommand('author', hold))), 'XCK_AUTHOR', 'an author of the folder');
  const foreign = { ...out.liftCommand('dba', hold), person: out.site.people.sre.id };
  t.equal(code(out.decide(foreign)), 'XCK_STATEMENT', 'a statement of somebody else');
});

t.test('an author may be the lead who lifts, and two others are still needed', async (t) => {
  const site = new TestSite();
  const approved = site.approved(RUNBOOK, { author: 'lead', authors: ['lead'], registrant: 'lead' });
  const out = new Outside(site);
  const hold = out.hold('sre', { runbook: approved.digest });
  out.lift(hold, 'lead', 'dba', 'sre');
  t.same(out.state.holds.open, []);
});

t.test('without the lead nothing is lifted, however many sign', async (t) => {
  const { out, approved } = begun();
  const hold = out.hold('keeper', { runbook: approved.digest });
  // The dba holds the lead's role too, but signs for the seat that is asked.
  out.lift(hold, 'sre', 'dba');
  t.equal(out.state.holds.open.length, 1);
  out.lift(hold, 'lead');
  t.equal(out.state.holds.open.length, 0);
});

t.test('signatures of different risks are no one lift, and an update voids them', async (t) => {
  const { out, approved, site } = begun();
  const hold = out.hold('keeper', { runbook: approved.digest });
  out.lift(hold, 'lead', 'dba');
  out.submit(out.liftCommand('sre', hold, 'The replica may lag'));
  t.equal(holdOn(out.state.holds, hold)?.collection?.signers.length, 1, 'the collection begins anew');
  const person = site.people.keeper.id;
  out.submit({ type: 'update', person, hold, nextUpdate: site.now + 60_000, answer: out.text({ bluf: 'Later' }) });
  t.equal(holdOn(out.state.holds, hold)?.collection, null);
  t.equal(holdOn(out.state.holds, hold)?.said.length, 2);
});

t.test(
  'conditions are set by the raiser or a lead, met by holders of their seats’ roles, and all of them before the lift',
  async (t) => {
    const { out, approved, site } = begun();
    const hold = out.hold('keeper', { runbook: approved.digest });
    const update = (name: Name, more: object) =>
      ({ type: 'update', person: site.people[name].id, hold, answer: out.text({}), ...more }) as never;
    t.equal(code(out.decide(update('sre', { conditions: { lag: 'verifier' } }))), 'XCK_NOT_NOW', 'by anybody else not');
    t.equal(code(out.decide(update('keeper', { conditions: { lag: 'nobody' } }))), 'XCK_UNKNOWN', 'nor for no seat');
    t.equal(
      code(out.decide(update('keeper', { conditions: { lag: 'constructor' } }))),
      'XCK_UNKNOWN',
      'whatever its name',
    );
    out.submit(update('lead', { conditions: { lag: 'verifier', copy: 'reviewer' } }));
    t.equal(code(out.decide(update('dba', { met: ['lag'] }))), 'XCK_CONDITION', 'the seat that owns it says so');
    out.submit(update('sre', { met: ['lag'] }));
    t.equal(code(out.decide(out.liftCommand('lead', hold))), 'XCK_CONDITIONS', 'one is not met');
    out.submit(update('dba', { met: ['copy'] }));
    t.equal(code(out.decide(update('sre', { stance: 'dissent' }))), 'XCK_NOT_NOW', 'only the raiser is asked');
    out.submit(update('keeper', { stance: 'dissent' }));
    t.equal(holdOn(out.state.holds, hold)?.stance, 'dissent');
    out.lift(hold, 'lead', 'dba', 'sre');
    t.same(out.state.holds.open, [], 'dissent is no veto');
  },
);

t.test('a hold on a plan is one on the run that it becomes', async (t) => {
  const { out, approved } = begun();
  t.equal(
    code(out.decide({ type: 'hold_on', person: out.site.people.sre.id, on: { plan: PLAN }, text: out.text('No') })),
    'XCK_UNKNOWN',
  );
  out.submit(out.planCommand('sre', approved.digest));
  const hold = out.hold('dba', { plan: PLAN });
  t.equal(code(out.decide(out.openCommand(approved))), 'XCK_HOLD_ON');
  out.open(approved, { run: '01JD3V7Q0Z8EA1B2C3D4E5F6G8' });
  out.lift(hold, 'lead', 'dba', 'sre');
  out.open(approved);
  const late = { type: 'hold_on', person: out.site.people.sre.id, on: { plan: PLAN }, text: out.text('No') } as const;
  t.equal(code(out.decide(late)), 'XCK_NOT_NOW', 'the run is held now, not its plan');
});

t.test('who speaks for a seat holds a role of that seat, and may sign something else later', async (t) => {
  const { out, site, approved } = begun();
  const ref = out.hold('keeper', { runbook: approved.digest });
  const held = { runbook: approved.runbook, authors: [], roles: { [site.people.dba.id]: ['dba', 'release-lead'] } };
  const sign = (seat: string, role: string, content = 'sha256:1') =>
    mayFollow(
      out.state.holds,
      {
        type: 'act.signed',
        act: 'lift',
        about: ref,
        actor: site.people.dba.id,
        seat,
        role,
        bodies: { content },
      } as never,
      held,
    );
  t.equal(code(sign('reviewer', 'dba')), 'none');
  t.equal(code(sign('verifier', 'dba')), 'XCK_ROLE', 'the role is of another seat');
  t.equal(code(sign('verifier', 'sre')), 'XCK_ROLE', 'the person has no such role');
  out.submit(out.liftCommand('dba', ref));
  const content = holdOn(out.state.holds, ref)?.collection?.content;
  t.equal(code(sign('reviewer', 'dba', content)), 'XCK_TWICE');
  t.equal(code(sign('reviewer', 'dba', 'sha256:2')), 'none', 'another risk begins anew');
});

t.test('a condition that passes to another seat is unmet again', async (t) => {
  const { out, site, approved } = begun();
  const ref = out.hold('keeper', { runbook: approved.digest });
  const update = (fields: object, actor = site.people.keeper.id) =>
    out.put({
      type: 'hold.updated',
      actor,
      fields: { hold: ref, ...fields },
      bodies: { answer: out.text({}) },
    } as never);
  const met = () => holdOn(out.state.holds, ref)?.met;
  update({ conditions: { lag: 'reviewer', mail: 'reviewer' } });
  update({ met: ['lag', 'mail'] }, site.people.dba.id);
  t.same(met(), ['lag', 'mail']);
  update({ conditions: { lag: 'verifier', mail: 'reviewer' } });
  t.same(met(), ['mail']);
});
