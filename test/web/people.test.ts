/** The page of people in a real browser: drawn in both themes, a keeper's signature over the very bytes that others signed, a suspension in two steps, receipts that stay. */
import { readFile } from 'node:fs/promises';
import t from 'tap';
import { lineJson, parseStatement } from '../../core/approval/statement.ts';
import { utf8 } from '../../core/bytes/encoding.ts';
import { nextText, offeredText } from '../../core/log/roster.ts';
import { fingerprintOf, keyToRead, rosterRows } from '../../core/site/rosterFacts.ts';
import { axe, lookAtAll, open, overflowing, posted, SIZES, skip, withKit } from './kit.ts';
import { peopleScenes } from './people.ts';
import type { Scene } from './scenes.ts';

t.setTimeout(300_000);

const ALL = peopleScenes();
const sceneOf = (name: string): Scene => {
  const found = ALL[name];
  if (!found) throw new Error(`no scene ${name}`);
  return found;
};

t.test('every moment in both themes at 360 and 1440 px', { skip, timeout: 300_000 }, (t) =>
  withKit((kit) => lookAtAll(t, kit, ALL)),
);

t.test('a keeper compares, reads one fingerprint back, and signs what the first keeper signed', { skip }, (t) =>
  withKit(async (kit) => {
    const scene = sceneOf('people waits');
    const { roster } = scene.run.site;
    const context = await kit.browser.newContext({ viewport: SIZES.wide });
    const { page, errors } = await open(kit, context, scene);
    await page.getByText('Roster 4 waits for signatures').waitFor();
    t.match(await page.locator('.roster').innerText(), /Aiko Tanaka/);
    const sign = page.getByRole('button', { name: 'Sign roster 4' });
    t.ok(await sign.isDisabled(), 'not before something was compared');
    await page.locator('#read-back').fill('abcdef');
    t.ok(await sign.isDisabled(), 'nor where it is another fingerprint');
    const rows = rosterRows(nextText(roster), offeredText(roster));
    const read = keyToRead(rows, scene.run.site.people.keeper.id, false)?.value ?? '';
    await page.locator('#read-back').fill(read.slice(-6));
    await sign.click();
    const sent = await posted(kit, page);
    t.equal(sent['type'], 'roster');
    const lines = parseStatement('roster', utf8(String(sent['statement'])));
    t.ok(lines.ok && lines.value.about === roster.made && lines.value.signer === scene.run.site.people.keeper.id);
    t.equal(sent['salt'], Buffer.alloc(32).toString('base64'), 'the salt of the first keeper');
    t.same(lines.ok && (lineJson(lines.value.content) as { version: number }).version, 4);
    t.same(
      errors.filter((one) => !/script-src/.test(one)),
      [],
    );
    await context.close();
  }),
);

t.test('suspending takes two presses, and everybody has the button for their own key alone', { skip }, (t) =>
  withKit(async (kit) => {
    const scene = sceneOf('people calm');
    const { sre } = scene.run.site.people;
    for (const viewport of Object.values(SIZES)) {
      const context = await kit.browser.newContext({ viewport });
      const { page } = await open(kit, context, scene);
      const suspend = page.getByRole('button', { name: 'Suspend your own key' });
      await suspend.waitFor();
      t.equal(await page.getByRole('button', { name: /Suspend/ }).count(), 1, 'no keeper, no other key');
      await suspend.click();
      t.equal(kit.server.commands.length, 0, 'the first press sends nothing');
      t.same(await axe(page), []);
      await page.getByRole('button', { name: 'Suspend your own key' }).click();
      t.same(await posted(kit, page), { type: 'suspend', of: sre.id, key: sre.key, text: null });
      await context.close();
      kit.server.commands.length = 0;
    }
  }),
);

t.test('what is signed in a browser leaves a receipt in it', { skip }, (t) =>
  withKit(async (kit) => {
    const context = await kit.browser.newContext({ viewport: SIZES.wide });
    const scene = sceneOf('people calm');
    const { page } = await open(kit, context, scene);
    await page.getByText('Nothing was signed in this browser yet').waitFor();
    await page.getByRole('button', { name: 'Suspend your own key' }).click();
    await page.getByRole('button', { name: 'Suspend your own key' }).click();
    await page.getByText('Save my receipts, 1').click();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'entry 1' }).click(),
    ]);
    t.match(await readFile(await saved.path(), 'utf8'), /^c2sp\.org\/tlog-proof@v1\n/);
    await context.close();
  }),
);

t.test('foreign names are drawn, never obeyed, and a chain that lies is not drawn', { skip }, (t) =>
  withKit(async (kit) => {
    const context = await kit.browser.newContext({ viewport: SIZES.phone });
    const long = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(8);
    const names = { dba: 'Jonas\u202Etdnarb\u200b<img src=x>', sre: long };
    const { page } = await open(kit, context, sceneOf('people waits'), { names });
    await page.locator('.members').waitFor();
    t.match(await page.locator('body').innerText(), 'Jonas\\u{202e}tdnarb\\u{200b}<img src=x>');
    t.equal(await page.locator('main img').count(), 0);
    t.same(await overflowing(page), []);
    await page.close();

    const { run } = sceneOf('people calm');
    const line = fingerprintOf(run.site.people.dba.key);
    kit.server.show(sceneOf('people calm'), { alterSite: (text) => text.replace('"version":2', '"version":3') });
    const lied = await context.newPage();
    await lied.goto(`${kit.server.url}/people`);
    t.match(await lied.getByRole('alert').innerText(), /not whole|not in the log/i);
    t.notMatch(await lied.locator('main').innerText(), line.slice(-6), 'no key of it is shown');
    await context.close();
  }),
);
