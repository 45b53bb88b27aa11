/** Three separate people in a real browser take the runbook from registration to the signed close-out on the real database; the column is gone. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { ROOT } from '../helpers/server.ts';
import { Browsers, skip } from './people.ts';

t.setTimeout(300_000);

t.test('three people, one at 360 px', { timeout: 300_000, skip }, async (t) => {
  const people = await Browsers.open(t, 'release');
  const { demo, problems } = people;
  const { lead, reviewer, verifier } = people.pages;
  const shot = people.shot.bind(people);
  const database = join(demo.data, 'agent', 'data', 'customers.db');
  const ask = (query: string): unknown => {
    const db = new Database(database, { readonly: true });
    const value = db.prepare(query).pluck().get();
    db.close();
    return value;
  };

  await lead.getByRole('link', { name: 'Read and register drop-plaintext-email' }).click();
  await lead.getByRole('button', { name: 'Register this folder' }).click();
  await lead.getByText('You are an author of this folder').waitFor();
  await reviewer.reload();
  await reviewer.getByText(/Read and approve/).click();
  await shot('reviewer', '1-approve');
  await reviewer.getByRole('button', { name: 'Approve this folder' }).click();
  await reviewer.getByRole('link', { name: 'Plan a run' }).waitFor();

  await lead.goto(new URL('/', demo.links.lead).href);
  await shot('lead', '2-home');
  await lead
    .getByRole('link', { name: /Plan a run/ })
    .first()
    .click();
  await lead.getByLabel('api_port').fill(String(demo.port + 1));
  await lead.getByText('Live: it runs on the real targets').click();
  await lead.getByRole('button', { name: 'Save the plan' }).click();
  await lead.getByRole('button', { name: 'Sign and open the run' }).waitFor();
  await shot('lead', '3-plan');
  await lead.getByRole('button', { name: 'Sign and open the run' }).click();
  await lead.waitForURL(/\/runs?\//);
  const room = new URL(lead.url()).pathname.replace(/\/$/, '');
  for (const [seat, page] of [
    ['reviewer', reviewer],
    ['verifier', verifier],
  ] as const) {
    await page.goto(new URL(room, demo.links[seat]).href);
    await page.getByRole('button', { name: `Take the ${seat} seat` }).click();
    await page.getByRole('button', { name: `Take the ${seat} seat` }).waitFor({ state: 'detached' });
  }

  await people.answer('lead', room, 'Piotr Nowak');
  await people.answer('verifier', room, 'https://wiki.example/e-mails-go');
  await people.voteGo(room);
  await shot('reviewer', '3-briefing');
  await people.go('lead', room);

  const arm = async (number: number) => {
    await lead.getByText(`To arm step ${number}, type its target`).waitFor();
    await lead.locator('#target').fill('customers-host');
    await lead.getByRole('button', { name: `Arm step ${number}` }).click();
  };
  for (const number of [1, 2, 3]) {
    await arm(number);
    await lead.getByRole('button', { name: `Start step ${number}` }).click();
  }
  await arm(4);
  t.equal(
    ask("select count(*) from pragma_table_info('customers') where name = 'email'"),
    1,
    'the column is still there',
  );
  t.ok(existsSync(join(demo.data, 'agent', 'data', 'backups')), 'a backup was made');

  const instance = String(ask('select name from instance'));
  const loss = String(ask("select count(*) from customers where email <> ''"));
  for (const page of [lead, reviewer, verifier])
    t.notMatch(await page.content(), loss, 'no page shows the blind count');

  const check = (seat: 'reviewer' | 'verifier', answer: string) => people.check(seat, room, answer);
  const wrong = await check('reviewer', 'some-other-db');
  await shot('reviewer', '4-check');
  await wrong.click();
  await reviewer.getByText('Your answer differs.').waitFor();
  await (await check('reviewer', instance)).click();
  await reviewer.getByText(/You confirmed step 4/).waitFor();
  await shot('reviewer', '5-confirmed');
  await lead.getByText(/One confirmation is missing/).waitFor();
  await shot('lead', '6-room');
  const confirm = await check('verifier', loss);
  await shot('verifier', '7-check');
  await confirm.click();
  await verifier.getByText(/You confirmed step 4/).waitFor();
  await lead.getByRole('button', { name: 'Turn the key' }).click();
  await arm(5);
  t.equal(ask("select count(*) from pragma_table_info('customers') where name = 'email'"), 0, 'the column is gone');
  await shot('lead', '8-after');
  await lead.getByRole('button', { name: 'Start step 5' }).click();
  await arm(6);
  await lead.getByRole('button', { name: 'Start step 6' }).click();
  await lead.getByText(/of the debrief is missing/).waitFor();
  await people.answer('lead', room, 'None in the first ten minutes');
  await people.go('lead', room);

  await lead.locator('footer').getByRole('link', { name: 'Sign the close-out' }).click();
  await lead.getByRole('button', { name: 'Sign the close-out' }).click();
  await shot('lead', '9-close');
  await verifier.goto(new URL(`${room}/close`, demo.links.verifier).href);
  await verifier.getByRole('button', { name: 'Sign the close-out' }).click();
  await lead
    .getByText(/The run is closed|closed/i)
    .first()
    .waitFor();
  await lead.goto(new URL(`${room}/record`, demo.links.lead).href);
  await lead
    .getByText(/SELF-CONSISTENT|ANCHORED/)
    .first()
    .waitFor();
  await shot('lead', '10-record');
  const run = /\/runs\/(\w{26})/.exec(room)?.[1] ?? '';
  const [download] = await Promise.all([
    lead.waitForEvent('download'),
    lead.getByText('Export', { exact: true }).click(),
  ]);
  const tar = join(demo.data, `${run}.tar`);
  await download.saveAs(tar);
  const main = join(ROOT, 'build', 'server', 'cli', 'main.js');
  const verdict = spawnSync(
    process.execPath,
    [main, 'record', 'verify', tar, '--trust', join(demo.data, 'trust.txt')],
    {
      encoding: 'utf8',
    },
  );
  t.match([verdict.status, verdict.stdout], [3, /ANCHORED \(solo\)/], 'a demo is never four eyes');
  t.same(problems, [], 'no page had an error');
  t.ok(statSync(database).size > 0);
});
