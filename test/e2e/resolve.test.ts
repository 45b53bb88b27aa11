/** A step whose end nobody saw, told in terminals: the lead and the quorum say what became of it, with evidence, and the run goes on from there. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { outputUnderWay, reboot } from '../helpers/agent.ts';
import { Pty } from '../helpers/pty.ts';
import { until } from '../helpers/server.ts';
import { Stage } from '../helpers/stage.ts';
import { MAIN, noTerminals } from '../helpers/terminals.ts';

const RUNBOOK = `apiVersion: crosscheck/v1
id: wait-for-go
title: Waits until it may go, then counts
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
presence: {required: [lead], grace: 1h}
steps:
  - id: count
    title: Count
    critical: true
    run: [bin/count, '\${{ run.data }}']
    timeout: 10m
    cross_check: {eyes: 4, by: [reviewer]}
  - {id: look, title: Look, run: [echo, look]}
`;
const COUNT = '#!/bin/sh\necho begun\nwhile [ ! -e "$1/go" ]; do sleep 0.02; done\n';

/** Words of people at the terminals of a stage. */
function speaking(t: Test, stage: Stage) {
  const open: Pty[] = [];
  t.teardown(() => {
    for (const pty of open) pty.kill();
  });
  const terminal = (who: string, words: readonly string[]) => {
    const pty = new Pty([process.execPath, MAIN, ...words], stage.env(who));
    open.push(pty);
    return pty;
  };
  const plain = (who: string, ...words: string[]) =>
    spawnSync(process.execPath, [MAIN, ...words], { env: stage.env(who), encoding: 'utf8' });
  const type = async (who: string, words: readonly string[], ...answers: readonly (readonly [RegExp, string])[]) => {
    const pty = terminal(who, words);
    for (const [asked, typed] of answers) {
      await pty.expect(asked);
      pty.type(typed);
    }
    t.equal(await pty.exit(), 0, `${who}: ${words.join(' ')}\n${pty.printed.slice(-600)}`);
    return pty.printed;
  };
  return {
    terminal,
    plain,
    type,
    say: (who: string, ...words: string[]) => type(who, words),
    signs: (who: string, act: string, ...words: string[]) => type(who, words, [new RegExp(`Type ${act}`), act]),
  };
}

t.test('what became of a step is said by lead and quorum', { timeout: 300_000, skip: noTerminals }, async (t) => {
  const stage = await Stage.open(t);
  const { terminal, plain, type, say, signs } = speaking(t, stage);
  for (const who of ['marta', 'jonas', 'aiko']) await say(who, 'login', '--trust', stage.places.trust);
  const folder = join(stage.places.work, 'wait-for-go');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'runbook.yaml'), RUNBOOK);
  writeFileSync(join(folder, 'bin', 'count'), COUNT, { mode: 0o755 });
  await say('aiko', 'runbook', 'register', folder);
  await signs('jonas', 'approve', 'runbook', 'approve', 'wait-for-go');
  const run = plain('marta', 'run', 'start', 'wait-for-go').stdout.trim();
  await say('jonas', 'run', 'join', run);

  const status = () => plain('marta', 'run', 'status', run).stdout;
  /** From the arming to the middle of the command; then everything dies. */
  const lost = async () => {
    await type('marta', ['step', 'arm', run, 'count'], [/name of the target/, 'local']);
    const check = terminal('jonas', ['step', 'check', run]);
    await check.expect(/Type confirm/);
    check.type('confirm');
    await check.expect(/Confirmed;/);
    const key = terminal('marta', ['step', 'key', run]);
    await key.expect(/Type start/);
    key.type('start');
    await until(() => outputUnderWay(stage.site).includes('begun'), 'its first output');
    await stage.kill();
    reboot(stage.site);
    await stage.start();
    await until(() => /unknown/i.test(status()), 'the unknown outcome');
  };
  const resolve = ['step', 'resolve', run, 'count'];

  await lost();
  t.match(status(), /HELD/);
  const armed = terminal('marta', ['step', 'arm', run, 'look']);
  await armed.expect(/name of the target/);
  armed.type('local');
  t.not(await armed.exit(), 0, 'nothing goes on meanwhile');
  const evidence = ['--evidence', 'nobody has written to the table since noon'];
  t.match(plain('marta', ...resolve, 'not-started', ...evidence), { status: 2, stderr: /terminal/ });
  const bare = terminal('marta', [...resolve, 'not-started']);
  t.equal(await bare.exit(), 2);
  t.match(bare.printed, /What is the evidence\?/);
  const vague = terminal('marta', [...resolve, 'perhaps', ...evidence]);
  t.equal(await vague.exit(), 2);
  t.match(vague.printed, /Say finished, failed, not-started/);
  const outsider = terminal('aiko', [...resolve, 'not-started', ...evidence]);
  t.not(await outsider.exit(), 0);
  t.match(outsider.printed, /You do not hold that seat/, 'somebody without a seat is told before anything is signed');
  const first = await signs('marta', 'resolve', ...resolve, 'not-started', ...evidence);
  t.match(first, /count: Count: not-started\s+evidence: nobody has written.*Your signature is in; nothing goes on/s);
  t.match(status(), /HELD/, 'one signature says nothing yet');
  const second = await signs('jonas', 'resolve', ...resolve);
  t.match(second, /not-started\s+evidence: nobody has written to the table since noon.*word for word: marta/s);
  t.notMatch(status(), /HELD/, 'the hold of the unknown outcome ends with the word');

  await lost();
  const other = ['--evidence', 'the count is in the table'];
  await signs('jonas', 'resolve', ...resolve, 'failed', '--evidence', 'I see no count');
  const anew = await signs('marta', 'resolve', ...resolve, 'finished', ...other);
  t.match(anew, /jonas \(reviewer\) signed something else; signing this begins anew/);
  t.match(status(), /HELD/, 'two different words are no quorum');
  await signs('jonas', 'resolve', ...resolve);
  t.notMatch(status(), /HELD/);
  const over = terminal('marta', [...resolve, 'finished', ...other]);
  t.not(await over.exit(), 0);
  t.match(over.printed, /nothing of count is unknown/);

  await type('marta', ['step', 'arm', run, 'look'], [/name of the target/, 'local']);
  await say('marta', 'step', 'start', run);
  await signs('marta', 'close', 'run', 'close', run);
  t.match(await signs('jonas', 'close', 'run', 'close', run), /Closed as done/);
  const tar = join(stage.places.work, 'run.tar');
  t.equal(plain('marta', 'record', 'export', run, '-o', tar).status, 0);
  const verified = plain('aiko', 'record', 'verify', tar, '--trust', stage.places.trust);
  t.match(verified, { status: 0, stdout: /ANCHORED/ }, verified.stdout);
});
