/** What a reviewer reads is what would run, whatever kind of step it is, and never a value that is blind. */
import t from 'tap';
import type { Step } from '../../../core/runbook/runbook.ts';
import { stepOf } from '../../../core/runbook/steps.ts';
import { armedRendering, doLines, eyesSentence, stepText } from '../../../server/cli/step-text.ts';
import { BY_HAND, WAVES } from '../../helpers/runs.ts';
import { type TestRun, testRun, VALUES } from '../../helpers/site.ts';

const stepIn = (run: TestRun, id: string): Step => stepOf(run.context.runbook, id) as Step;

function armed(run: TestRun, id: string): string {
  run.arm(id);
  const rendered = armedRendering(run.state, id);
  if (!rendered) throw new Error('nothing is armed');
  return stepText(stepIn(run, id), rendered, VALUES, 'a-0000000000000001').join('\n');
}

t.test('the armed step shows all that it does, and no blind value', async (t) => {
  const text = armed(testRun().seat().backup(), 'drop-column');
  t.match(text, /alter table customers drop column email/);
  t.match(text, /cannot be undone/);
  t.match(text, /stopped after 10m/);
  t.match(text, /calm: Nobody writes: 0, expected int\(value\) == 0/, 'a probe that nobody is asked for');
  t.notOk(text.includes(VALUES['rows'] as string), 'the count is asked of the verifier');
  t.notOk(text.includes(VALUES['host'] as string), 'the host is asked of the reviewer');
});

t.test('a wave shows every item with its own command', async (t) => {
  const run = testRun({ yaml: WAVES }).seat();
  t.match(armed(run, 'shards'), /a wave of 1 of 4 items, 2 at a time:\n {2}item-1 \(a\)\n {2}echo a/);
});

t.test('a step by hand shows what is to be done and who attests', async (t) => {
  const run = testRun({ yaml: BY_HAND }).seat();
  t.match(armed(run, 'call'), /BY HAND; the reviewer attests to it with evidence:\n {2}\| Call the on-call/);
});

t.test('a script is shown line by line as SHELL, a soak with its rhythm, a way back with its command', async (t) => {
  t.strictSame(doLines({ kind: 'shell', script: 'set -e\nrm -rf "$DIR"\n' }), [
    '  SHELL, as sh -eu runs it:',
    '  | set -e',
    '  | rm -rf "$DIR"',
  ]);
  t.match(doLines({ kind: 'wait', for: 600_000, every: 10_000 })[0], /waits 10m and looks every 10s/);
  const run = testRun().seat().backup();
  run.arm('drop-column');
  const rendered = armedRendering(run.state, 'drop-column');
  if (!rendered) throw new Error('nothing is armed');
  const undo = { do: { kind: 'run', argv: ['restore'] }, from: 'backup', reason: null, takes: 60_000 } as const;
  const action = {
    ...rendered.action,
    undo,
    secrets: ['PGPASSWORD'],
    retries: { count: 2, delay: 1000 },
    cwd: 'use/x',
  };
  const text = stepText(stepIn(run, 'drop-column'), { ...rendered, action }, VALUES, null).join('\n');
  t.match(text, /way back \(takes 1m\), from the backup of backup\n {2}restore/);
  t.match(text, /with the secrets PGPASSWORD/);
  t.match(text, /tried again up to 2 times, 1s apart/);
  t.match(text, /in the folder use\/x/);
});

t.test('an inserted step says so', async (t) => {
  const run = testRun().seat();
  run.arm('backup');
  const rendered = armedRendering(run.state, 'backup');
  const step = { ...stepIn(run, 'backup'), deviation: true };
  t.match(rendered && stepText(step, rendered, {}, null)[0], /INSERTED during this run/);
});

t.test('which pair of eyes, for which mode', async (t) => {
  const step = stepIn(testRun(), 'drop-column');
  const live = { mode: 'live', solo: false } as const;
  t.match(eyesSentence(live, step, 0), /second of three pairs of eyes for LIVE: Drop the column/);
  t.match(eyesSentence(live, step, 1), /third of three/);
  t.match(
    eyesSentence({ mode: 'rehearsal', solo: true }, { ...step, eyes: 4 }, 0),
    /second of two.*for REHEARSAL SOLO/,
  );
});
