/** Three separate people in a real browser take the runbook from registration to the signed close-out on the real database; the column is gone. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { BrowserContext, Page } from 'playwright-core';
import t from 'tap';
import { findChromium, launch } from '../helpers/chromium.ts';
import { type DemoSeat, startDemoServer } from '../helpers/demo.ts';
import { ROOT } from '../helpers/server.ts';

const PICTURES = join(ROOT, 'screenshots', 'release');
const WAIT = 90_000;

const chromium = await findChromium();
/** Scrolls a statement through as a reader does: every line comes on screen. Runs in the page. */
async function readThrough(well: Element): Promise<void> {
  for (const end of well.querySelectorAll('[data-end]')) {
    end.scrollIntoView({ block: 'center' });
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }
}

const skip = chromium ? false : 'no Chromium found: set CHROMIUM to a browser, or install one';
t.test('three people, one at 360 px', { timeout: 300_000, skip }, async (t) => {
  mkdirSync(PICTURES, { recursive: true });
  const pages = {} as Record<DemoSeat, Page>;
  const demo = await startDemoServer();
  const browser = await launch(chromium ?? '');
  t.teardown(async () => {
    for (const [seat, page] of Object.entries(pages))
      await page.screenshot({ path: join(PICTURES, `last-${seat}.png`) });
    await browser.close();
    await demo.stop();
  });
  const database = join(demo.data, 'agent', 'data', 'customers.db');
  const ask = (query: string): unknown => {
    const db = new Database(database, { readonly: true });
    const value = db.prepare(query).pluck().get();
    db.close();
    return value;
  };

  const problems: string[] = [];
  const enter = async (seat: DemoSeat, width: number, height: number, colorScheme: 'dark' | 'light') => {
    const context: BrowserContext = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    page.setDefaultTimeout(WAIT);
    page.on('pageerror', (error) => problems.push(`${seat}: ${error.message}`));
    await page.goto(demo.links[seat]);
    await page.getByRole('button', { name: 'Make and enrol my key' }).click();
    await page.getByRole('button', { name: 'Make and enrol my key' }).waitFor({ state: 'detached' });
    pages[seat] = page;
    return page;
  };
  const shot = (seat: DemoSeat, name: string) =>
    pages[seat].screenshot({ path: join(PICTURES, `${name}-${seat}.png`) });

  const lead = await enter('lead', 1440, 900, 'dark');
  const reviewer = await enter('reviewer', 360, 740, 'dark');
  const verifier = await enter('verifier', 1440, 900, 'light');

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
  const room = new URL(lead.url()).pathname;
  for (const [seat, page] of [
    ['reviewer', reviewer],
    ['verifier', verifier],
  ] as const) {
    await page.goto(new URL(room, demo.links[seat]).href);
    await page.getByRole('button', { name: `Take the ${seat} seat` }).click();
    await page.getByRole('button', { name: `Take the ${seat} seat` }).waitFor({ state: 'detached' });
  }

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

  const check = async (seat: 'reviewer' | 'verifier', answer: string) => {
    const page = pages[seat];
    await page.goto(new URL(`${room.replace(/\/$/, '')}/check`, demo.links[seat]).href);
    await page.getByRole('heading', { name: /pairs of eyes/ }).waitFor();
    await page.locator('input[id^="answer-"]').fill(answer);
    await page.locator('#statement').evaluate(readThrough);
    return page.getByRole('button', { name: /^Confirm$/ });
  };
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

  await lead.locator('footer').getByRole('link', { name: 'Sign the close-out' }).click();
  await lead.getByRole('button', { name: 'Sign the close-out' }).click();
  await shot('lead', '9-close');
  await verifier.goto(new URL(`${room.replace(/\/$/, '')}/close`, demo.links.verifier).href);
  await verifier.getByRole('button', { name: 'Sign the close-out' }).click();
  await lead
    .getByText(/The run is closed|closed/i)
    .first()
    .waitFor();
  await lead.goto(new URL(`${room.replace(/\/$/, '')}/record`, demo.links.lead).href);
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
