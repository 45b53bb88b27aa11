/** A release that goes wrong, told in terminals only: planned, held, briefed, objected to, failed, decided back, undone, closed as rolled back. Then its record and what follows. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { noTerminals, type Seat, Terminals } from '../helpers/terminals.ts';

/** The starter runbook, with a removal that fails and asks for a decision. */
function failing(folder: string): void {
  const edit = (file: string, change: (text: string) => string) => {
    const path = join(folder, file);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  };
  edit('bin/files', (text) => text.replace('remove)  rm -rf old ;;', 'remove)  rm -rf old; exit 3 ;;'));
  edit('runbook.yaml', (text) =>
    text
      .replace(
        'briefing:\n',
        'clocks:\n  copy: {lasts: keep.keep, starts: remove, means: The files can be restored}\n\nbriefing:\n',
      )
      .replace('drill: [bin/files, drill]\n', 'drill: [bin/files, drill]\n      keep: 14d\n')
      // Nobody here has a security key.
      .replace(/ {4}cross_check:.*\n/, '    cross_check:\n      keys: {high: 0, terminal: 1}\n')
      .replace('    undo:\n', '    on_failure: decide\n    undo:\n')
      .concat('\ndebrief:\n  - {id: report, ask: What did users report first?, answer: text, by: lead}\n'),
  );
}

t.test('a way back, from terminals only', { timeout: 300_000, skip: noTerminals }, async (t) => {
  const site = new Terminals(t);
  await site.start();
  const { say, type, plain, terminal } = {
    say: site.say.bind(site),
    type: site.type.bind(site),
    plain: site.plain.bind(site),
    terminal: site.terminal.bind(site),
  };
  const signs = (seat: Seat, act: string, ...words: string[]) => type(seat, words, [new RegExp(`Type ${act}`), act]);

  const folder = join(site.folder, 'remove-old');
  await say('lead', 'runbook', 'init', folder);
  await say('lead', 'runbook', 'lint', folder);
  failing(folder);
  t.match(await say('lead', 'runbook', 'show', folder), /IRREVERSIBLE/);
  await say('verifier', 'runbook', 'register', folder);
  await signs('reviewer', 'approve', 'runbook', 'approve', 'remove-old');

  const planned = plain('lead', 'run', 'plan', 'remove-old', '--seat', 'reviewer=reviewer', '--for', '1h');
  const run = planned.stdout.trim();
  t.match(planned, { status: 0, stdout: /^[0-9A-Z]{26}\n$/, stderr: /Preflight: nothing stands against it/ });
  await say('verifier', 'run', 'hold', '--plan', run, 'The replica lags');
  t.match(plain('lead', 'run', 'start', run), { status: 6, stderr: /XCK_HOLD_ON/ });
  await say('verifier', 'run', 'update', '--plan', run, '--bluf', 'The replica is an hour behind', '--agree');
  const lifting = await signs('reviewer', 'lift', 'run', 'lift', '--plan', run, '--risk', 'A stale read');
  t.match(lifting, /an hour behind.*agrees to the lift/s);
  t.match(await signs('lead', 'lift', 'run', 'lift', '--plan', run), /A stale read.*Lifted\./s);

  await say('lead', 'run', 'start', run);
  await say('reviewer', 'run', 'join', run);
  const watching = (['lead', 'reviewer'] as const).map((seat) => terminal(seat, 'run', 'watch', run));
  t.match(
    await say('reviewer', 'run', 'brief', run),
    /go or no-go before the first step.*to cross-check remove.*How many files/s,
  );
  t.match(plain('lead', 'run', 'answer', run, 'why', 'yes'), { status: 2, stderr: /link/ });
  await say('lead', 'run', 'answer', run, 'why', 'https://tickets.example/7');
  await say('lead', 'run', 'answer', run, 'go');
  t.match(await say('reviewer', 'run', 'answer', run, 'no-go', 'The backup was not tried'), /HELD: a seat objected/);
  await say(
    'reviewer',
    ...['run', 'update', run, '--impact', '12', '--unit', 'shops', '--whom', 'EU', '--next', '1h'],
    ...['--condition', 'tried=reviewer:The backup was tried'],
  );
  t.match(
    plain('lead', 'run', 'status', run).stdout,
    /12 shops, EU.*NOT MET tried \(reviewer\): The backup was tried/s,
  );
  const early = terminal('lead', 'run', 'lift', run);
  t.equal(await early.exit(), 6, 'a condition that is not met keeps the hold');
  t.match(await say('reviewer', 'run', 'update', run, '--met', 'tried', '--agree'), /met tried/);
  await signs('lead', 'lift', 'run', 'lift', run);
  t.match(await signs('reviewer', 'lift', 'run', 'lift', run), /Signed already, word for word.*Lifted/s);

  const arm = (step: string) => type('lead', ['step', 'arm', run, step], [/name of the target/, 'local']);
  for (const step of ['prepare', 'keep']) {
    await arm(step);
    await say('lead', 'step', 'start', run);
  }
  const check = (answers: readonly (readonly [RegExp, string])[]) =>
    type('reviewer', ['step', 'check', run], ...answers, [/Type confirm/, 'confirm']);
  const key = async () => {
    const keying = terminal('lead', 'step', 'key', run);
    await keying.expect(/Type start/);
    keying.type('start');
    return keying;
  };
  await arm('remove');
  const checking = check([[/How many files/, '2']]);
  await terminal('lead', 'run', 'status', run).exit();
  await watching[0]?.expect(/step\.confirmed remove/);
  const failed = await key();
  t.equal(await failed.exit(), 1, `the command failed\n${failed.printed.slice(-300)}`);
  await checking;
  t.match(plain('lead', 'run', 'lift', run), { status: 2 }, 'a lift needs a terminal');

  const shown = plain('lead', 'run', 'decide', run);
  t.match(shown.stdout, /POSSIBLE\n {2}back {5}yes\n {2}forward {2}yes.*undoes by remove-undo/s, shown.stderr);
  await signs('lead', 'decide', 'run', 'decide', run, 'back');
  t.match(await signs('reviewer', 'decide', 'run', 'decide', run), /being undone/);
  await arm('remove-undo');
  const undoing = check([]);
  await watching[0]?.expect(/step\.confirmed remove-undo/);
  t.equal(await (await key()).exit(), 0, 'undone');
  await undoing;
  t.equal(readFileSync(join(site.work, 'old', 'first.txt'), 'utf8'), 'first\n', 'the files are back');

  await say('lead', 'run', 'answer', run, 'report', 'Nobody noticed');
  await signs('lead', 'close', 'run', 'close', run);
  t.match(await signs('reviewer', 'close', 'run', 'close', run), /Closed as rolled-back/);
  for (const one of watching) t.equal(await one.exit(), 7, 'a run that was rolled back');

  const tar = join(site.folder, 'record.tar');
  t.equal(plain('lead', 'record', 'export', run, '-o', tar).status, 0);
  const verified = plain('lead', 'record', 'verify', tar, '--trust', site.trust);
  t.match(verified, { status: 0, stdout: /ANCHORED/ }, verified.stdout);

  t.match(plain('lead', 'run', 'windows').stdout, /copy 1[34]d .*The files can be restored.*keep .*kept until/s);
  await say('reviewer', 'run', 'windows', 'deleted', run, 'keep', '--evidence', 'ls: no such file');
  t.match(plain('lead', 'run', 'windows').stdout, /deleted .* by reviewer: ls: no such file/);
  await say('lead', 'run', 'postmortem', run, '--write', 'went_well=The way back was drilled');
  const told = plain('lead', 'run', 'postmortem', run);
  t.match(told.stdout, /The way back was drilled/);
  t.notMatch(told.stdout, /reviewer said/, 'roles, not names');
  await say(
    'lead',
    ...['run', 'countermeasure', 'add', run, 'try-first', '--what', 'Try it on a copy', '--owner', 'data-platform'],
    ...['--cost', 'one hour', '--effect', 'it fails there', '--due', '14d'],
  );
  await say('lead', 'run', 'countermeasure', 'close', run, 'try-first', '--evidence', 'https://ci.example/8');
  t.match(plain('lead', 'run', 'countermeasure', run).stdout, /try-first closed .*ci\.example/);

  const rest = ['--follows', run, '--test', 'https://ci.example/9'];
  t.match(plain('lead', 'run', 'start', 'remove-old', '--follows', run), { status: 2, stderr: /links the test/ });
  const next = plain('lead', 'run', 'start', 'remove-old', ...rest);
  t.match(next, { status: 0, stdout: /^[0-9A-Z]{26}\n$/ }, next.stderr);
});
