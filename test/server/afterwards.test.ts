/** What people do after a close at a real server: postmortem, countermeasures, the deletion of a copy. What is of another shape never reaches the log. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { utf8 } from '../../core/bytes/encoding.ts';
import type { Entry } from '../../core/log/tables.ts';
import type { CommandText, Home } from '../../core/protocol/frames.ts';
import { openBundle } from '../../core/record/bundle.ts';
import { parseTrust } from '../../core/record/trust.ts';
import { countermeasuresOf } from '../../core/release/countermeasures.ts';
import { contextOf } from '../../core/run/state.ts';
import { readLeaves } from '../../core/verify/read.ts';
import { verifyFile } from '../../core/verify/verify.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import { agentData, startAgentProcess } from '../helpers/agent.ts';
import { killed } from '../helpers/agent-site.ts';
import type { Person } from '../helpers/person.ts';
import { armed, at, type Release, released, serve, testSite, until } from '../helpers/server.ts';

const RUNBOOK = `apiVersion: crosscheck/v1
id: keep-it
title: Keep it for a while
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
presence: {required: [lead], grace: 1h}
steps:
  - id: copy
    title: Keep a copy
    backup:
      run: [cp, '\${{ run.data }}/live', '\${{ run.data }}/copy']
      artifact: {path: '\${{ run.data }}/copy', min_size: 1B}
      drill: [cmp, '\${{ run.data }}/live', '\${{ run.data }}/copy']
      keep: 14d
  - {id: look, title: Look, run: [echo, look]}
`;

interface Scope {
  teardown(then: () => unknown): void;
}

interface Scene extends Release {
  readonly running: Awaited<ReturnType<typeof serve>>;
  /** The run's record as it is exported, read and verified. */
  record(): Promise<{ readonly verdict: Awaited<ReturnType<typeof verifyFile>>; readonly leaves: Leaves }>;
}
type Leaves = ReturnType<typeof readLeaves>['leaves'];

/** A run that has left a copy. */
async function scene(t: Scope): Promise<Scene> {
  const site = await testSite();
  const running = await serve(site);
  const agent = startAgentProcess(site);
  t.teardown(async () => {
    await killed(agent);
    await running.close();
    site.remove();
  });
  const files = [{ path: 'runbook.yaml', mode: '0644' as const, bytes: utf8(RUNBOOK) }];
  const release = await released(site, at(running), files, 'keep-it');
  const { lead, run } = release;
  const context = async () => contextOf((await lead.state(run)).state);
  const data = join(agentData(site), 'data');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'live'), 'rows');
  await armed(release, 'copy');
  await lead.do({ type: 'start', run, step: 'copy' });
  await until(async () => (await context()).outcomes['copy'] === 'finished', 'the copy');
  const record = async () => {
    const response = await fetch(`http://127.0.0.1:${running.port}/api/runs/${run}/record`, {
      headers: { authorization: `Bearer ${lead.session}` },
    });
    const tar = new Uint8Array(await response.arrayBuffer());
    const trust = parseTrust(readFileSync(running.trustFile, 'utf8'));
    const opened = openBundle(tar);
    if (!trust.ok || !opened.ok) throw new Error('no trust root or no record');
    const { leaves } = readLeaves(opened.value.bundle);
    return { leaves, verdict: await verifyFile(tar, trust.value, verifyRaw) };
  };
  return { ...release, running, record };
}

async function closed({ lead, reviewer, run }: Release): Promise<void> {
  await lead.do(await lead.close(run, 'aborted'));
  const { closed: result } = contextOf((await lead.state(run)).state);
  if (result === null) await reviewer.do(await reviewer.close(run, 'aborted'));
}

/** The steps whose copies the first page says are to be deleted. */
const duties = async (person: Person) => (await person.must<Home>('GET', '/api/home')).duties.map(({ step }) => step);

const POSTMORTEM = { contributing_factors: 'The replica lagged', went_well: 'The hold was called early', lucky: '' };
const MEASURE = { what: 'Alert on lag', cost: 'A day', effect: 'Nobody reads old rows', owner: 'The data team' };

t.test('nothing comes after a close that has not come', async (t) => {
  const { lead, run, running } = await scene(t);
  const { size } = running.engine.log;
  const early: CommandText[] = [
    { type: 'postmortem', run, document: POSTMORTEM },
    { type: 'countermeasure', run, id: 'alert', due: null, document: MEASURE },
    { type: 'countermeasure_closed', run, id: 'alert', evidence: 'https://ci.example/1' },
    { type: 'backup_deleted', run, step: 'copy', evidence: 'rm said nothing' },
  ];
  for (const command of early)
    t.match(await lead.send(command), { ok: false, problem: { code: 'XCK_NOT_NOW', status: 409 } }, command.type);
  t.equal(running.engine.log.size, size, 'the log has not grown');
});

t.test('after the close', async (t) => {
  const made = await scene(t);
  const { lead, reviewer, verifier, run, running, record } = made;
  await closed(made);
  const before = await record();
  t.match(before.verdict, { verdict: 'ANCHORED', reasons: [] });
  const refuses = async (t: Test, command: unknown, code: string, why: RegExp, name: string) => {
    const { size } = running.engine.log;
    t.match(await lead.send(command as CommandText), { ok: false, problem: { code, title: why } }, name);
    t.equal(running.engine.log.size, size, `${name}: the log has not grown`);
  };
  const postmortem = (document: unknown) => ({ type: 'postmortem', run, document });
  const measure = (document: unknown, more = {}) => ({
    type: 'countermeasure',
    run,
    id: 'alert',
    due: null,
    document,
    ...more,
  });

  t.strictSame(await duties(lead), ['copy'], 'somebody has to delete it');

  await t.test('what is of another shape is refused, and the log does not grow', async (t) => {
    const { lucky: _, ...lacking } = POSTMORTEM;
    await refuses(t, postmortem(lacking), 'XCK_INPUT', /postmortem: it lacks lucky/, 'a section is missing');
    await refuses(t, postmortem({ ...POSTMORTEM, blame: 'Tomas' }), 'XCK_INPUT', /unknown key blame/, 'one too many');
    await refuses(t, postmortem({ ...POSTMORTEM, lucky: 7 }), 'XCK_INPUT', /./, 'a section that is no text');
    await refuses(t, postmortem({ ...POSTMORTEM, lucky: 'a\u202eb' }), 'XCK_INPUT', /invisible/, 'what nobody sees');
    await refuses(t, postmortem(null), 'XCK_INPUT', /./, 'no document');
    await refuses(
      t,
      measure({ ...MEASURE, what: ' ' }),
      'XCK_INPUT',
      /countermeasure: it has a what that is empty/,
      'empty',
    );
    await refuses(t, measure({ what: 'Alert' }), 'XCK_INPUT', /lacks cost/, 'half of one');
    await refuses(t, measure({ ...MEASURE, priority: 'high' }), 'XCK_INPUT', /unknown key priority/, 'a key too many');
    await refuses(t, measure(MEASURE, { due: 'soon' }), 'XCK_INPUT', /./, 'a date that is none');
    await refuses(t, measure(MEASURE, { id: 'No Id' }), 'XCK_INPUT', /./, 'an id that is none');
  });

  await t.test('what was never opened or kept is not closed or deleted', async (t) => {
    const evidence = 'https://ci.example/1';
    await refuses(
      t,
      { type: 'countermeasure_closed', run, id: 'alert', evidence },
      'XCK_UNKNOWN',
      /no open countermeasure “alert”/,
      'closing',
    );
    await refuses(
      t,
      { type: 'backup_deleted', run, step: 'look', evidence },
      'XCK_UNKNOWN',
      /copy that is kept of step “look”/,
      'deleting',
    );
  });

  await t.test('what is right is kept, once where it can be done once', async (t) => {
    await lead.do({ type: 'postmortem', run, document: POSTMORTEM });
    await verifier.do({ type: 'postmortem', run, document: { ...POSTMORTEM, lucky: 'It was a Tuesday' } });
    await lead.do({ type: 'countermeasure', run, id: 'alert', due: 1_800_000_000_000, document: MEASURE });
    await refuses(t, measure(MEASURE), 'XCK_EXISTS', /countermeasure alert is already there/, 'the same id');
    await reviewer.do({ type: 'countermeasure_closed', run, id: 'alert', evidence: 'https://ci.example/1' });
    await refuses(
      t,
      { type: 'countermeasure_closed', run, id: 'alert', evidence: 'again' },
      'XCK_UNKNOWN',
      /no open countermeasure/,
      'a second closing',
    );
    await reviewer.do({ type: 'backup_deleted', run, step: 'copy', evidence: 'rm said nothing' });
    await refuses(
      t,
      { type: 'backup_deleted', run, step: 'copy', evidence: 'again' },
      'XCK_UNKNOWN',
      /no copy that is kept/,
      'a second deletion',
    );
  });

  await t.test('it stands in the exported record, whose verdict stays what it was', async (t) => {
    const { verdict, leaves } = await record();
    t.match(verdict, { verdict: 'ANCHORED', reasons: [] });
    const after = leaves.slice(before.leaves.length) as unknown as { entry: Entry; bodies: Leaves[0]['bodies'] }[];
    const said = after.map(({ entry: { type, actor }, bodies }) => [
      type,
      actor,
      JSON.parse(Buffer.from(bodies['answer']?.bytes ?? []).toString()),
    ]);
    const [marta, jonas, aiko] = [lead, reviewer, verifier].map(({ me }) => me.person);
    t.strictSame(said, [
      ['postmortem.written', marta, POSTMORTEM],
      ['postmortem.written', aiko, { ...POSTMORTEM, lucky: 'It was a Tuesday' }],
      ['countermeasure.opened', marta, MEASURE],
      ['countermeasure.closed', jonas, 'https://ci.example/1'],
      ['backup.deleted', jonas, 'rm said nothing'],
    ]);
    t.match(countermeasuresOf(leaves), [
      { id: 'alert', due: 1_800_000_000_000, document: MEASURE, closed: { evidence: 'https://ci.example/1' } },
    ]);
  });

  await t.test('nobody is reminded of a copy that is gone', async (t) => {
    t.strictSame(await duties(lead), []);
  });
});
