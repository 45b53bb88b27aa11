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

t.test('what the pages say of steps, waves, ways and folders', { skip }, (t) =>
  withKit(async (kit) => {
    const texts: readonly (readonly [string, string, readonly RegExp[]])[] = [
      ['progress', '.progress', [/60000 of 200114 \(29 %\)/, /the rehearsal was 3[2-5] % through/, /took 6:40 in all/]],
      ['soak', '.progress', [/12:3\d of 30 min/]],
      ['wave fell', '.wave', [/item-2 shard-eu-2.*FAILED/is, /item-3 shard-us-1.*RUNNING/is, /item-4.*TO DO/is]],
      ['wave canary', '.actions', [/To arm the canary of step 4/]],
      ['skipped', '.says', [/SKIPPED.*its condition is false, so nothing of it ran/is]],
      ['undo room', '.map', [/The way back/, /Undo: Drop customers.email/, /NOT RUN/i]],
      ['forward room', '.map', [/Deploy order-mailer 3.8.1.*deviation/is, /DECIDED PAST/i]],
      ['briefing before arming', '.actions', [/The briefing comes first\..*4 answers and 2 go/is]],
      ['gate objected', '.work', [/NO GO.*One client still writes to the column/is]],
      ['decide impossible', '.compare', [/Nobody knows yet how drop-column ended/]],
      ['aborted', '.says', [/Aiko Tanaka has asked to stop it: no answer yet/]],
      ['runbook diff', '.changes', [/− +timeout: 30m/, /\+ +timeout: 45m/, /− +eyes: 4/, /\+ +eyes: 6/]],
      [
        'plan findings',
        '.work',
        [/The verifier seat: Lena Vogt is an author/, /cannot be undone|can be undone: about 55 min, from backup/],
      ],
      ['windows all', 'main', [/99 % GONE/i, /83 % GONE/i, /no longer\s+the replica still has the old rows/]],
      ['hold over', 'main', [/Lifted at .* by Marta Zielińska, Jonas Brandt and Aiko Tanaka/]],
      ['lead hand', 'main', [/Who leads from here\?/]],
    ];
    for (const [name, where, says] of texts)
      await alone(kit, name, async (page) => {
        const text = await page.locator(where).first().innerText();
        for (const pattern of says) t.match(text, pattern, name);
      });
    await alone(kit, 'decide', async (page) => {
      const [back, forward] = [
        page.getByRole('button', { name: 'Sign roll back' }),
        page.getByRole('button', { name: 'Sign roll forward' }),
      ];
      await page.getByLabel('The test that shows the defect').fill('https://tests.example/7');
      const look = (one: typeof back) =>
        one.evaluate((button) => [
          getComputedStyle(button).backgroundColor,
          getComputedStyle(button).borderColor,
          button.getBoundingClientRect().height,
        ]);
      t.same(await look(back), await look(forward), 'neither way is filled, neither is bigger');
    });
  }),
);

t.test('an address that is none of ours says so', { skip }, (t) =>
  withKit(async (kit) => {
    const context = await kit.browser.newContext();
    const { page } = await open(kit, context, sceneOf('home full'));
    for (const path of ['/runs/x/nothing', '/plans/a/b', '/holds/abc', '/runbooks/x/edit', '/windows/1']) {
      await page.goto(kit.server.url + path);
      await page.getByText('There is no such page.').waitFor();
      t.pass(path);
    }
    await context.close();
  }),
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
      const stays = await page.evaluate(async () => {
        const press = async (key: string) => {
          document.dispatchEvent(new KeyboardEvent('keydown', { key }));
          await new Promise((resolve) => setTimeout(resolve));
        };
        // The output that K shows has just scrolled to its end, and the browser has not told of it yet.
        for (const key of ['j', 'k', 'f']) await press(key);
        for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
        return document.querySelector('[data-follow]')?.getAttribute('aria-pressed');
      });
      t.equal(stays, 'false', 'and it stays so, though following has just scrolled');
      await page.keyboard.press('?');
      await page.getByText('No key confirms, refuses, turns a key or signs.').waitFor();
      await page.keyboard.press('Escape');
      t.equal(await page.locator('.sheet-keys').count(), 0);
      await page.evaluate(() => {
        new MutationObserver((_, observer) => {
          const field = document.querySelector('#palette');
          if (!field) return;
          observer.disconnect();
          document.body.dataset['writes'] = String(document.activeElement === field);
        }).observe(document.body, { childList: true, subtree: true });
      });
      await page.keyboard.press('Control+k');
      await page.locator('#palette').waitFor();
      t.equal(await page.locator('body').getAttribute('data-writes'), 'true', 'who types at once types there');
      await page.keyboard.type('briefing');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: /briefing is over/ }).waitFor();
      t.match(at(), /briefing$/, 'the palette goes there');
    });
    await alone(kit, 'progress', async (page) => {
      const before = page.url();
      let load = () => {};
      const loads = new Promise<void>((resolve) => {
        load = resolve;
      });
      await page.route(/\/palette/, (route) => loads.then(() => route.continue()));
      await page.keyboard.press('Control+k');
      for (const key of ['j', 'f', 'k', '?']) await page.keyboard.press(key);
      t.equal(page.url(), before, 'while the palette loads no letter goes anywhere');
      t.equal(await page.locator('[data-follow]').getAttribute('aria-pressed'), 'true');
      load();
      await page.locator('#palette').waitFor();
    });
    await alone(kit, 'rehearsal key', async (page) => {
      for (const key of ['Enter', ' ', 'c', 'y', 'j', 'k', 'f', 'a', 'Control+Enter']) await page.keyboard.press(key);
      await page.waitForTimeout(200);
      t.same(kit.server.commands, [], 'no key asks or signs anything');
    });
  }),
);
