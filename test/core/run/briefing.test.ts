/** The pause before the first step: questions, votes, objections, waivers, and the debrief before the close. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { refused } from '../../helpers/refused.ts';
import type { TestRun } from '../../helpers/run.ts';
import { BRIEFED } from '../../helpers/runs.ts';
import { type Name, testRun } from '../../helpers/site.ts';

const answer = (run: TestRun, name: Name, question: string, result: 'pass' | 'fail' = 'pass') => ({
  type: 'answer' as const,
  person: run.site.people[name].id,
  question,
  result,
  answer: run.site.salted(utf8(jcs({ evidence: null, value: 'x' }))),
});
const poll = (run: TestRun, name: Name, vote: 'go' | 'no-go', gate = 'go_no_go') => ({
  type: 'poll' as const,
  person: run.site.people[name].id,
  gate,
  vote,
  text: vote === 'go' ? null : run.site.salted(utf8(jcs('Not tested'))),
});

t.test('nothing is armed before every question is answered and every seat has said go', async (t) => {
  const run = testRun({ yaml: BRIEFED }).seat();
  refused(t, run, run.armCommand('only'), 'XCK_BRIEFING');
  refused(t, run, answer(run, 'dba', 'plan'), 'XCK_NOT_SEATED', 'only the seat that is asked answers');
  refused(t, run, answer(run, 'lead', 'report'), 'XCK_NOT_NOW', 'the debrief comes last');
  run.submit(answer(run, 'lead', 'plan', 'fail'));
  for (const name of ['lead', 'dba', 'sre'] as const) run.submit(answer(run, name, 'leaves'));
  for (const name of ['lead', 'dba'] as const) run.submit(poll(run, name, 'go'));
  refused(t, run, run.armCommand('only'), 'XCK_BRIEFING', 'a FAIL is no answer');
  run.submit(answer(run, 'lead', 'plan'));
  run.arm('only');
  refused(t, run, answer(run, 'lead', 'plan'), 'XCK_NOT_NOW', 'the briefing is over');
  run.start();
  run.outcome();
  refused(
    t,
    run,
    run.signCommand('lead', 'close', run.context.last, { result: 'done', roster: run.state.facts.roster }),
    'XCK_BRIEFING',
  );
  run.submit(answer(run, 'lead', 'report'));
  run.close();
  t.equal(run.context.closed, 'done');
});

t.test('a question can be waived by the lead and the quorum', async (t) => {
  const run = testRun({ yaml: BRIEFED }).seat();
  const content = { question: 'plan', reason: 'There is none for a purge' };
  run.sign('lead', 'waive', run.context.opened, content);
  t.same(run.context.waived, ['plan'], 'no step is critical, so the quorum of this run is the lead');
  refused(t, run, answer(run, 'lead', 'plan'), 'XCK_NOT_NOW');
});

t.test('one objection is a hold; lifting it overrides it and keeps it on record', async (t) => {
  const run = testRun({ yaml: BRIEFED }).seat();
  run.submit(answer(run, 'lead', 'plan'));
  for (const name of ['lead', 'dba', 'sre'] as const) run.submit(answer(run, name, 'leaves'));
  run.submit(poll(run, 'lead', 'go'));
  const entries = run.submit(poll(run, 'dba', 'no-go'));
  t.same(
    entries.map(({ entry }) => entry.type),
    ['gate.polled', 'hold.raised'],
  );
  refused(t, run, poll(run, 'sre', 'go'), 'XCK_NOT_SEATED', 'only the seats polled vote');
  run.lift('lead');
  t.equal(run.context.votes['go_no_go']?.['reviewer'], 'overridden');
  run.arm('only');
  t.ok(run.context.armings['only']);
});

t.test('a deputy answers for a lead who is away, and for nobody else', async (t) => {
  const run = testRun({ yaml: BRIEFED }).seat();
  run.join('keeper', 'deputy', 'release-lead');
  refused(t, run, answer(run, 'keeper', 'plan'), 'XCK_NOT_SEATED');
  run.submit({ type: 'lost', seat: 'lead' });
  run.submit(answer(run, 'keeper', 'plan'));
  t.same(run.context.answers['plan'], { lead: 'pass' });
});
