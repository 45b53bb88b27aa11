/** Records in which the machine took every entry and a statement says what the run did not call for: each is INVALID by its claim. */
import t from 'tap';
import { statementTime } from '../../../core/approval/statement.ts';
import type { Lines } from '../../../core/log/acts.ts';
import { openArming } from '../../../core/run/context.ts';
import { keyLines, refuseLines } from '../../../core/run/lines.ts';
import { contextOf, factsOf } from '../../../core/run/state.ts';
import { verifyRecord } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { KEEPING, must, type TestRun, testRun, VALUES } from '../../helpers/site.ts';

const confirmed = () => {
  const run = testRun().seat().backup();
  run.arm('drop-column');
  run.confirm('dba', 'reviewer', 'dba');
  run.confirm('sre', 'verifier', 'sre');
  return run;
};

function keyed(change: (run: TestRun) => Partial<Lines<'key'>>): TestRun {
  const run = confirmed();
  const { lead } = run.site.people;
  const lines = must(keyLines(run.state, 'drop-column', run.site.signing(lead)));
  const bodies = { ...run.site.signed(lead, 'key', { ...lines, ...change(run) }) };
  run.put({ ...run.keyDraft(), bodies });
  return run;
}

function refused(reason: string): TestRun {
  const run = confirmed();
  const { sre } = run.site.people;
  const place = { seat: 'verifier', role: 'sre' };
  const lines = must(refuseLines(run.state, 'drop-column', { ...run.site.signing(sre), ...place }, 'No'));
  const bodies = { ...run.site.signed(sre, 'refuse', { ...lines, reason }) };
  run.put({ type: 'step.refused', actor: sre.id, fields: { ...run.about(), ...place }, bodies });
  return run;
}

function started(change: (run: TestRun) => Partial<Lines<'started'>>): TestRun {
  const run = testRun().seat().backup().crossChecked();
  run.put(run.startDraft(VALUES, (lines) => ({ ...lines, ...change(run) })));
  return run;
}

/** A step that needs the window which the drop opened, started when by the agent's clock it is over. */
function startedLate(): TestRun {
  const after = '  - {id: look, title: Look, run: ["true"], while: [raw]}\n';
  const run = testRun({ yaml: `${KEEPING}${after}` })
    .seat()
    .backup()
    .crossChecked();
  run.start();
  run.outcome();
  const ends = contextOf(run.state).clocks['raw']?.ends ?? 0;
  run.site.now = ends - 60_000;
  run.arm('look');
  run.put(run.startDraft({}, (lines) => ({ ...lines, at: statementTime(ends + 2000) })));
  return run;
}

const before = (run: TestRun) => run.site.tree(factsOf(run.state, 'drop-column')?.seq ?? 0);
const cases: Record<string, { readonly make: () => TestRun; readonly invariant: string; readonly says: RegExp }> = {
  'a key names another roster': {
    make: () => keyed(() => ({ roster: `2 sha256:${'0'.repeat(64)}` })),
    invariant: 'I4',
    says: /line "roster"/,
  },
  'a key rests on a tree before the arming': {
    make: () => keyed((run) => ({ tree: before(run) })),
    invariant: 'I19',
    says: /ends before what it is about/,
  },
  'a refusal without a reason': { make: () => refused('"  "'), invariant: 'I4', says: /line "reason"/ },
  'a refusal whose reason is a number': { make: () => refused('7'), invariant: 'I4', says: /line "reason"/ },
  'a start rests on a tree before the key': {
    make: () => started((run) => ({ tree: before(run) })),
    invariant: 'I19',
    says: /ends before what it is about/,
  },
  'a start after its undo window': { make: startedLate, invariant: 'I16', says: /the undo window raw had ended/ },
};

for (const [name, { make, invariant, says }] of Object.entries(cases))
  t.test(name, async (t) => {
    const run = make();
    const { verdict, reasons } = await verifyRecord(run.bundle('open'), run.site.trust, verifyRaw);
    t.equal(verdict, 'INVALID');
    t.match(reasons[0], { invariant, seq: run.entries.at(-1)?.entry.seq, sentence: says });
    t.ok(openArming(contextOf(run.state)), 'the machine took it');
  });
