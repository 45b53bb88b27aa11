/** A rehearsal that fails and goes forward, from terminals only: a waived question, a step by hand, a gate, another lead, a deviation, a patch. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { noTerminals, type Seat, Terminals } from '../helpers/terminals.ts';

const RUNBOOK = `apiVersion: crosscheck/v1
id: forward
title: Move on
inputs:
  table: {type: string, pattern: '^[a-z]+$', default: orders}
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre], optional: true}
presence: {required: [lead, reviewer]}
rehearsal: {targets: {local: {agent: staging}}}
briefing:
  - {id: plan, ask: Which test plan was run?, answer: link, by: lead}
steps:
  - {id: call, title: Call them, manual: {text: Call the on-call, by: reviewer}}
  - {id: agree, title: Agree, gate: {of: [reviewer]}}
  - {id: change, title: Change, critical: true, timeout: 1m, on_failure: decide, run: ['false']}
  - {id: last, title: Last, run: [echo, 'moved \${{ inputs.table }}']}
`;
const DEVIATION = `reason: The cache was forgotten
inputs: {table: invoices}
steps:
  - {id: cache, title: Empty the cache, run: [echo, emptied], timeout: 1m}
`;
const PATCH = `reason: The index was missing
steps:
  - {id: index, title: Add the index, run: [echo, indexed], timeout: 1m}
`;

t.test('a way forward, from terminals only', { timeout: 300_000, skip: noTerminals }, async (t) => {
  const site = new Terminals(t);
  await site.start();
  const signs = (seat: Seat, act: string, ...words: string[]) =>
    site.type(seat, words, [new RegExp(`Type ${act}`), act]);
  const at = (name: string, text: string) => {
    writeFileSync(join(site.folder, name), text);
    return join(site.folder, name);
  };
  mkdirSync(join(site.folder, 'forward'));
  at(join('forward', 'runbook.yaml'), RUNBOOK);
  await site.say('lead', 'runbook', 'register', join(site.folder, 'forward'), '--author', 'lead');
  await signs('reviewer', 'approve', 'runbook', 'approve', 'forward');

  const waiting = site.terminal('verifier', 'run', 'plan', 'forward', '--wait');
  await waiting.expect(/Waiting until/);
  await site.say('reviewer', 'run', 'hold', '--runbook', 'forward', 'Not today');
  t.equal(await waiting.exit(), 6, 'whoever waits learns of a hold');
  for (const seat of ['lead', 'reviewer'] as const) await signs(seat, 'lift', 'run', 'lift', '--runbook', 'forward');

  const opened = site.plain('lead', 'run', 'rehearse', 'forward');
  t.match(opened.stderr, /Opened REHEARSAL/);
  const run = opened.stdout.trim();
  await site.say('reviewer', 'run', 'join', run);
  await site.say('verifier', 'run', 'join', run, '--seat', 'verifier');
  const [watching] = (['lead', 'reviewer', 'verifier'] as const).map((seat) =>
    site.terminal(seat, 'run', 'watch', run),
  );

  await signs('lead', 'waive', 'run', 'waive', run, 'plan', '--reason', 'There is none for a purge');
  t.match(await signs('reviewer', 'waive', 'run', 'waive', run, 'plan'), /none for a purge.*arms step call/s);

  const arm = (seat: Seat, ...step: string[]) =>
    site.type(seat, ['step', 'arm', run, ...step], [/name of the target/, 'local']);
  t.match(await arm('lead'), /REHEARSAL call/, 'the only step that can be armed');
  const calling = site.terminal('lead', 'step', 'start', run);
  await calling.expect(/step\.started call/);
  await signs(
    'reviewer',
    'attest',
    'step',
    'attest',
    run,
    'call',
    'pass',
    '--evidence',
    'Called at 22:10, Jo answered',
  );
  t.equal(await calling.exit(), 0, calling.printed.slice(-400));
  t.match(await site.say('reviewer', 'run', 'answer', run, 'go'), /arms step change/, 'the gate whose turn it is');

  await signs('lead', 'lead', 'run', 'lead', run, '--to', 'verifier');
  t.match(await signs('verifier', 'lead', 'run', 'lead', run), /lead goes to verifier.*The lead has changed/s);

  const file = at('deviation.yaml', DEVIATION);
  t.match(
    await signs('verifier', 'deviate', 'run', 'deviate', run, '--file', file),
    /- input table = orders.*\+ input table = invoices.*Inserted before change.*\+ cache: Empty the cache \(4 eyes: lead, reviewer\)/s,
  );
  t.match(await signs('reviewer', 'deviate', 'run', 'deviate', run), /\+ cache.*arms step cache/s);

  const critical = async (step: string, exit: number) => {
    await arm('verifier', step);
    const checking = site.type('reviewer', ['step', 'check', run], [/Type confirm/, 'confirm']);
    await watching?.expect(new RegExp(`step\\.confirmed ${step}`));
    const key = site.terminal('verifier', 'step', 'key', run);
    await key.expect(/Type start/);
    key.type('start');
    t.equal(await key.exit(), exit, `${step}\n${key.printed.slice(-400)}`);
    return checking;
  };
  t.match(await critical('cache', 0), /INSERTED during this run/);
  await critical('change', 1);

  const patch = at('patch.yaml', PATCH);
  const test = 'https://ci.example/7';
  await signs('verifier', 'decide', 'run', 'decide', run, 'forward', '--test', test, '--patch', patch);
  t.match(
    await signs('reviewer', 'decide', 'run', 'decide', run),
    /test that shows the defect: https:\/\/ci\.example\/7.*\+ index: Add the index.*arms step index/s,
  );
  await critical('index', 0);
  await arm('verifier', 'last');
  t.match(await site.say('verifier', 'step', 'start', run, 'last'), /moved invoices/, 'the changed input');

  await signs('verifier', 'close', 'run', 'close', run);
  await signs('reviewer', 'close', 'run', 'close', run);
  t.equal(await watching?.exit(), 0);
  const tar = join(site.folder, 'record.tar');
  t.equal(site.plain('lead', 'record', 'export', run, '-o', tar).status, 0);
  const verified = site.plain('lead', 'record', 'verify', tar, '--trust', site.trust, '--accept', 'rehearsal');
  t.match(verified, { status: 0, stdout: /ANCHORED/ }, verified.stdout);
});
