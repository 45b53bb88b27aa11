/** kill -9 of agent and server at named points: the command runs at most once, the truth is told, nothing acknowledged is lost. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { utf8 } from '../../core/bytes/encoding.ts';
import { contextOf } from '../../core/run/state.ts';
import { agentData, outputUnderWay, reboot, startAgentProcess } from '../helpers/agent.ts';
import { armed, at, type Release, ROOT, released, serve, type TestSite, testSite, until } from '../helpers/server.ts';

const RUNBOOK = `apiVersion: crosscheck/v1
id: wait-for-go
title: Waits until it may go, then counts
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
presence: {required: [lead], grace: 1h}
steps:
  - id: count
    title: Count
    run: [bin/count, '\${{ run.data }}']
`;
const COUNT =
  '#!/bin/sh\necho begun\nwhile [ ! -e "$1/go" ]; do sleep 0.02; done\necho once >>"$1/count"\necho ended\n';
const FOLDER = [
  { path: 'runbook.yaml', mode: '0644' as const, bytes: utf8(RUNBOOK) },
  { path: 'bin/count', mode: '0755' as const, bytes: utf8(COUNT) },
];

const work = (site: TestSite, name: string) => join(agentData(site), 'data', name);
const counted = (site: TestSite) => (existsSync(work(site, 'count')) ? readFileSync(work(site, 'count'), 'utf8') : '');

async function killed(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const outcome = async ({ lead, run }: Release) => contextOf((await lead.state(run)).state).outcomes['count'];
const settled = (release: Release) => until(async () => (await outcome(release)) !== undefined, 'the outcome');
const held = async ({ lead, run }: Release) => contextOf((await lead.state(run)).state).holds.length > 0;

for (const [fault, result, times] of [
  ['before-claim', 'not-started', 0],
  ['after-claim', 'finished', 1],
] as const) {
  t.test(`the agent dies ${fault}`, async (t) => {
    const site = await testSite();
    const running = await serve(site);
    t.teardown(() => running.close().then(site.remove));
    const dying = startAgentProcess(site, fault);
    const gone = once(dying, 'exit');
    const release = await released(site, at(running), FOLDER, 'wait-for-go');
    await armed(release, 'count');
    void release.lead.send({ type: 'start', run: release.run, step: 'count' });
    await gone;
    const again = startAgentProcess(site);
    t.teardown(() => killed(again));
    writeFileSync(work(site, 'go'), '');
    await settled(release);
    t.equal(await outcome(release), result, 'the truth is told');
    t.equal(counted(site), 'once\n'.repeat(times), `it ran ${times} times`);
    t.equal(await held(release), result !== 'finished', 'what failed is held');
  });
}

for (const agentToo of [true, false]) {
  t.test(`${agentToo ? 'agent and server die' : 'the server dies'} in the middle of the command`, async (t) => {
    const site = await testSite();
    const first = await serverProcess(site);
    const agent = startAgentProcess(site);
    const release = await releasedAt(site);
    await armed(release, 'count');
    await release.lead.do({ type: 'start', run: release.run, step: 'count' });
    await until(() => outputUnderWay(site).includes('begun'), 'its first output');
    await Promise.all([agentToo ? killed(agent) : null, killed(first)]);
    const second = await serverProcess(site);
    const again = agentToo ? startAgentProcess(site) : agent;
    t.teardown(async () => {
      await Promise.all([killed(again), killed(second)]);
      site.remove();
    });
    t.equal(await outcome(release), undefined, 'it still runs');
    writeFileSync(work(site, 'go'), '');
    await settled(release);
    t.equal(await outcome(release), 'finished');
    t.equal(counted(site), 'once\n', 'it ran once');
    const told = await release.lead.must<{ bytes: string }>(
      'GET',
      `/api/runs/${release.run}/output?step=count&attempt=1&offset=0`,
    );
    t.equal(Buffer.from(told.bytes, 'base64').toString(), 'begun\nended\n', 'the whole output arrived');
  });
}

t.test('an abort that the agent was not there to hear', async (t) => {
  const site = await testSite();
  const running = await serve(site);
  t.teardown(() => running.close().then(site.remove));
  const agent = startAgentProcess(site);
  const release = await released(site, at(running), FOLDER, 'wait-for-go');
  await armed(release, 'count');
  await release.lead.do({ type: 'start', run: release.run, step: 'count' });
  await until(() => outputUnderWay(site).includes('begun'), 'its first output');
  await killed(agent);
  await release.reviewer.do({ type: 'abort', run: release.run, step: 'count' });
  const again = startAgentProcess(site);
  t.teardown(() => killed(again));
  await settled(release);
  t.equal(await outcome(release), 'failed', 'it is stopped when the agent is back');
  t.equal(counted(site), '', 'the command did not go on to its end');
});

t.test('agent, server and machine die in the middle: nobody can know', async (t) => {
  const site = await testSite();
  const first = await serverProcess(site);
  const agent = startAgentProcess(site);
  const release = await releasedAt(site);
  await armed(release, 'count');
  await release.lead.do({ type: 'start', run: release.run, step: 'count' });
  await until(() => outputUnderWay(site).includes('begun'), 'its first output');
  await Promise.all([killed(agent), killed(first)]);
  reboot(site);
  const second = await serverProcess(site);
  const again = startAgentProcess(site);
  t.teardown(async () => {
    await Promise.all([killed(again), killed(second)]);
    site.remove();
  });
  await settled(release);
  t.equal(await outcome(release), 'unknown');
  t.equal(await held(release), true, 'unknown is held');
  t.equal(counted(site), '', 'nothing ran again');
});

/** The server as `crosscheck server start` runs it, without its agent. */
async function serverProcess(site: TestSite): Promise<ChildProcess> {
  const script = join(ROOT, 'build', 'test', 'helpers', 'server-process.js');
  const child = spawn(process.execPath, ['--enable-source-maps', script, JSON.stringify(site)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

/** Three people of a site whose server is another process. */
async function releasedAt(site: TestSite): Promise<Release> {
  const trust = readFileSync(join(site.data, 'var', 'trust.txt'), 'utf8');
  const origin = /^origin (.*)$/m.exec(trust)?.[1] ?? '';
  return released(site, { port: site.port, origin }, FOLDER, 'wait-for-go');
}
