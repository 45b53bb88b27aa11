/** A record is verified in a browser whose network is switched off: the page is there, the bundle and the trust root are files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { packBundle } from '../../core/record/bundle.ts';
import { trustText } from '../../core/record/trust.ts';
import { findChromium, launch } from '../helpers/chromium.ts';
import { ROOT, serve, testSite } from '../helpers/server.ts';
import { testRun } from '../helpers/site.ts';
import { packWhole } from '../helpers/whole.ts';

const chromium = await findChromium();
const skip = chromium ? false : 'no Chromium found: set CHROMIUM to a browser, or install one';

t.test('with the network off', { skip, timeout: 120_000 }, async (t) => {
  const site = await testSite();
  const running = await serve(site);
  t.teardown(async () => {
    await running.close();
    site.remove();
  });
  const browser = await launch(chromium ?? '');
  t.teardown(() => browser.close());
  const run = testRun({ executor: 'detached' }).complete();
  const tar = packBundle(run.bundle());
  const folder = t.testdir();
  const file = (name: string, bytes: Uint8Array | string) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const within = Buffer.from(tar).indexOf('"seq":7');
  const record = file('run.crosscheck.tar', tar);
  const damaged = file(
    'damaged.tar',
    tar.map((byte, at) => (at === within ? byte ^ 1 : byte)),
  );
  const whole = file('log.crosscheck.tar', await packWhole(run.site));
  const trust = file('trust.txt', trustText(run.site.trust));

  const context = await browser.newContext();
  const page = await context.newPage();
  const asked: string[] = [];
  let off = false;
  page.on('request', (request) => off && asked.push(request.url()));
  const open = async (bundle: string) => {
    off = false;
    await context.setOffline(false);
    await page.goto(`http://localhost:${running.port}/verify`);
    await page.getByLabel('Bundle, a .crosscheck.tar').waitFor();
    await context.setOffline(true);
    off = true;
    await page.getByLabel('Bundle, a .crosscheck.tar').setInputFiles(bundle);
  };
  const plaque = (word: RegExp) => page.getByRole('heading', { level: 1, name: word }).waitFor();

  await open(record);
  await plaque(/SELF-CONSISTENT/);
  await page.getByLabel('Trust-root file').setInputFiles(trust);
  await plaque(/ANCHORED · independent/);
  t.equal(await page.getByRole('row').filter({ hasText: 'I inspected this command' }).count(), 2, 'what they signed');
  mkdirSync(join(ROOT, 'screenshots', 'offline'), { recursive: true });
  await page.pdf({ path: join(ROOT, 'screenshots', 'offline', 'record.pdf'), format: 'A4' });
  await page.emulateMedia({ media: 'print' });
  t.ok(await page.getByRole('columnheader', { name: 'Meaning' }).isVisible(), 'the print has the meaning');
  await page.emulateMedia({ media: 'screen' });
  t.same(asked, [], 'nothing was asked of the network');

  await open(damaged);
  await plaque(/INVALID/);
  await open(whole);
  await page.getByLabel('Trust-root file').setInputFiles(trust);
  await plaque(/^ ?ANCHORED/);
  await page
    .getByRole('row')
    .filter({ hasText: run.state.facts.run })
    .getByText('independent, detached agent')
    .waitFor();
  t.same(asked, [], 'nor for the whole log');
});
