/** A whole release between three people at a real server with a real agent: shown, signed, executed, provable. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { utf8 } from '../../core/bytes/encoding.ts';
import { parseTrust } from '../../core/record/trust.ts';
import { contextOf } from '../../core/run/state.ts';
import { verifyFile } from '../../core/verify/verify.ts';
import { openExecutor } from '../../server/agent/executor.ts';
import { runAgent } from '../../server/agent/main.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import { at, serve, signedIn, testSite, until } from '../helpers/server.ts';

const RUNBOOK = `apiVersion: crosscheck/v1
id: drop-it
title: Drop it
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
presence: {required: [lead, reviewer, verifier], grace: 30s}
steps:
  - id: look
    title: Look at it
    run: [bin/say, hello]
  - id: drop
    title: Drop it for ever
    critical: true
    irreversible: true
    no_backup: a test has nothing to lose
    run: [bin/drop]
    env: {DATA: '\${{ run.data }}'}
    timeout: 1m
    probes:
      rows: {title: Rows, run: [bin/rows]}
    cross_check:
      eyes: 6
      by: [reviewer, verifier]
      challenge:
        - {id: loss, ask: How many rows are lost?, equals: probes.rows, by: reviewer}
    verify:
      gone: {title: It is gone, run: [bin/gone], expect: value == "yes"}
`;

const folder = [
  { path: 'runbook.yaml', mode: '0644' as const, bytes: utf8(RUNBOOK) },
  { path: 'bin/say', mode: '0755' as const, bytes: utf8('#!/bin/sh\necho "$1"\n') },
  {
    path: 'bin/drop',
    mode: '0755' as const,
    bytes: utf8('#!/bin/sh\necho dropping\nrm "$DATA/thing"\necho once >>"$DATA/count"\n'),
  },
  { path: 'bin/rows', mode: '0755' as const, bytes: utf8('#!/bin/sh\nwc -l <"$DATA/thing"\n') },
  { path: 'bin/gone', mode: '0755' as const, bytes: utf8('#!/bin/sh\n[ -e "$DATA/thing" ] && echo no || echo yes\n') },
];

t.test('from registration to close-out', async (t) => {
  const site = await testSite();
  const running = await serve(site);
  const end = new AbortController();
  t.teardown(async () => {
    end.abort();
    await agent;
    await running.close();
    site.remove();
  });
  const agentData = join(site.data, 'var', 'agent');
  const agent = runAgent({
    server: `ws://127.0.0.1:${running.port}`,
    data: agentData,
    path: '/usr/bin:/bin',
    log: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
    endWithStdin: false,
    now: Date.now,
    verifyRaw,
    openExecutor,
    until: end.signal,
  });
  const { lead, reviewer, verifier } = await signedIn(site, at(running));

  const digest = await lead.register(folder, 'drop-it');
  const own = await lead.approve(digest).then(
    () => 'approved',
    (error: Error) => error.message,
  );
  t.match(own, /XCK_AUTHOR/, 'an author cannot approve');
  await reviewer.approve(digest);
  const run = await lead.open(digest, {});
  await reviewer.do({ type: 'join', run, seat: 'reviewer', role: 'dba' });
  await verifier.do({ type: 'join', run, seat: 'verifier', role: 'sre' });

  const done = (step: string) =>
    until(async () => contextOf((await lead.state(run)).state).outcomes[step] !== undefined);
  await until(async () => (await lead.send({ type: 'arm', run, step: 'look', target: 'local' })).ok);
  await lead.do({ type: 'start', run, step: 'look' });
  await done('look');
  t.equal(contextOf((await lead.state(run)).state).outcomes['look'], 'finished');

  const thing = join(agentData, 'data', 'thing');
  writeFileSync(thing, 'a\nb\nc\n'.repeat(1111));
  await lead.do({ type: 'arm', run, step: 'drop', target: 'local' });
  const self = await lead.send(await lead.confirmation(run, {}));
  t.match(self, { ok: false, problem: { code: 'XCK_SELF' } }, 'the lead cannot confirm');
  const wrong = await reviewer.send(await reviewer.confirmation(run, { loss: '4' }));
  t.match(wrong, { ok: false, problem: { code: 'XCK_DIFFERED' } }, 'a wrong blind answer is refused');
  await reviewer.do(await reviewer.confirmation(run, { loss: '3333' }));
  const early = await lead.send(await lead.keyTurn(run));
  t.match(early, { ok: false, problem: { code: 'XCK_QUORUM' } }, 'the key waits for the quorum');
  await verifier.do(await verifier.confirmation(run, {}));
  t.notOk(
    [...lead.received, ...verifier.received].some((text) => text.includes('3333')),
    'the blind value reached nobody else',
  );
  await lead.do(await lead.keyTurn(run));
  await done('drop');
  t.equal(contextOf((await lead.state(run)).state).outcomes['drop'], 'finished');
  t.notOk(existsSync(thing), 'it is really gone');
  t.equal(readFileSync(join(agentData, 'data', 'count'), 'utf8'), 'once\n', 'it ran once');

  await lead.do(await lead.close(run));
  await reviewer.do(await reviewer.close(run));
  t.equal(contextOf((await lead.state(run)).state).closed, 'done');

  const record = await fetch(`http://127.0.0.1:${running.port}/api/runs/${run}/record`, {
    headers: { authorization: `Bearer ${lead.session}` },
  });
  const tar = new Uint8Array(await record.arrayBuffer());
  const trust = parseTrust(readFileSync(running.trustFile, 'utf8'));
  const verdict = await verifyFile(tar, trust.ok ? trust.value : null, verifyRaw);
  t.same(verdict.reasons, []);
  t.match(verdict, { verdict: 'ANCHORED', exit: 0, assurance: 'independent', executor: 'embedded' });
});

t.test('a server that is given a trust root is no other log', async (t) => {
  const [site, other] = [await testSite(), await testSite()];
  t.teardown(() => {
    site.remove();
    other.remove();
  });
  const own = await serve(site);
  const { trustFile } = own;
  await own.close();
  await t.rejects(serve({ ...other, trust: trustFile }), /trust root of another log/);
  const again = await serve({ ...site, trust: trustFile });
  t.equal(again.trustFile, trustFile, 'its own it accepts');
  await again.close();
});
