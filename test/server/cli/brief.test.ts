/** Whoever comes late, plans or looks back reads what is so; nobody reads what is blind. */
import t from 'tap';
import type { PlanView } from '../../../core/protocol/frames.ts';
import { askedOf } from '../../../core/release/asked.ts';
import { briefLines } from '../../../server/cli/brief.ts';
import { EXIT } from '../../../server/cli/exits.ts';
import { planLines } from '../../../server/cli/plans.ts';
import { documentOf, exitOfRun } from '../../../server/cli/words/plan.ts';
import { countermeasureLine } from '../../../server/cli/words/postmortem.ts';
import { statusDocument, statusLines } from '../../../server/cli/words/run.ts';
import { clockLine, dutyLine } from '../../../server/cli/words/windows.ts';
import { BRIEFED, BY_HAND, PARALLEL, THREE } from '../../helpers/runs.ts';
import { testRun, VALUES } from '../../helpers/site.ts';
import { given } from './given.ts';
import { openedOf } from './opened.ts';
import { stopping } from './stopping.ts';

t.test('what a seat will be asked, in order', async (t) => {
  const asked = (yaml: string | undefined, seat: string) => askedOf(testRun(yaml ? { yaml } : {}).seat().context, seat);
  t.match(
    asked(BRIEFED, 'lead').join('\n'),
    /^plan \(a link\): .*\nleaves \(a time\): .*\ngo or no-go before.*\nreport \(a text\)/,
  );
  t.strictSame(asked(BRIEFED, 'verifier'), ['leaves (a time): When do you have to leave?']);
  t.strictSame(asked(BY_HAND, 'reviewer'), ['to do by hand and attest call: Call them']);
  t.strictSame(asked(PARALLEL, 'verifier'), ['go or no-go at agree: Agree']);
  t.strictSame(asked(THREE, 'lead'), ['to arm and key second: Second']);
  t.match(asked(undefined, 'reviewer')[0], /to cross-check drop-column: .*blind: Which host is it\?/);
});

t.test('the brief and the status hold no blind value', async (t) => {
  const run = testRun().seat().backup();
  run.arm('drop-column');
  const open = await openedOf(run);
  const brief = briefLines(open, run.site.people.dba.id).join('\n');
  t.match(brief, /^LIVE \S+: Drop the e-mail column\. .*step check/);
  t.match(
    briefLines({ ...open, changed: ['The input a is 1; in the rehearsal it was 2.'] }, run.site.people.dba.id).join(
      '\n',
    ),
    /Changed since the rehearsal\n {2}The input a is 1/,
  );
  t.match(brief, /Last events\n( {2}.*\n){5}As reviewer you will be asked/);
  const status = statusLines(open, run.site.people.dba.id, run.site.now).join('\n');
  t.match(status, /armed {7}drop-column: .*\(6 eyes\)/);
  t.match(status, /reviewer: dba \(you\)/);
  const json = JSON.stringify(statusDocument(open, run.site.now));
  for (const text of [brief, status, json]) t.notOk(text.includes(VALUES['rows'] as string));
  t.match(briefLines(open, 'p-0000000000000000').join('\n'), /You hold no seat/);
});

t.test('a plan says what stands against it', async (t) => {
  const plan: PlanView = {
    ...{ plan: 'P', runbook: 'sha256:x', runbook_id: 'x', title: 'Drop it', mode: 'live', planned_for: 0, by: 'p' },
    ...{ held: true, opened: false, approved: null, changes: ['The input table is a.'] },
    document: { inputs: {}, crew: {}, note: null },
    runbook_document: testRun().context.runbook,
    preflight: [{ code: 'XCK_PREFLIGHT', step: 'drop', seat: 'verifier', sentence: 'Nobody can take it.' }],
    holds: [],
  };
  t.match(
    planLines(plan).join('\n'),
    /LIVE plan P: Drop it, for 1970.*not approved.*drop verifier: Nobody can take it\..*Changed since.*table is a/s,
  );
  t.match(
    planLines({ ...plan, preflight: [], changes: null }).join('\n'),
    /nothing stands against it.*Never rehearsed/s,
  );
  const { runbook } = testRun().context;
  const names = { 'p-0000000000000001': 'Ada', 'p-0000000000000002': 'Bo', 'p-0000000000000003': 'Bo' };
  const words = (...more: string[]) => documentOf(runbook, given('run', 'plan', 'x', ...more), names);
  t.strictSame(words('--seat', 'reviewer=Ada', '--note', 'Tuesday'), {
    inputs: { table: 'customers' },
    crew: { reviewer: 'p-0000000000000001' },
    note: 'Tuesday',
  });
  t.throws(() => words('--seat', 'pilot=Ada'), { code: 'XCK_UNKNOWN', message: /seat “pilot”/ });
  t.throws(() => words('--seat', 'reviewer=Bo'), { code: 'XCK_UNKNOWN' }, 'a name of two people is nobody’s');
  t.throws(() => words('--seat', 'reviewer'), stopping(EXIT.usage));
  t.throws(() => words('--input', 'tabel=x'), { code: 'XCK_INPUT' });
});

t.test('waiting ends by how the run ends, and by a hold', async (t) => {
  const run = testRun().seat();
  t.equal(exitOfRun(run.state), undefined);
  t.equal(exitOfRun(testRun().complete().state), EXIT.ok);
  run.submit({ type: 'hold', person: run.site.people.dba.id, text: null });
  t.equal(exitOfRun(run.state), EXIT.held);
  run.close('aborted');
  t.equal(exitOfRun(run.state), EXIT.aborted);
});

t.test('windows, duties and countermeasures tell what is late', async (t) => {
  const clock = {
    run: 'R',
    runbook_id: 'x',
    clock: 'raw',
    means: 'Rows remain',
    since: 0,
    ends: 3_600_000,
    owner: 'data',
    closed: null,
  };
  t.match(clockLine(clock, 1_800_000), /^R raw 30m left \(50 % gone\).*Rows remain, of data$/);
  t.match(clockLine({ ...clock, closed: '9 x' }, 0), /run start RUNBOOK --follows R --test URL/);
  t.match(clockLine(clock, 3_600_000), /raw ENDED .*impossible now: Rows remain/);
  const duty = { run: 'R', step: 'backup', artifact: '/b', due: 1000, done: null };
  t.match(dutyLine(duty, {}, 0), /kept until/);
  t.match(dutyLine(duty, {}, 1000), /DELETION DUE.*run windows deleted R backup/);
  t.match(
    dutyLine({ ...duty, done: { at: 5, by: 'p', evidence: 'gone' } }, { p: 'Ada' }, 1000),
    /deleted .* by Ada: gone/,
  );
  const document = { what: 'Try', owner: 'data', cost: '1h', effect: 'less' };
  const measure = { id: 'cm', seq: 1, openedAt: 0, due: 1000, document, closed: null };
  t.match(countermeasureLine(measure, 0), /^cm open, due .*: Try; owner data, cost 1h, effect less$/);
  t.match(countermeasureLine(measure, 2000), /^cm LATE/);
  t.match(countermeasureLine({ ...measure, closed: { seq: 2, at: 5, evidence: 'done' } }, 2000), /^cm closed .*: done/);
});
