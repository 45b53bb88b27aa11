/** Three people in real browsers, one at 360 px: a plan is held and let go, a hold is raised, updated and lifted, a step fails, and what it did is undone by decision. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t from 'tap';
import { ROOT } from '../helpers/server.ts';
import { Browsers, type Seat, skip } from './people.ts';

const MAIN = join(ROOT, 'build', 'server', 'cli', 'main.js');

/** A change of a starter that has become another is an error here, not a wait somewhere later. */
function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the starter has no ${JSON.stringify(from)}`);
  return text.replace(from, to);
}

/** The starter runbook with a third seat, and a removal that fails after it has removed everything. */
function failing(folder: string): void {
  spawnSync(process.execPath, [MAIN, 'runbook', 'init', folder], { encoding: 'utf8' });
  const edit = (file: string, change: (text: string) => string) => {
    const path = join(folder, file);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  };
  edit('bin/files', (text) => replaced(text, 'remove)  rm -rf old ;;', 'remove)  rm -rf old; exit 3 ;;'));
  edit('runbook.yaml', (text) =>
    [
      [
        'presence: {required: [lead, reviewer]}',
        '  verifier: {roles: [sre]}\npresence: {required: [lead, reviewer], grace: 5m}',
      ],
      ['go_no_go: {of: [lead, reviewer]}', 'go_no_go: {of: [lead, reviewer, verifier]}'],
      [
        'briefing:\n',
        'clocks:\n  copy: {lasts: keep.keep, starts: remove, means: the files can be restored from the copy}\n\nbriefing:\n',
      ],
      ['drill: [bin/files, drill]\n', 'drill: [bin/files, drill]\n      keep: 14d\n'],
      ['    cross_check:\n', '    cross_check:\n      eyes: 6\n      by: [reviewer, verifier]\n'],
      ['    undo:\n', '    on_failure: decide\n    undo:\n'],
    ]
      .reduce((so, [from = '', to = '']) => replaced(so, from, to), text)
      .concat('\ndebrief:\n  - {id: report, ask: What did users report first?, answer: text, by: lead}\n'),
  );
}

t.setTimeout(400_000);

t.test('a hold and a decision, between three people', { timeout: 400_000, skip }, async (t) => {
  const runbooks = await mkdtemp(join(tmpdir(), 'crosscheck-runbooks-'));
  t.teardown(() => rm(runbooks, { recursive: true, force: true }));
  failing(join(runbooks, 'remove-old'));
  const people = await Browsers.open(t, 'hold-and-decide', ['--runbooks', runbooks]);
  const { lead, reviewer, verifier } = people.pages;
  const everybody = ['lead', 'reviewer', 'verifier'] as const;
  const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();
  /** Each signs in turn on their own page; the button is theirs until they have. */
  const sign = async (seats: readonly Seat[], path: string, verb: string) => {
    for (const seat of seats) {
      const page = await people.go(seat, path);
      await press(page, verb);
      await page
        .getByText(/You have signed|is not open\.|No hold is open|nothing to decide|is closed/)
        .first()
        .waitFor();
    }
  };

  await lead.getByRole('link', { name: /Read and register/ }).click();
  await press(lead, 'Register this folder');
  await lead.getByText('You are an author of this folder').waitFor();
  await reviewer.reload();
  await reviewer.getByRole('link', { name: /Read and approve/ }).click();
  await press(reviewer, 'Approve this folder');
  await reviewer.getByRole('link', { name: 'Plan a run' }).waitFor();

  await people.go('lead', '/');
  await lead.getByRole('link', { name: /Plan a run/ }).click();
  await lead.getByRole('radio', { name: /^Live/ }).check();
  for (const [seat, name] of [
    ['lead', 'Marta Zielińska'],
    ['reviewer', 'Jonas Brandt'],
    ['verifier', 'Aiko Tanaka'],
  ] as const)
    await lead.getByLabel(new RegExp(`^${seat}:`)).selectOption({ label: name });
  await press(lead, 'Save the plan');
  await lead.getByRole('button', { name: 'Sign and open the run' }).waitFor();
  await people.shot('lead', '1-plan');
  const plan = new URL(lead.url()).pathname;

  await people.go('verifier', plan);
  await press(verifier, 'HOLD');
  await verifier.keyboard.type('The nightly job still reads these files.');
  await verifier.keyboard.press('Enter');
  await verifier.getByRole('button', { name: /^HELD/ }).click();
  await verifier.getByRole('heading', { name: 'The nightly job still reads these files.' }).waitFor();
  await people.shot('verifier', '2-plan-held');
  await lead.getByText('It is held. Silence lifts nothing.').waitFor();
  t.ok(await lead.getByRole('button', { name: 'Sign and open the run' }).isDisabled(), 'a held plan opens nothing');
  const held = new URL(verifier.url()).pathname;
  await people.go('lead', held);
  await lead.getByLabel(/^Risk that remains/).fill('Tonight’s job reads one file that is gone.');
  await press(lead, 'Sign the lift');
  await lead.getByText('You have signed').first().waitFor();
  await people.go('reviewer', held);
  await reviewer.getByText('Tonight’s job reads one file that is gone.').waitFor();
  await sign(['reviewer', 'verifier'], held, 'Sign the lift');

  await people.go('lead', plan);
  await press(lead, 'Sign and open the run');
  await lead.waitForURL(/\/runs\//);
  const room = new URL(lead.url()).pathname.replace(/\/$/, '');
  for (const seat of ['reviewer', 'verifier'] as const) {
    const page = await people.go(seat, room);
    await press(page, `Take the ${seat} seat`);
    await page.getByRole('button', { name: `Take the ${seat} seat` }).waitFor({ state: 'detached' });
  }

  await people.answer('lead', room, 'https://tickets.example/7');
  await people.voteGo(room);
  await people.shot('reviewer', '3-briefing');
  await lead.getByText('Everything is answered. The lead may arm.').waitFor();

  await people.go('lead', room);
  const arm = async (what: string) => {
    await lead.getByText(`To arm ${what}, type its target`).waitFor();
    await lead.locator('#target').fill('local');
    await press(lead, `Arm ${what}`);
  };
  for (const number of [1, 2]) {
    await arm(`step ${number}`);
    await press(lead, `Start step ${number}`);
  }
  await lead.getByText('To arm step 3, type its target').waitFor();

  // The phone raises, the lead writes and sets a condition, its owner meets it, all three lift.
  await people.go('reviewer', room);
  await press(reviewer, 'HOLD');
  await reviewer.keyboard.type('A shop still shows a link to the old files.');
  await press(reviewer, 'Raise the hold');
  await lead.getByRole('button', { name: /^HELD/ }).click();
  await press(lead, 'Write update');
  await lead.getByLabel('What is new, in one sentence').fill('The link is found; it goes at the next deploy.');
  await press(lead, 'in 20 min');
  await lead.getByLabel(/^Bottom line/).fill('Twelve shops link to files that will be gone. Orders are safe.');
  await lead.getByLabel('How many').fill('12');
  await lead.getByLabel('of what').fill('shops with a dead link');
  await lead.getByLabel('who they are').fill('EU');
  await lead.getByLabel('What is being done').fill('The link is removed from the template.');
  await press(lead, 'Add a condition');
  await lead.getByLabel('What must be true').fill('No page links to the old files');
  await lead.getByLabel('Which seat sees to it').selectOption('verifier');
  await press(lead, 'Send the update');
  await lead.getByText('One condition is not met: verifier.').waitFor();
  await people.shot('lead', '4-hold');
  await people.go('reviewer', `${room}/hold`);
  await reviewer.getByText('Twelve shops link to files').waitFor();
  await people.shot('reviewer', '4-hold');
  await people.go('verifier', `${room}/hold`);
  await press(verifier, /^It is met/);
  await verifier.getByText('1 of 1 met').waitFor();
  await reviewer.getByLabel('Why, in one sentence').fill('I looked at the shops again.');
  await press(reviewer, 'I agree');
  await reviewer.getByText('agrees with the lift').waitFor();
  await people.shot('reviewer', '5-agrees');
  await sign(everybody, `${room}/hold`, 'Sign the lift');
  await lead
    .getByText(/Lifted at/)
    .first()
    .waitFor();

  // The removal is cross-checked, runs, and fails.
  const confirm = async (answers: readonly (readonly ['reviewer' | 'verifier', string | null])[]) => {
    for (const [seat, answer] of answers) {
      await (await people.check(seat, room, answer)).click();
      await people.pages[seat].getByText(/You confirmed/).waitFor();
    }
    await press(lead, 'Turn the key');
  };
  await people.go('lead', room);
  await arm('step 3');
  await confirm([
    ['reviewer', '2'],
    ['verifier', null],
  ]);
  await lead.getByText('Held after a failure.').waitFor();
  await people.shot('lead', '6-failed');
  await lead.getByRole('link', { name: 'Back or forward' }).click();
  await lead.getByRole('button', { name: 'Sign roll back' }).waitFor();
  t.match(await lead.locator('.compare').innerText(), /bin\/files restore/);
  await people.shot('lead', '7-decide');
  await sign(['lead'], `${room}/decide`, 'Sign roll back');
  await people.go('reviewer', `${room}/decide`);
  await reviewer.getByText('Proposed: roll back').waitFor();
  await people.shot('reviewer', '7-decide');
  await sign(['reviewer', 'verifier'], `${room}/decide`, 'Sign roll back');
  await people.shot('verifier', '8-decided');

  await people.go('lead', room);
  await arm('the undo of step 3');
  await people.shot('lead', '9-undo');
  await confirm([
    ['reviewer', null],
    ['verifier', null],
  ]);
  await lead.getByText(/of the debrief is missing/).waitFor();
  const first = join(people.demo.data, 'agent', 'data', 'old', 'first.txt');
  t.equal(readFileSync(first, 'utf8'), 'first\n', 'the files are back');

  await lead.getByRole('link', { name: 'Go to the debrief' }).click();
  await people.answer('lead', room, 'Nobody noticed');
  await lead.getByText('Everything is answered.').waitFor();
  await sign(['lead', 'verifier'], `${room}/close`, 'Sign the close-out');

  await people.go('lead', `${room}/postmortem`);
  await lead.getByText(/Roll back, decided by/).waitFor();
  await lead.getByLabel('What went well').fill('The way back was written before it was needed.');
  await press(lead, 'Save into the log');
  await lead.getByText('Nothing is changed.').waitFor();
  await people.shot('lead', '10-postmortem');
  await people.go('reviewer', `${room}/windows`);
  await reviewer.getByRole('heading', { name: /The next way back ends in/ }).waitFor();
  await people.shot('reviewer', '11-windows');

  await people.go('lead', `${room}/record`);
  await lead
    .getByText(/SELF-CONSISTENT/)
    .first()
    .waitFor();
  const [download] = await Promise.all([lead.waitForEvent('download'), press(lead, 'Export')]);
  const tar = join(people.demo.data, 'back.tar');
  await download.saveAs(tar);
  const trust = join(people.demo.data, 'trust.txt');
  const verdict = spawnSync(process.execPath, [MAIN, 'record', 'verify', tar, '--trust', trust], { encoding: 'utf8' });
  t.match([verdict.status, verdict.stdout], [3, /ANCHORED \(solo\)/], 'the record proves hold, decision and way back');
  t.same(people.problems, [], 'no page had an error');
});
