/** What the agent looks at by its own clock and its own configuration before it signs or starts anything. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { opened, running } from '../../helpers/agent-site.ts';
import { must } from '../../helpers/signer.ts';

const ONE = '  - {id: only, title: Only, run: [pwd]}\n';

const HOUR = 3_600_000;
const time = (ms: number) => new Date(ms).toISOString().slice(11, 16);
/** A window from an hour ago until in an hour. */
const window = () =>
  `window: {days: [mon, tue, wed, thu, fri, sat, sun], from: '${time(Date.now() - HOUR)}', to: '${time(Date.now() + HOUR)}', timezone: UTC}\n`;

t.test('outside its window a live step does not start, and a rehearsal does', async (t) => {
  const site = await running(t, ONE, window());
  must(await site.arm('only'));
  site.ahead(2 * HOUR);
  t.match(await site.start('only'), { refusal: { code: 'XCK_CLEARANCE' } });
  t.same(
    site.of('step.voided').map(({ reason }) => reason),
    ['expired'],
    'two hours later it is also too late',
  );
  must(await site.arm('only'));
  t.match(await site.start('only'), { refusal: { sentence: /the release window is closed/ } });
  t.equal(site.of('step.voided')[1]?.reason, 'window');
  t.equal(site.of('step.started').length, 0);
  site.ahead(0);
  t.equal(await site.through('only'), 'finished');
  const rehearsal = await running(t, ONE.replace('run:', 'rehearse: as_is, run:'), window(), { mode: 'rehearsal' });
  rehearsal.ahead(2 * HOUR);
  t.equal(await rehearsal.through('only'), 'finished');
});

t.test('a way back is not kept by the window', async (t) => {
  const steps = `  - id: move
    title: Move
    on_failure: decide
    run: ['false']
    undo: {reason: It is a copy, run: [echo, back]}
`;
  const site = await running(t, steps, window());
  t.equal(await site.through('move'), 'failed');
  const content = { deviation: null, dissent: null, test: null, way: 'back' };
  site.run.sign('lead', 'decide', site.run.context.holds[0]?.ref ?? '', content);
  site.ahead(2 * HOUR);
  t.equal(await site.through('move-undo'), 'finished');
  t.same(await site.reasons(), []);
});

t.test('a clock that must still run: by the agent’s own time, and already at the arming', async (t) => {
  const steps = `  - {id: first, title: First, run: [echo, one]}
  - {id: second, title: Second, cross_check: {valid_for: 1h}, run: [echo, two], while: [raw]}
`;
  const clocks = 'clocks:\n  raw: {lasts: 30m, starts: first, means: The raw rows are still there}\n';
  const site = await running(t, steps.replace('cross_check: {valid_for: 1h}, ', ''), clocks);
  t.equal(await site.through('first'), 'finished');
  site.ahead(28 * 60_000);
  must(await site.arm('second'));
  site.ahead(31 * 60_000);
  t.match(await site.start('second'), { refusal: { code: 'XCK_CLEARANCE', sentence: /undo window/ } });
  t.match(site.of('step.voided'), [{ reason: 'clock' }]);
  t.match(await site.arm('second'), { refusal: { code: 'XCK_CLOCK' } }, 'though no entry says yet that it has passed');
  site.ahead(0);
  t.equal(await site.through('second'), 'finished');
  t.same(await site.reasons(), []);
});

t.test('a condition that is not true refuses the arming', async (t) => {
  const steps =
    '  - {id: maybe, title: Maybe, when: run.mode == "rehearsal", run: [echo, maybe]}\n  - {id: last, title: Last, run: [echo, last]}\n';
  const site = await running(t, steps);
  t.match(await site.arm('maybe'), { refusal: { code: 'XCK_NOT_NOW', sentence: /condition/ } });
  must(site.submit({ type: 'skip', step: 'maybe' }));
  t.equal(await site.through('last'), 'finished');
  t.same(await site.reasons(), []);
});

const TARGETS = { local: { mode: 'live' }, staging: { mode: 'rehearsal', data: 'elsewhere' } } as const;
const REHEARSED = 'rehearsal: {targets: {local: {agent: staging}}}\n';

t.test('a target serves one mode: armed is signed for no other', async (t) => {
  const crossed = await running(t, ONE, 'targets: {local: {agent: staging}}\n', { targets: TARGETS });
  t.match(await crossed.arm('only'), { refusal: { code: 'XCK_MODE' } }, 'a live run on a rehearsal’s target');
  const inputs = 'inputs:\n  name: {type: string, default: a}\nrehearsal: {inputs: {name: b}}\n';
  const named = "  - {id: only, title: Only, run: [echo, '${{ inputs.name }}']}\n";
  const live = await running(t, named, inputs, { mode: 'rehearsal', targets: TARGETS, inputs: { name: 'a' } });
  t.match(await live.arm('only'), { refusal: { code: 'XCK_MODE' } }, 'a rehearsal on a live target');
  const strange = await running(t, ONE, 'targets: {local: {agent: other}}\n', {
    targets: { ...TARGETS, other: { mode: 'live' } },
  });
  t.equal(await strange.through('only'), 'finished');
});

t.test('a rehearsal runs where its target’s data lies', async (t) => {
  const steps = '  - {id: only, title: Only, run: [sh, -c, \'echo "$HOME" >"$0/where"\', \'${{ run.data }}\']}\n';
  const site = await running(t, steps, REHEARSED, { mode: 'rehearsal', targets: TARGETS });
  t.equal(await site.through('only'), 'finished');
  t.ok(existsSync(join(site.data, 'elsewhere', 'where')));
  t.notOk(existsSync(site.work('where')));
  t.same(await site.reasons(), []);
});

t.test('what a rehearsal may run as it is looks at a live target, without its secrets', async (t) => {
  const steps = `  - id: only
    title: Only
    rehearse: as_is
    secrets: [TOKEN]
    shell: echo "token \${TOKEN-none}"
`;
  const site = await opened(t, steps, 'secrets:\n  TOKEN: {file: token}\n', { mode: 'rehearsal', targets: TARGETS });
  for (const mode of ['live', 'rehearsal'] as const) site.secret(mode, 'token', 'hunter22');
  const agent = site.agent();
  t.teardown(() => agent.kill('SIGKILL'));
  t.equal(await site.through('only'), 'finished');
  t.equal(site.output(), 'token none\n');
  t.same(await site.reasons(), []);
});

t.test('inputs that a deviation changed, and steps that it inserted', async (t) => {
  const steps = "  - {id: only, title: Only, run: [echo, '${{ inputs.name }}']}\n";
  const site = await running(t, steps, 'inputs:\n  name: {type: string}\n', { inputs: { name: 'a' } });
  const inserted = {
    id: 'extra',
    title: 'Extra',
    run: ['echo', '${{ inputs.name }} too'],
    timeout: '1m',
    cross_check: { eyes: 4, by: ['reviewer'] },
  };
  const change = { before: 'only', inputs: { name: 'b' }, reason: 'It is b', steps: [inserted] };
  site.run.sign('lead', 'deviate', site.run.context.last, change);
  t.same(site.run.context.inserted, ['extra']);
  must(await site.arm('extra'));
  site.run.confirm('dba', 'reviewer', 'dba', {});
  site.key();
  await site.ended('extra');
  t.equal(site.output(), 'b too\n');
  t.equal(await site.through('only'), 'finished');
  t.equal(site.output(), 'b\n');
  t.same(await site.reasons(), []);
});

t.test('the commands of a used runbook run in its own folder', async (t) => {
  const used = `apiVersion: crosscheck/v1
id: other
title: Another release
inputs:
  name: {type: string}
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
presence: {required: [lead], grace: 1h}
steps:
  - id: told
    title: Told
    run: [bin/tell, '\${{ inputs.name }}']
    probes:
      here: {title: Where it runs, run: [sh, -c, 'basename "$PWD"'], expect: value == "other"}
`;
  const files = [
    { path: 'use/other/runbook.yaml', mode: '0644' as const, bytes: utf8(used) },
    { path: 'use/other/bin/tell', mode: '0755' as const, bytes: utf8('#!/bin/sh\necho "told $1"\n') },
  ];
  const steps = '  - {id: again, title: Again, use: ../other, with: {name: b}}\n';
  const site = await running(t, steps, '', { files });
  t.equal(await site.through('again-told'), 'finished');
  t.equal(site.output(), 'told b\n');
  t.same(await site.reasons(), []);
});
