/** A timer and a person at once: whichever entry is first decides, and neither undoes what the other has done. */
import t from 'tap';
import { refused } from '../../helpers/refused.ts';
import type { TestRun } from '../../helpers/run.ts';
import { testRun } from '../../helpers/site.ts';

const STEP = 'drop-column';

/** The server's timer for the arming that is open. */
const expiry = (run: TestRun) => ({
  type: 'void' as const,
  by: 'server' as const,
  nonce: run.context.armings[STEP]?.nonce ?? '',
  reason: 'expired' as const,
  probes: {},
});

t.test('a timer that fires after the last answer, the key and the start voids nothing', async (t) => {
  const run = testRun().seat().backup().crossChecked();
  const late = expiry(run);
  run.start();
  t.same(run.submit(late), [], 'it writes nothing: what has started runs on');
  t.equal(run.context.armings[STEP]?.stopped, false);
  run.outcome();
  t.equal(run.context.outcomes[STEP], 'finished');
});

t.test('a timer that fires after an answer and before the start voids it, whoever has answered', async (t) => {
  const run = testRun().seat().backup();
  run.arm(STEP);
  run.confirm('dba', 'reviewer', 'dba');
  const answer = run.confirmCommand('sre', 'verifier', 'sre');
  run.submit(expiry(run));
  refused(t, run, answer, 'XCK_OTHER_ARMING', 'an answer that was on its way is none any more');
  t.equal(run.context.outcomes[STEP], undefined);
  run.arm(STEP);
  refused(t, run, answer, 'XCK_STATEMENT', 'nor for the next arming');
});
