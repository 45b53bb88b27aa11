/** Where machine and second checker differ about a record, its verdict says so, names the entry, and believes neither. */
import t from 'tap';
import { assign } from 'xstate';
import type { RunContext, RunEvent } from '../../../core/run/context.ts';
import { type RunMachine, runMachine } from '../../../core/run/machine.ts';
import { reduce } from '../../../core/run/reduce.ts';
import { nothingKnown } from '../../../core/verify/folder.ts';
import { verifyRecord } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { type TestRun, testRun } from '../../helpers/site.ts';

/** The run's machine, but one that forgets each hold as soon as it is raised. */
const forgetful = ({ context }: TestRun): RunMachine => {
  const apply = assign(({ context, event }: { context: RunContext; event: RunEvent }) => ({
    ...reduce(context, event),
    holds: [],
  }));
  return runMachine(context.runbook).provide({ actions: { apply } } as never);
};

/** The run goes on in this machine. */
function movedTo(run: TestRun, machine: RunMachine): TestRun {
  const { value, context } = run.state.snapshot;
  run.state = { ...run.state, machine, snapshot: machine.resolveState({ value, context }) };
  return run;
}

/** What a verifier says of the run that replays it in this machine. */
async function judged(run: TestRun, machine: RunMachine) {
  const known = nothingKnown();
  known.runbooks.set(run.state.facts.runbook, { runbook: run.context.runbook, machine });
  const { verdict, reasons } = await verifyRecord(run.bundle('open'), run.site.trust, verifyRaw, known);
  return { verdict, reasons: reasons.map(({ code, sentence, seq, invariant }) => [code, sentence, seq, invariant]) };
}

const BREAKS = 'The record breaks a rule of the run:';

/** Held, and armed all the same. */
function armedWhileHeld(): { readonly run: TestRun; readonly machine: RunMachine; readonly seq: number } {
  const run = testRun().seat();
  const machine = forgetful(run);
  movedTo(run, machine).submit({ type: 'hold', person: run.site.people.dba.id, text: null });
  const [armed] = run.arm('backup');
  return { run, machine, seq: armed?.entry.seq ?? -1 };
}

t.test('the checker finds what the machine does not', async (t) => {
  const { run, machine, seq } = armedWhileHeld();
  const differ = `${BREAKS} the two checkers disagree: the second checker finds what the machine does not.`;
  t.strictSame(await judged(run, machine), {
    verdict: 'INVALID',
    reasons: [
      ['XCK_POLICY', `${BREAKS} a hold is open.`, seq, 'I9'],
      ['XCK_POLICY', differ, seq, null],
    ],
  });
});

t.test('the machine refuses what the checker allows', async (t) => {
  const run = testRun().seat();
  const [armed] = run.arm('backup');
  const refused = `${BREAKS} step.armed cannot follow: step.armed cannot follow now: the run is in another phase.`;
  const differ = `${BREAKS} the two checkers disagree: the machine refuses what the second checker allows.`;
  t.strictSame(await judged(run, runMachine(run.context.runbook, [])), {
    verdict: 'INVALID',
    reasons: [
      ['XCK_POLICY', refused, armed?.entry.seq, 'I16'],
      ['XCK_POLICY', differ, null, null],
    ],
  });
});

t.test('where both find it, the machine alone is heard', async (t) => {
  const { run, seq } = armedWhileHeld();
  const { verdict, reasons } = await judged(run, runMachine(run.context.runbook));
  t.equal(verdict, 'INVALID');
  t.match(reasons, [['XCK_POLICY', /step\.armed cannot follow: /, seq, 'I9']]);
  t.equal(reasons.length, 1);
});

t.test('where both find nothing, the run is open', async (t) => {
  const run = testRun().seat();
  run.arm('backup');
  t.strictSame(await judged(run, runMachine(run.context.runbook)), { verdict: 'OPEN', reasons: [] });
});
