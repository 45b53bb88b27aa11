/** Both ways out of a hold side by side, deviations as diffs, and whoever signs after another signs the very same. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { stepTimes } from '../../../core/release/figures.ts';
import { ways } from '../../../core/release/ways.ts';
import { collectedOf } from '../../../server/cli/acts.ts';
import { deviationIn, deviationLines } from '../../../server/cli/deviations.ts';
import { EXIT } from '../../../server/cli/exits.ts';
import { holdLines, picked, summaryOf } from '../../../server/cli/holds.ts';
import { waysLines } from '../../../server/cli/ways-text.ts';
import { THREE } from '../../helpers/runs.ts';
import { type TestRun, testRun } from '../../helpers/site.ts';
import { given } from './given.ts';
import { openedOf } from './opened.ts';
import { stopping } from './stopping.ts';

function failed(): TestRun {
  const run = testRun({ yaml: THREE }).seat();
  run.arm('first');
  run.start();
  run.outcome();
  run.arm('second');
  run.confirm('dba', 'reviewer', 'dba', {});
  run.key();
  run.start();
  run.outcome('failed');
  return run;
}

t.test('the same rows for both ways', async (t) => {
  const run = failed();
  const [hold] = run.context.holds;
  if (!hold) throw new Error('no hold');
  const now = run.site.now;
  const text = waysLines(ways(run.context, hold, now, { times: stepTimes(run.entries), rehearsed: null }), now).join(
    '\n',
  );
  t.match(text, /POSSIBLE\n {2}back {5}yes\n {2}forward {2}yes/);
  t.match(
    text,
    /DOES\n {2}back {5}undoes by second-undo: Undo: Second\n {2}forward {2}passes second: Second\n {11}inserts .*\n {11}runs third: Third/,
  );
  t.match(text, /TAKES\n {2}back {5}not known/);
  t.match(text, /MUST STAY\n {2}back {5}lead, reviewer/);
  run.sign('lead', 'decide', hold.ref, { deviation: null, dissent: null, test: null, way: 'back' });
  const collected = collectedOf(run.state, 'decide');
  t.strictSame(collected?.content, { deviation: null, dissent: null, test: null, way: 'back' });
  t.strictSame(
    collected?.signers.map(({ seat }) => seat),
    ['lead'],
  );
  t.equal(collectedOf(run.state, 'lift'), undefined, 'another act is not this one');
});

t.test('a deviation is read from its file and shown as a diff', async (t) => {
  const run = testRun().seat();
  const { folded, ground } = await openedOf(run);
  const file = (text: string) => {
    const path = join(t.testdir(), 'change.yaml');
    writeFileSync(path, text);
    return path;
  };
  const steps = 'steps: [{id: index, title: Add the index, run: [echo, "${{ inputs.table }}"], timeout: 1m}]';
  const read = (text: string) => deviationIn(file(text), run.context, undefined);
  const change = read(`reason: It was missed\ninputs: {table: orders}\n${steps}\n`);
  t.match(change, { before: 'backup', reason: 'It was missed', inputs: { table: 'orders' } });
  const text = deviationLines(folded, ground, run.context, change).join('\n');
  t.match(text, /Because: It was missed\n {2}- input table = customers\n {2}\+ input table = orders/);
  t.match(text, /Inserted before backup.*\n {2}\+ index: Add the index \(4 eyes: lead, reviewer\)/);
  t.match(text, /\+ {3}INSERTED during this run[\s\S]*\+ {5}echo orders/, 'rendered with the changed input');
  const wrong: Record<string, RegExp> = {
    [`${steps}\n`]: /why/,
    'reason: x\nstep: []\n': /unknown key step/,
    'reason: x\nsteps: [{id: a, title: T, wait: {for: 1m}}]\n': /is no deviation/,
    'reason: x\nsteps: [{id: a, title: T, run: [x], critical: false}]\n': /is no deviation/,
    'reason: x\ninputs: {nothing: 1}\n': /is no deviation/,
    'reason: [': /change\.yaml:1:/,
  };
  for (const [yaml, message] of Object.entries(wrong)) t.throws(() => read(yaml), { message }, yaml);
  t.throws(() => deviationIn('nowhere.yaml', run.context, undefined), stopping(EXIT.usage));
});

t.test('a hold is shown whole, late updates and conditions too', async (t) => {
  const run = testRun().seat();
  const body = (value: unknown) => run.site.salted(utf8(jcs(value)));
  run.submit({ type: 'hold', person: run.site.people.sre.id, text: body('The replica lags') });
  const [hold] = run.context.holds;
  const names = { [run.site.people.sre.id]: 'Aiko' };
  const now = run.site.now;
  t.match(
    hold && holdLines(hold, summaryOf(run.entries, hold, now), names, now).join('\n'),
    /by Aiko: a person called it\n.*The replica lags/,
  );
  const document = {
    ...{
      bluf: 'An hour behind',
      impact: null,
      cause: null,
      alternatives: [],
      remediation: null,
      eta: null,
      new_date: null,
    },
    ...{
      told: null,
      next_update: now + 1000,
      escalation: null,
      conditions: { caught: 'It has caught up' },
      text: null,
    },
  };
  const conditions = { caught: 'verifier' };
  const update = { type: 'update', person: run.site.people.sre.id, hold: hold?.ref ?? '' } as const;
  run.submit({ ...update, nextUpdate: now + 1000, conditions, answer: body(document) });
  run.submit({ ...update, stance: 'dissent', answer: body(document) });
  const [after] = run.context.holds;
  if (!after) throw new Error('no hold');
  const text = holdLines(after, summaryOf(run.entries, after, now + 61_000), names, now + 61_000).join('\n');
  t.match(text, /Bottom line: An hour behind/);
  t.match(text, /NOT MET caught \(verifier\): It has caught up/);
  t.match(text, /OVERDUE: an update was promised for .*, 1m ago/);
  t.match(text, /Aiko, who raised it, DISSENTS/);
  t.equal(picked(run.context.holds, given('run', 'lift', 'R'), 'this run'), after);
  t.equal(
    picked(run.context.holds, given('run', 'lift', 'R', '--hold', after.ref.split(' ')[0] ?? ''), 'this run'),
    after,
  );
  t.throws(() => picked(run.context.holds, given('run', 'lift', 'R', '--hold', '0'), 'this run'), stopping(EXIT.usage));
  t.throws(() => picked([], given('run', 'lift', 'R'), 'this run'), { code: 'XCK_NOT_NOW' });
});
