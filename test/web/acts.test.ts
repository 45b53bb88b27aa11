/** Every moment beside the cross-check in a real browser: accessible in both themes, nothing overflows from 360 to 1920 px, in words that fit. */
import type { Page } from 'playwright-core';
import t from 'tap';
import { acts } from './acts.ts';
import { type Kit, lookAtAll, open, SIZES, skip, withKit } from './kit.ts';
import type { Scene } from './scenes.ts';

t.setTimeout(900_000);

const ALL = acts();
const sceneOf = (name: string): Scene => {
  const found = ALL[name];
  if (!found) throw new Error(`no scene ${name}`);
  return found;
};

t.test('every act has its page', { skip, timeout: 900_000 }, (t) => withKit((kit) => lookAtAll(t, kit, ALL)));

/** Opens a scene in a browser of its own. */
async function alone(kit: Kit, name: string, look: (page: Page) => Promise<void>, phone = false): Promise<void> {
  const context = await kit.browser.newContext({ viewport: phone ? SIZES.phone : SIZES.wide });
  const { page } = await open(kit, context, sceneOf(name));
  await look(page);
  await context.close();
}

t.test('a rehearsal never carries the word of the real thing', { skip }, (t) =>
  withKit(async (kit) => {
    for (const name of Object.keys(ALL).filter((one) => one.includes('rehearsal')))
      await alone(kit, name, async (page) => {
        const text = `${await page.title()} ${await page.locator('body').innerText()}`;
        t.notMatch(text, /\blive\b/i, name);
        t.match(text, /REHEARSAL/, `${name} says what it is`);
      });
    await alone(kit, 'rehearsal key', async (page) => {
      t.equal(await page.getByRole('button', { name: 'Rehearse the key' }).count(), 1);
      t.equal(await page.getByText('Nothing is lost in this rehearsal').count(), 1);
      t.equal(await page.getByText('Cannot be undone', { exact: true }).count(), 0);
    });
    await alone(kit, 'progress', async (page) => {
      t.match(await page.title(), /LIVE/);
    });
  }),
);

t.test('an overdue update blinks five times and then stands; with reduced motion it only stands', { skip }, (t) =>
  withKit((kit) =>
    alone(kit, 'hold overdue', async (page) => {
      const blinks = () =>
        page.locator('.blinks').evaluate((one) => {
          const { animationName, animationIterationCount } = getComputedStyle(one);
          return `${animationName} ${animationIterationCount}`;
        });
      t.equal(await blinks(), 'overdue 5');
      await page.emulateMedia({ reducedMotion: 'reduce' });
      t.match(await blinks(), /^none/);
      t.match(await page.locator('.next').innerText(), /overdue/i, 'the word stands in either case');
    }),
  ),
);

t.test('a hostile sentence is drawn, never obeyed', { skip }, (t) =>
  withKit((kit) =>
    alone(
      kit,
      'hold bare',
      async (page) => {
        const text = await page.locator('body').innerText();
        t.match(text, '<img src=x onerror=alert(1)> \\u{202e}exe');
        t.equal(await page.locator('main img').count(), 0);
      },
      true,
    ),
  ),
);

t.test('the keys go places and sign nothing', { skip }, (t) =>
  withKit(async (kit) => {
    await alone(kit, 'progress', async (page) => {
      const at = () => new URL(page.url()).pathname;
      await page.keyboard.press('j');
      t.match(at(), /steps\/shards$/, 'J is the next step');
      await page.keyboard.press('k');
      t.match(at(), /steps\/drop-column$/, 'K is the one before');
      t.equal(await page.locator('[data-follow]').getAttribute('aria-pressed'), 'true');
      await page.keyboard.press('f');
      t.equal(await page.locator('[data-follow]').getAttribute('aria-pressed'), 'false', 'F stops following');
      await page.keyboard.press('?');
      await page.getByText('No key confirms, refuses, turns a key or signs.').waitFor();
      await page.keyboard.press('Escape');
      t.equal(await page.locator('.sheet-keys').count(), 0);
      await page.keyboard.press('Control+k');
      await page.locator('#palette').waitFor();
      await page.keyboard.type('briefing');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: /briefing is over/ }).waitFor();
      t.match(at(), /briefing$/, 'the palette goes there');
    });
    await alone(kit, 'rehearsal key', async (page) => {
      for (const key of ['Enter', ' ', 'c', 'y', 'j', 'k', 'f', 'a', 'Control+Enter']) await page.keyboard.press(key);
      await page.waitForTimeout(200);
      t.same(kit.server.commands, [], 'no key asks or signs anything');
    });
  }),
);
