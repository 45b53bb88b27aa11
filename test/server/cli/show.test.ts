/** What a reviewer reads is what would run, and never a value that is blind. */
import { spawnSync } from 'node:child_process';
import t from 'tap';
import type { Step } from '../../../core/runbook/runbook.ts';
import {
  argvText,
  armedRendering,
  entryLine,
  eyesSentence,
  lasting,
  stepText,
  waitingFor,
} from '../../../server/cli/show.ts';
import { type TestRun, testRun, VALUES } from '../../helpers/site.ts';

const stepOf = (run: TestRun, id: string): Step => run.context.runbook.steps.find((step) => step.id === id) as Step;

t.test('argv reads as a shell would take it', async (t) => {
  for (const argv of [
    ['plain', '--a=b', '/c.d'],
    ['two words', "it's", '$HOME', '', '*'],
    ['żółć', '“q”', 'a;b&c|d'],
  ]) {
    const shell = spawnSync('sh', ['-c', `printf '<%s>' ${argvText(argv)}`], { encoding: 'utf8' });
    t.equal(shell.stdout, argv.map((one) => `<${one}>`).join(''));
  }
  t.equal(argvText(['a\u001b[2J', 'b\nc']), "'a\\x1b[2J' 'b\\x0ac'", 'nothing acts on the terminal');
});

t.test('the armed step shows all that it does, and no blind value', async (t) => {
  const run = testRun().seat().backup();
  run.arm('drop-column');
  const rendered = armedRendering(run.state);
  if (!rendered) throw new Error('nothing is armed');
  const text = stepText(stepOf(run, 'drop-column'), rendered, VALUES, 'a-0000000000000001').join('\n');
  t.match(text, /alter table customers drop column email/);
  t.match(text, /cannot be undone/);
  t.match(text, /stopped after 10m/);
  t.match(text, /calm: Nobody writes: 0, expected int\(value\) == 0/, 'a probe that nobody is asked for');
  t.notOk(text.includes(VALUES['rows'] as string), 'the count is asked of the verifier');
  t.notOk(text.includes(VALUES['host'] as string), 'the host is asked of the reviewer');
});

t.test('which pair of eyes', async (t) => {
  const step = stepOf(testRun(), 'drop-column');
  t.match(eyesSentence(step, 0), /second of three pairs of eyes for LIVE: Drop the column/);
  t.match(eyesSentence(step, 1), /third of three/);
  t.match(eyesSentence({ ...step, eyes: 4 }, 0), /second of two/);
});

t.test('the run says what it waits for', async (t) => {
  const run = testRun().seat();
  t.match(waitingFor(run.state), /arms step backup/);
  run.backup();
  t.match(waitingFor(run.state), /arms step drop-column/);
  run.arm('drop-column');
  t.match(waitingFor(run.state), /2 missing.*step check/);
  run.confirm('dba', 'reviewer', 'dba');
  t.match(waitingFor(run.state), /1 missing, from verifier/);
  const done = testRun().complete();
  t.match(waitingFor(done.state), /closed: done/);
  t.ok(
    done.entries.every((entry) => !/undefined|\[object/.test(entryLine(entry, {}))),
    'every entry has its line',
  );
});

t.test('durations', async (t) => {
  t.strictSame([0, 1000, 60_000, 3_661_000].map(lasting), ['0s', '1s', '1m', '1h 1m 1s']);
});
