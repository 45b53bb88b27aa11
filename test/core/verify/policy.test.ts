/** Records in which every byte, chain and signature is genuine and yet a rule was broken: each is INVALID by the rule's own name. */
import t from 'tap';
import { statementTime } from '../../../core/approval/statement.ts';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { asciiJcs, jcs } from '../../../core/bytes/jcs.ts';
import type { Lines } from '../../../core/log/acts.ts';
import { refOf } from '../../../core/log/entry.ts';
import type { CloseResult, EntryOf } from '../../../core/log/tables.ts';
import { openArming } from '../../../core/run/context.ts';
import { closeContent, confirmLines, runActLines } from '../../../core/run/lines.ts';
import { contextOf, factsOf } from '../../../core/run/state.ts';
import type { Action, Rendered } from '../../../core/runbook/runbook.ts';
import { verifyRecord } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { type ArmOptions, type Name, RUNBOOK, TestRun, TestSite, testRun, VALUES } from '../../helpers/site.ts';

const ready = () => testRun().seat().backup();
/** Armed, and confirmed by the first reviewer. */
const half = () => {
  const run = ready();
  run.arm('drop-column');
  run.confirm('dba', 'reviewer', 'dba');
  return run;
};
const lastSeq = (run: TestRun) => run.entries.at(-1)?.entry.seq ?? -1;

interface Case {
  /** Returns the run, whose last entry is the wrong one, or the seq of the wrong one beside it. */
  readonly make: () => TestRun | { readonly run: TestRun; readonly seq: number };
  readonly invariant: string | null;
  readonly says: RegExp;
}

const armedWith =
  (alter: NonNullable<ArmOptions['alter']>, more: ArmOptions = {}) =>
  () => {
    const run = ready();
    run.arm('drop-column', { alter, ...more });
    return run;
  };
const action =
  (change: Partial<Action>) =>
  (rendered: Rendered): Rendered => ({ ...rendered, action: { ...rendered.action, ...change } });
const confirmed = (change: Partial<Lines<'confirm'>>) => () => {
  const run = half();
  run.put(run.confirmDraft('sre', 'verifier', 'sre', undefined, (lines) => ({ ...lines, ...change })));
  return run;
};
const startedWith = (change: (run: TestRun) => Partial<Lines<'started'>>) => () => {
  const run = ready().crossChecked();
  run.put(run.startDraft(VALUES, (lines) => ({ ...lines, ...change(run) })));
  return run;
};

const cases: Record<string, Case> = {
  'a confirmation is lacking before the key': {
    make: () => {
      const run = half();
      run.put(run.keyDraft());
      const seq = lastSeq(run);
      run.put(run.startDraft());
      return { run, seq };
    },
    invariant: 'I3',
    says: /step\.keyed cannot follow: Not enough people yet: 1 missing, from verifier/,
  },
  'the lead confirms': {
    make: () => {
      const run = ready();
      run.arm('drop-column');
      run.put(run.confirmDraft('lead', 'reviewer', 'release-lead', { where: 'db-1' }));
      return run;
    },
    invariant: 'I3',
    says: /your confirmation cannot count|do not hold that seat/,
  },
  'an author of the folder confirms': {
    make: () => {
      const run = testRun();
      run.join('author', 'reviewer', 'dba');
      run.join('sre', 'verifier', 'sre');
      run.backup().arm('drop-column');
      run.put(run.confirmDraft('author', 'reviewer', 'dba'));
      return run;
    },
    invariant: 'I3',
    says: /author of this runbook/,
  },
  'one person confirms twice': {
    make: () => {
      const run = half();
      run.put(run.confirmDraft('dba', 'reviewer', 'dba'));
      return run;
    },
    invariant: 'I3',
    says: /nobody counts twice/,
  },
  'one person confirms from two seats': {
    make: () => {
      const run = half();
      run.put(run.confirmDraft('dba', 'verifier', 'sre', { loss: '200000' }));
      return run;
    },
    invariant: 'I3',
    says: /do not hold that seat/,
  },
  'a person sits without the role': {
    make: () => {
      const run = testRun();
      run.put({ type: 'seat.taken', actor: run.site.people.sre.id, fields: { seat: 'reviewer', role: 'dba' } });
      return run;
    },
    invariant: 'I3',
    says: /asks for the role dba/,
  },
  'a blind answer is not what was measured': {
    make: () => {
      const run = half();
      run.put(run.confirmDraft('sre', 'verifier', 'sre', { loss: '150000' }));
      return run;
    },
    invariant: 'I3',
    says: /the answer to loss is not what was measured/,
  },
  'a blind answer is left out': {
    make: () => {
      const run = half();
      run.put(run.confirmDraft('sre', 'verifier', 'sre', {}));
      return run;
    },
    invariant: 'I3',
    says: /the answer to loss/,
  },
  'a confirmation of an earlier arming is used again': {
    make: () => {
      const run = ready();
      run.arm('drop-column');
      const old = run.confirmDraft('dba', 'reviewer', 'dba');
      run.submit({ type: 'withdraw', person: run.site.people.lead.id, step: 'drop-column' });
      run.arm('drop-column');
      run.put(old);
      return run;
    },
    invariant: 'I4',
    says: /not the arming .* that is open now/,
  },
  'a statement about an earlier arming stands in a new confirmation': {
    make: () => {
      const run = ready();
      run.arm('drop-column');
      const { bodies = {} } = run.confirmDraft('dba', 'reviewer', 'dba');
      run.submit({ type: 'withdraw', person: run.site.people.lead.id, step: 'drop-column' });
      run.arm('drop-column');
      run.put({ ...run.confirmDraft('dba', 'reviewer', 'dba'), bodies });
      return run;
    },
    invariant: 'I4',
    says: /line "attempt" says 1, the log says 2/,
  },
  'a confirmation names another roster': {
    make: confirmed({ roster: `2 sha256:${'0'.repeat(64)}` }),
    invariant: 'I4',
    says: /line "roster"/,
  },
  'a confirmation names another command': {
    make: confirmed({ do: '{"argv":["true"],"kind":"run"}' }),
    invariant: 'I4',
    says: /line "do"/,
  },
  'a confirmation names fewer eyes': {
    make: confirmed({ eyes: '4' }),
    invariant: 'I4',
    says: /line "eyes" says 4, the log says 6/,
  },
  'a confirmation names another seat': { make: confirmed({ seat: 'reviewer' }), invariant: 'I4', says: /line "seat"/ },
  'a confirmation rests on a tree before the arming': {
    make: () => {
      const run = half();
      const tree = run.site.tree(factsOf(run.state, 'drop-column')?.seq ?? 0);
      run.put(run.confirmDraft('sre', 'verifier', 'sre', undefined, (lines) => ({ ...lines, tree })));
      return run;
    },
    invariant: 'I19',
    says: /ends before what it is about/,
  },
  'a person other than the lead turns the key': {
    make: () => {
      const run = half();
      run.confirm('sre', 'verifier', 'sre');
      run.put(run.keyDraft('dba'));
      return run;
    },
    invariant: 'I3',
    says: /Only the lead can turn the key/,
  },
  'the key is turned after a refusal': {
    make: () => {
      const run = half();
      const { actor, fields: confirmed, bodies } = run.confirmDraft('sre', 'verifier', 'sre');
      const { kind: _, ...fields } = confirmed;
      const reason = { reason: '"no"', meaning: 'I refuse that this command runs now' };
      const lines = confirmLines(
        run.state,
        'drop-column',
        { ...run.site.signing(run.site.people.sre), seat: 'verifier', role: 'sre' },
        {},
      );
      const refusal = lines.ok
        ? run.site.signed(run.site.people.sre, 'refuse', { ...lines.value, ...reason } as Lines<'refuse'>)
        : undefined;
      run.put({ type: 'step.refused', actor, fields, bodies: refusal ? { ...refusal } : (bodies ?? {}) });
      run.put(run.keyDraft());
      return run;
    },
    invariant: 'I9',
    says: /step\.keyed cannot follow/,
  },
  'the armed eyes are fewer than the runbook’s': {
    make: armedWith(action({ eyes: 4 })),
    invariant: 'I17',
    says: /eyes/,
  },
  'the armed seats are others than the runbook’s': {
    make: armedWith(action({ by: ['reviewer'] })),
    invariant: 'I17',
    says: /by/,
  },
  'a challenge is left out': { make: armedWith(action({ challenge: [] })), invariant: 'I17', says: /challenge/ },
  'a drift rule is looser': {
    make: armedWith(action({ drift: { host: 'exact', rows: { within: '50%' }, calm: 'expect' } })),
    invariant: 'I17',
    says: /drift/,
  },
  'a variable is added': {
    make: armedWith((r) => action({ env: { ...r.action.env, LD_PRELOAD: '/tmp/x.so' } })(r)),
    invariant: 'I17',
    says: /environment/,
  },
  'the argv is another': {
    make: armedWith((r) => ({ ...r, do: { kind: 'run', argv: ['sqlite3', 'live.db', 'drop table customers'] } })),
    invariant: 'I17',
    says: /the command/,
  },
  'the program is another': {
    make: armedWith((r) => ({
      ...r,
      do: { kind: 'run', argv: ['/tmp/evil', ...(r.do.kind === 'run' ? r.do.argv.slice(1) : [])] },
    })),
    invariant: 'I17',
    says: /the command/,
  },
  'the target is another': {
    make: armedWith((r) => ({ ...r, target: { agent: 'elsewhere' } })),
    invariant: 'I17',
    says: /the target/,
  },
  'an action is no action': {
    make: armedWith(action({ verify: null as unknown as Action['verify'] })),
    invariant: 'I17',
    says: /action\.verify/,
  },
  'the timeout is longer': { make: armedWith(action({ timeout: 1 })), invariant: 'I17', says: /timeout/ },
  'the arming is valid for longer': {
    make: armedWith((r) => r, { validFor: 301_000 }),
    invariant: 'I17',
    says: /valid for another time/,
  },
  'an expectation that does not hold is called true': {
    make: armedWith((r) => r, { values: { ...VALUES, calm: '3' } }),
    invariant: 'I17',
    says: /expectation of the probe calm/,
  },
  'a probe without an expectation is called true': {
    make: armedWith((r) => r, { ok: { host: true } }),
    invariant: 'I17',
    says: /expectation of the probe host/,
  },
  'a nonce is used again': {
    make: () => {
      const run = ready();
      run.arm('drop-column', { nonce: 'ab'.repeat(32) });
      run.submit({ type: 'withdraw', person: run.site.people.lead.id, step: 'drop-column' });
      run.arm('drop-column', { nonce: 'ab'.repeat(32) });
      return run;
    },
    invariant: 'I5',
    says: /nonce was used before/,
  },
  'a step is armed before the one before it is done': {
    make: () => {
      const run = testRun().seat();
      const { statement, signature, action: body, probes, agent, askedBy } = run.armCommand('drop-column');
      const values = Object.fromEntries(Object.entries(probes).map(([id, probe]) => [`probe-${id}`, probe.body]));
      const statements = Object.fromEntries(
        new TextDecoder()
          .decode(statement.bytes)
          .split('\n')
          .slice(1, -1)
          .map((line) => [line.split(' ')[0], line.slice(line.indexOf(' ') + 1)]),
      );
      const measured = JSON.parse(statements.probes ?? '{}') as EntryOf<'step.armed'>['probes'];
      run.put({
        type: 'step.armed',
        actor: agent,
        fields: {
          step: 'drop-column',
          attempt: 1,
          asked_by: askedBy,
          nonce: statements.nonce ?? '',
          not_after: Date.parse(statements['not-after'] ?? ''),
          probes: measured,
        },
        bodies: { statement, signature, action: body, ...values },
      });
      return run;
    },
    invariant: 'I16',
    says: /step\.armed cannot follow/,
  },
  'it starts before the key': {
    make: () => {
      const run = half();
      run.confirm('sre', 'verifier', 'sre');
      run.put(run.startDraft());
      return run;
    },
    invariant: 'I6',
    says: /the key is not turned/,
  },
  'it starts twice': {
    make: () => {
      const run = ready().crossChecked();
      run.start();
      run.put(run.startDraft());
      return run;
    },
    invariant: 'I2',
    says: /has started already/,
  },
  'it starts after the arming has expired': {
    make: startedWith((run) => ({
      at: statementTime(openArming(contextOf(run.state))?.notAfter ?? 0).replace(/\d\dZ$/, '59Z'),
    })),
    invariant: 'I6',
    says: /after the arming had expired/,
  },
  'it starts under another key': { make: startedWith(() => ({ key: 'none' })), invariant: 'I4', says: /line "key"/ },
  'it starts after another entry': {
    make: startedWith(() => ({ after: `3 sha256:${'1'.repeat(64)}` })),
    invariant: 'I4',
    says: /line "after"/,
  },
  'it starts while held': {
    make: () => {
      const run = ready().crossChecked();
      run.put({ type: 'hold.raised', actor: run.site.people.sre.id, fields: { cause: 'person' } });
      run.put(run.startDraft());
      return run;
    },
    invariant: 'I9',
    says: /held/,
  },
  'it starts while somebody has gone': {
    make: () => {
      const run = ready().crossChecked();
      run.put({ type: 'presence.lost', actor: 'server', fields: { seat: 'verifier', person: run.site.people.sre.id } });
      run.put(run.startDraft());
      return run;
    },
    invariant: 'I9',
    says: /has gone: verifier/,
  },
  'a value had drifted': {
    make: () => {
      const run = ready().crossChecked();
      run.put(run.startDraft({ ...VALUES, rows: '250000' }));
      return run;
    },
    invariant: 'I17',
    says: /the probe rows had drifted/,
  },
  'an expectation no longer held': {
    make: () => {
      const run = ready().crossChecked();
      run.put(run.startDraft({ ...VALUES, calm: '1' }));
      return run;
    },
    invariant: 'I17',
    says: /the probe calm had drifted/,
  },
  'a probe was not measured again': {
    make: () => {
      const run = ready().crossChecked();
      const draft = run.startDraft();
      const { 'probe-host': _, ...bodies } = draft.bodies ?? {};
      run.put({ ...draft, bodies });
      return run;
    },
    invariant: 'I4',
    says: /line "probes"/,
  },
  'a probe was never measured again, and the agent signed so': {
    make: () => {
      const run = ready().crossChecked();
      const draft = run.startDraft(VALUES, (lines) => {
        const { host: _, ...probes } = JSON.parse(lines.probes) as Record<string, string>;
        return { ...lines, probes: asciiJcs(probes) };
      });
      const { 'probe-host': _, ...bodies } = draft.bodies ?? {};
      run.put({ ...draft, bodies });
      return run;
    },
    invariant: 'I17',
    says: /not measured again/,
  },
  'a finished step lacks a check': {
    make: () => {
      const run = ready().crossChecked();
      run.start();
      run.outcome('finished', (lines) => ({ ...lines, checks: '{}' }));
      return run;
    },
    invariant: 'I11',
    says: /without every check/,
  },
  'a finished step did not exit with 0': {
    make: () => {
      const run = ready().crossChecked();
      run.start();
      run.outcome('finished', (lines) => ({ ...lines, exit: '3' }));
      return run;
    },
    invariant: 'I11',
    says: /without exit status 0/,
  },
  'a backup leaves no artifact': {
    make: () => {
      const run = testRun().seat();
      run.arm('backup');
      run.start();
      run.outcome('finished', (lines) => ({ ...lines, artifact: 'none' }));
      return run;
    },
    invariant: 'I11',
    says: /its artifact/,
  },
  'an entry calls a failure finished': {
    make: () => {
      const run = ready().crossChecked();
      run.start();
      const { step, attempt } = run.about();
      const started = openArming(contextOf(run.state))?.started ?? '';
      const lines: Lines<'outcome'> = {
        origin: run.site.origin,
        mode: 'live',
        run: run.state.facts.run,
        step,
        attempt: String(attempt),
        item: 'none',
        started,
        agent: run.site.agent.id,
        result: 'failed',
        exit: '1',
        output: 'none',
        outputs: 'none',
        checks: '{}',
        artifact: 'none',
        at: statementTime(run.site.now),
      };
      const fields = { step, attempt, started, result: 'finished' as const, exit: 0, checks: { gone: true } };
      run.put({
        type: 'step.finished',
        actor: run.site.agent.id,
        fields,
        bodies: { ...run.site.signed(run.site.agent, 'outcome', lines) },
      });
      return run;
    },
    invariant: 'I4',
    says: /line "result" says failed, the log says finished/,
  },
  'the run closes while a step is running': {
    make: () => {
      const run = ready().crossChecked();
      run.start();
      signClose(run, 'lead', 'aborted');
      return run;
    },
    invariant: 'I12',
    says: /a step is armed or running/,
  },
  'the run closes with one signature': {
    make: () => {
      const run = ready().crossChecked();
      run.start();
      run.outcome();
      run.close('done', 'lead');
      run.put({
        type: 'run.closed',
        actor: run.site.people.lead.id,
        fields: { result: 'done', signed: [refOf(run.entries.at(-1) as never)] },
      });
      return run;
    },
    invariant: 'I3',
    says: /Not enough people yet/,
  },
  'the close does not cover the last entry': {
    make: () => {
      const run = ready().crossChecked();
      run.start();
      run.outcome();
      run.close('done', 'lead');
      const signed = [refOf(run.entries.at(-1) as never)];
      run.put({ type: 'seat.left', actor: run.site.people.sre.id, fields: { seat: 'verifier' } });
      run.put({ type: 'run.closed', actor: run.site.people.lead.id, fields: { result: 'done', signed } });
      return run;
    },
    invariant: 'I12',
    says: /has moved since/,
  },
  'the close is for another result than was signed': {
    make: () => {
      const run = ready().crossChecked();
      run.start();
      run.outcome();
      signClose(run, 'lead', 'aborted', 'done');
      return run;
    },
    invariant: 'I4',
    says: /line "content"/,
  },
  'something follows the close': {
    make: () => {
      const run = testRun().complete();
      run.put({ type: 'seat.left', actor: run.site.people.sre.id, fields: { seat: 'verifier' } });
      return run;
    },
    invariant: 'I9',
    says: /the run is closed/,
  },
  'done with a step undone': {
    make: () => {
      const run = ready();
      signClose(run, 'lead', 'done');
      signClose(run, 'dba', 'done');
      const signed = contextOf(run.state).collection?.signers.map(({ ref }) => ref) ?? [];
      run.put({ type: 'run.closed', actor: run.site.people.dba.id, fields: { result: 'done', signed } });
      return run;
    },
    invariant: 'I12',
    says: /not every step is done/,
  },
};

/** One signature of a close; the content beside it may claim another result than the statement. */
function signClose(run: TestRun, name: Name, result: CloseResult, claimed = result): void {
  const person = run.site.people[name];
  const seat = Object.entries(contextOf(run.state).seats).find(([, { person: id }]) => id === person.id);
  const about = contextOf(run.state).last;
  const lines = runActLines(run.state, 'close', run.site.signing(person), about, closeContent(run.state, result));
  const content = run.state.content ?? run.site.salted(utf8(jcs(closeContent(run.state, claimed))));
  run.put({
    type: 'act.signed',
    actor: person.id,
    fields: { act: 'close', about, seat: seat?.[0] ?? '', role: seat?.[1].role ?? '' },
    bodies: { ...run.site.signed(person, 'close', lines), content },
  });
}

for (const [name, { make, invariant, says }] of Object.entries(cases)) {
  t.test(name, async (t) => {
    const made = make();
    const [run, seq] = made instanceof TestRun ? [made, lastSeq(made)] : [made.run, made.seq];
    const { verdict, exit, reasons } = await verifyRecord(run.bundle('open'), run.site.trust, verifyRaw);
    t.match({ verdict, exit }, { verdict: 'INVALID', exit: 8 });
    t.match(reasons[0], { invariant, seq, sentence: says });
  });
}

t.test('an absolute path of the same program is what the agent may add', async (t) => {
  const run = ready();
  const absolute = (argv: readonly string[]) => [`/usr/bin/${argv[0]}`, ...argv.slice(1)];
  run.arm('drop-column', {
    alter: (r) => (r.do.kind === 'run' ? { ...r, do: { ...r.do, argv: absolute(r.do.argv) } } : r),
  });
  t.match(await verifyRecord(run.bundle('open'), run.site.trust, verifyRaw), { verdict: 'OPEN', reasons: [] });
});

interface Opening {
  readonly by?: Parameters<TestSite['approved']>[1];
  readonly open?: Parameters<TestSite['open']>[1];
  readonly invariant: string;
  readonly says: RegExp;
}

const openings: Record<string, Opening> = {
  'an author approves': {
    by: { approver: 'author', registrant: 'sre' },
    invariant: 'I18',
    says: /approved what they wrote/,
  },
  'the registrant approves': {
    by: { approver: 'sre', registrant: 'sre' },
    invariant: 'I18',
    says: /wrote or registered/,
  },
  'somebody without a reviewer’s role approves': {
    by: { approver: 'lead' },
    invariant: 'I18',
    says: /without a reviewer’s role/,
  },
  'somebody opens who may not lead': { open: { lead: 'sre' }, invariant: 'I3', says: /may not lead/ },
  'solo is claimed': { open: { fields: { solo: true } }, invariant: 'I7', says: /solo is not/ },
  'another roster is claimed': {
    open: { fields: { roster: `1 sha256:${'0'.repeat(64)}` } },
    invariant: 'I7',
    says: /another roster/,
  },
  'rules of the future are claimed': { open: { fields: { rules: 2 } }, invariant: 'I14', says: /version 2/ },
  'an input does not fit': { open: { inputs: { table: 'Robert; drop' } }, invariant: 'I17', says: /inputs/ },
  'an input is left to its default': { open: { inputs: {} }, invariant: 'I17', says: /inputs/ },
};

for (const [name, { by, open, invariant, says }] of Object.entries(openings)) {
  t.test(name, async (t) => {
    const site = new TestSite();
    const run = site.open(site.approved(RUNBOOK, by), open);
    const { verdict, reasons } = await verifyRecord(run.bundle('open'), site.trust, verifyRaw);
    t.equal(verdict, 'INVALID');
    t.match(reasons[0], { invariant, sentence: says });
    t.type(reasons[0]?.seq, 'number');
  });
}
