/** A server that lies to the agent, or a machine that changes under it: what runs is what was signed, after what was signed, and once. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import type { Command } from '../../../core/run/commands.ts';
import { headRef } from '../../../core/run/state.ts';
import { type FolderFile, folderDigest } from '../../../core/runbook/folder.ts';
import { type AgentSite, killed, opened, running, until } from '../../helpers/agent-site.ts';
import { must } from '../../helpers/signer.ts';

const script = (text: string): FolderFile => ({ path: 'bin/step', mode: '0755', bytes: utf8(`#!/bin/sh\n${text}\n`) });
const SCRIPT = "  - {id: only, title: Only, run: [bin/step, '${{ run.data }}']}\n";

t.test('approve A, run B: a clearance with another folder than the run’s starts nothing', async (t) => {
  const site = await running(t, SCRIPT, '', { files: [script('touch "$1/approved"')] });
  must(await site.arm('only'));
  const files = [...(site.site.store.folder(site.run.approved.digest) ?? [])].map((file) =>
    file.path === 'bin/step' ? script('touch "$1/other"') : file,
  );
  const other = must(folderDigest(files));
  site.site.store.keepFolder(other, files);
  const { state } = site.run;
  site.run.state = { ...state, facts: { ...state.facts, runbook: other } };
  const started = site.agents.start(state.facts.run, 'only');
  site.run.state = state;
  t.match(await started, { ok: false, refusal: { code: 'XCK_CLEARANCE', sentence: /another folder/ } });
  t.notOk(existsSync(site.work('other')));
  t.equal(await site.through('only').catch(() => 'armed'), 'armed', 'the nonce was offered once');
  t.notOk(existsSync(site.work('approved')));
});

/** Appends the agent's signed start as it is, after what a real server would have refused it for. */
function slipping(site: AgentSite, between: () => void): void {
  const honest = site.submit.bind(site);
  site.submit = (command: Command) => {
    if (command.type !== 'started') return honest(command);
    between();
    const { statement, signature } = command;
    const arming = Object.values(site.run.context.armings)[0] ?? site.run.context;
    const { step = '', attempt = 0, ref = '' } = arming as { step?: string; attempt?: number; ref?: string };
    const fields = { step, attempt, armed: ref };
    const sealed = site.run.put({
      type: 'step.started',
      actor: command.agent,
      fields,
      bodies: { statement, signature },
    });
    return { ok: true, value: { entries: [sealed] } };
  };
}

t.test(
  'a hold that slipped in before the start: what was appended is not what was signed, and nothing runs',
  async (t) => {
    const site = await running(t, SCRIPT, '', { files: [script('touch "$1/ran"')] });
    must(await site.arm('only'));
    slipping(site, () => {
      // Anything but a hold would do; it voids nothing, so that the entry can still be sealed.
      site.run.put({ type: 'seat.left', actor: site.site.people.sre.id, fields: { seat: 'verifier' } });
    });
    t.match(await site.agents.start(site.run.state.facts.run, 'only'), {
      ok: false,
      refusal: { code: 'XCK_CLEARANCE' },
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    t.notOk(existsSync(site.work('ran')));
    t.ok(headRef(site.run.state));
  },
);

t.test('a program that was changed after it was armed does not run', async (t) => {
  const tool = join(t.testdir(), 'tool');
  const write = (text: string) => writeFileSync(tool, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  write('echo armed');
  const site = await running(t, `  - {id: only, title: Only, run: ['${tool}', '\${{ run.data }}']}\n`);
  must(await site.arm('only'));
  write('touch "$1/changed"');
  t.match(await site.start('only'), { ok: false, refusal: { code: 'XCK_PROGRAM' } });
  t.same(
    site.of('step.voided').map(({ reason }) => reason),
    ['drift'],
  );
  t.notOk(existsSync(site.work('changed')));
  t.equal(await site.through('only'), 'finished', 'armed anew it is another command, which people look at');
  t.ok(existsSync(site.work('changed')));
  rmSync(tool);
  t.same(await site.reasons(), []);
});

const LONG = `  - id: only
    title: Only
    env: {DATA: '\${{ run.data }}'}
    shell: |
      echo $$ >>"$DATA/begun"
      while [ ! -e "$DATA/go" ]; do sleep 0.02; done
      echo done >>"$DATA/done"
`;

/** Started, its agent cut off and frozen, aborted in vain and resolved by people as never started. */
async function lost(t: Parameters<typeof opened>[0]) {
  const site = await opened(t, LONG);
  const agent = site.agent();
  t.teardown(() => killed(agent));
  await site.go('only');
  await until('it has begun', () => site.read('begun') !== '');
  agent.kill('SIGSTOP');
  site.cut();
  site.abort('only');
  const started = site.run.context.armings['only']?.started ?? '';
  site.run.sign('lead', 'resolve', started, { as: 'not-started', evidence: 'Nobody answers' });
  return { site, agent };
}

t.test('a step that people said never started does not run beside its next attempt', async (t) => {
  const { site, agent } = await lost(t);
  agent.kill('SIGCONT');
  must(await site.arm('only'));
  site.write('go');
  must(await site.start('only'));
  await site.ended('only');
  t.equal(site.read('done'), 'done\n', 'the first attempt was stopped before the second was armed');
  t.equal(site.run.context.outcomes['only'], 'finished');
  t.same(await site.reasons(), []);
});

t.test('nor does it when the agent was started anew', async (t) => {
  const { site, agent } = await lost(t);
  await killed(agent);
  const next = site.agent();
  t.teardown(() => killed(next));
  must(await site.arm('only'));
  site.write('go');
  must(await site.start('only'));
  await site.ended('only');
  t.equal(site.read('done'), 'done\n');
  t.same(await site.reasons(), []);
});

t.test('what still runs of a run that people closed is stopped when its agent is back', async (t) => {
  const { site, agent } = await lost(t);
  if (site.run.context.holds.length > 0) site.run.lift('lead', 'dba');
  site.run.close('aborted');
  t.equal(site.run.context.closed, 'aborted');
  await killed(agent);
  const next = site.agent();
  t.teardown(() => killed(next));
  const begun = () => Number(site.read('begun').trim());
  t.doesNotThrow(() => process.kill(begun(), 0), 'it still runs');
  await until('it is stopped', () => gone(begun()));
  t.match(await site.arm('only'), { ok: false }, 'and nothing of that run is armed again');
  t.equal(site.read('done'), '');
});

function gone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
