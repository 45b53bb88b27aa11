/** The built pages in a real browser, scene by scene: accessible, nothing overflows, blind stays blind, foreign text stays text, keyboard suffices. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import t from 'tap';
import { lineJson, parseStatement } from '../../core/approval/statement.ts';
import { base64, utf8 } from '../../core/bytes/encoding.ts';
import { parsePublicKey } from '../../core/log/publicKey.ts';
import { namespaceOf, verifySshsig } from '../../core/log/sshsig.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import { VALUES } from '../helpers/site.ts';
import { lookAtAll, open, overflowing, SIZES, skip, tabTo, withKit } from './kit.ts';
import { moments } from './moments.ts';
import type { Scene } from './scenes.ts';

t.setTimeout(600_000);

const ALL = moments();
const sceneOf = (name: string): Scene => {
  const found = ALL[name];
  if (!found) throw new Error(`no scene ${name}`);
  return found;
};

t.test('every page in both themes at 360 and 1440 px', { skip, timeout: 400_000 }, (t) =>
  withKit((kit) => lookAtAll(t, kit, ALL)),
);

t.test('without a session there is only how to get a link', { skip }, (t) =>
  withKit(async (kit) => {
    const context = await kit.browser.newContext();
    kit.server.show(sceneOf('room'), { signedIn: false });
    const page = await context.newPage();
    await page.goto(`${kit.server.url}/#t=${'0'.repeat(64)}&e=${'1'.repeat(64)}`);
    await page.getByText('You are not signed in.').first().waitFor();
    t.equal(new URL(page.url()).hash, '', 'the tokens have left the address');
    t.match(await page.locator('main').innerText(), /How to get a link/);
  }),
);

t.test('a blind value is nowhere before the start, and there after it', { skip }, (t) =>
  withKit(async (kit) => {
    const context = await kit.browser.newContext();
    const blind = [VALUES['host'], VALUES['rows']].map(String);
    for (const name of ['room', 'check', 'key', 'log', 'hold', 'refused']) {
      const { page } = await open(kit, context, sceneOf(name));
      const html = await page.content();
      for (const value of blind) {
        t.notMatch(html, new RegExp(`\\b${value}\\b`), `${name} does not draw ${value}`);
        t.notOk(
          kit.server.sent.some((text) => text.includes(base64(utf8(JSON.stringify(value))))),
          `${name} was not sent ${value}`,
        );
      }
      t.match(html, name === 'room' ? /blind until the start/ : /./);
      await page.close();
    }
    const { page } = await open(kit, context, sceneOf('running'));
    t.match(await page.locator('.probes').innerText(), /db-1/, 'the same search finds it once it has started');
  }),
);

t.test('foreign text is drawn, never obeyed', { skip }, (t) =>
  withKit(async (kit) => {
    const context = await kit.browser.newContext({ viewport: SIZES.phone });
    const long = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(8);
    const scene = {
      ...sceneOf('running'),
      output:
        'ok\u001b[2J\u001b]52;c;ZXZpbA==\u0007\rOK all fine\r\n<img src=x onerror=alert(1)>\u202Eexe\u0000\u009b31m\n',
    };
    const { page, errors } = await open(kit, context, scene, {
      names: { dba: `Jonas\u202Etdnarb\u200b<b>`, sre: long },
    });
    const output = page.locator('.output');
    await output.getByText('onerror').waitFor();
    const text = await output.innerText();
    t.match(text, 'ok\\e[2J\\e]52;c;ZXZpbA==\\a\\rOK all fine', 'escapes are written out');
    t.match(text, '<img src=x onerror=alert(1)>\\u{202e}exe\\0\\u{9b}31m');
    t.equal(await output.locator('img').count(), 0);
    const body = await page.locator('body').innerText();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    t.notMatch(body, /[\u202a-\u202e\u2066-\u2069\u200b-\u200d\u001b]/u, 'nothing invisible is drawn anywhere');
    t.match(body, 'Jonas\\u{202e}tdnarb\\u{200b}<b>');
    t.same(await overflowing(page), [], 'a name of 280 letters breaks');
    t.same(errors, []);
  }),
);

t.test('output is searched, unwrapped, saved, and each line has an address', { skip }, (t) =>
  withKit(async (kit) => {
    const context = await kit.browser.newContext({ viewport: SIZES.wide });
    const output = Array.from({ length: 300 }, (_, at) => `row ${at + 1} ${at === 41 ? 'Deadlock' : 'deleted'}\n`).join(
      '',
    );
    const scene = { ...sceneOf('running'), output };
    const { page, errors } = await open(kit, context, scene);
    await page.getByText('row 300').waitFor();
    await page.getByLabel('Find in the output').fill('deadlock');
    await page.getByText('one line found').waitFor();
    t.match(await page.locator('.output').innerText(), /42\s*row 42 Deadlock/);
    await page.getByLabel('Find in the output').fill('');
    await page.getByRole('button', { name: 'Wrap' }).click();
    t.equal(await page.locator('.output').evaluate((box) => getComputedStyle(box).whiteSpace), 'pre');
    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByText('Save these lines').click()]);
    t.equal(await readFile(await saved.path(), 'utf8'), output);
    const address = await page.getByLabel('Address of line 42').getAttribute('href');
    await page.goto(new URL(address ?? '', page.url()).href);
    await page.reload();
    await page.getByText('row 42 Deadlock').waitFor();
    const inView = () =>
      page.getByText('row 42 Deadlock').evaluate((line) => {
        const [own, box] = [line.getBoundingClientRect(), line.closest('.output')?.getBoundingClientRect()];
        return box !== undefined && own.top >= box.top && own.bottom <= box.bottom;
      });
    await until(inView);
    t.ok(await inView(), 'the address leads to its line');
    t.equal(await page.locator('[data-follow]').getAttribute('aria-pressed'), 'false', 'and stays there');
    t.same(errors, []);
  }),
);

/** Asks again at each frame that could have changed the answer; the test's own timeout ends it. */
async function until(so: () => Promise<boolean>): Promise<void> {
  while (!(await so())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const confirmOf = (page: Page) => page.getByRole('button', { name: 'Confirm' });

t.test('the cross-check by keyboard alone, to a genuine signature', { skip }, (t) =>
  withKit(async (kit) => {
    for (const viewport of Object.values(SIZES)) {
      const context = await kit.browser.newContext({ viewport });
      const scene = sceneOf('check');
      const { page, key } = await open(kit, context, scene);
      t.ok(await confirmOf(page).isDisabled(), 'disabled at first');
      t.equal(await page.locator('#answer-loss').inputValue(), '', 'nothing is pre-filled');
      t.ok(await tabTo(page, '#answer-loss'), 'the item is reached');
      await page.keyboard.type(' 200000 ');
      t.match(await page.locator('#answer-loss-note').innerText(), /Nobody knows yet/);
      t.ok(await confirmOf(page).isDisabled(), 'an answer is not enough');
      t.ok(await tabTo(page, '.well .lines'), 'the statement is reached');
      // On a phone the statement is as long as it is; there the page is what scrolls.
      for (let i = 0; i < 40 && !(await page.getByText('all seen').count()); i++) {
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('PageDown');
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        if (i === 20) await tabTo(page, '.panes');
      }
      await page.getByText('all seen').waitFor();
      await page.waitForFunction(() =>
        [...document.querySelectorAll('button')].some((one) => one.textContent?.trim() === 'Confirm' && !one.disabled),
      );
      t.ok(await tabTo(page, '.outline-act'), 'Confirm is reached');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.querySelector('.well .edge')?.textContent?.includes('final') ?? false);
      for (let i = 0; i < 100 && kit.server.commands.length === 0; i++) await page.waitForTimeout(20);
      const sent = kit.server.commands[0] as { type: string; statement: string; signature: string };
      t.equal(sent.type, 'confirm');
      const lines = parseStatement('confirm', utf8(sent.statement));
      t.ok(lines.ok && lines.value.signer === scene.run.site.people.sre.id);
      t.same(lines.ok && lineJson(lines.value['read-back']), { loss: '200000' }, 'as typed, trimmed');
      t.equal(lines.ok && lines.value.tree, scene.run.site.tree());
      const own = parsePublicKey(key);
      const by = own.ok && {
        key: own.value,
        kind: 'browser' as const,
        namespace: namespaceOf('confirm', scene.run.site.origin),
        origins: [],
        verify: verifyRaw,
      };
      t.ok(
        by && (await verifySshsig(sent.signature, utf8(sent.statement), by)).ok,
        'the signature is over exactly these bytes',
      );
      await context.close();
    }
  }),
);

t.test('an answer that differs is said plainly', { skip }, (t) =>
  withKit(async (kit) => {
    const context = await kit.browser.newContext();
    const run = ALL['check']?.run;
    const person = run?.site.people.sre.id ?? '';
    if (!run) throw new Error('no run');
    run.submit(run.confirmCommand('sre', 'verifier', 'sre', { loss: '1' }));
    const { page } = await open(kit, context, sceneOf('check'));
    t.match(await page.getByRole('alert').innerText(), 'Your answer differs. Look again; a second time holds the run.');
    t.equal(await page.locator('#answer-loss').inputValue(), '', 'the check starts anew');
    t.ok(await confirmOf(page).isDisabled());
    t.ok(run.entries.some(({ entry }) => entry.type === 'check.differed' && entry.actor === person));
  }),
);

t.test('refusing takes two presses and a reason', { skip }, (t) =>
  withKit(async (kit) => {
    const context = await kit.browser.newContext({ viewport: SIZES.phone });
    const { page } = await open(kit, context, sceneOf('check'));
    await page.getByRole('button', { name: 'Refuse' }).click();
    const send = page.getByRole('button', { name: 'Send refusal' });
    t.ok(await send.isDisabled(), 'not without a reason');
    await page.locator('#reason').fill('One client still writes.');
    await send.click();
    for (let i = 0; i < 100 && kit.server.commands.length === 0; i++) await page.waitForTimeout(20);
    const lines = parseStatement('refuse', utf8(String(kit.server.commands[0]?.['statement'])));
    t.equal(lines.ok && lineJson(lines.value.reason), 'One client still writes.');
  }),
);

t.test('HOLD is on every page, covers nothing, and Escape closes its form', { skip }, (t) =>
  withKit(async (kit) => {
    for (const viewport of Object.values(SIZES)) {
      const context = await kit.browser.newContext({ viewport });
      for (const name of ['room', 'check', 'log', 'close']) {
        const { page } = await open(kit, context, sceneOf(name));
        const hold = page.locator('.band .hold');
        const box = await hold.boundingBox();
        t.ok(
          box && box.y < 8 && box.x + box.width > viewport.width - 8 && box.height >= 44,
          `${name}: top right and tall`,
        );
        await hold.click();
        t.ok(
          await page.locator('.raise input').evaluate((input) => input === document.activeElement),
          `${name}: the sentence has the focus`,
        );
        const covered = await page.evaluate(() => {
          const centre = (element: Element) => {
            const { left, top, width, height } = element.getBoundingClientRect();
            return document.elementFromPoint(left + width / 2, top + height / 2);
          };
          return [...document.querySelectorAll('.band .hold, .actions button:not(.only-phone)')].filter(
            (one) => one.getClientRects().length > 0 && !one.contains(centre(one)) && centre(one) !== one,
          ).length;
        });
        t.equal(covered, 0, `${name}: nothing is covered`);
        t.same(await overflowing(page), [], `${name}: the form fits`);
        await page.keyboard.press('Escape');
        t.equal(await page.locator('.raise').count(), 0, `${name}: Escape closes it`);
        await page.close();
      }
      await context.close();
    }
  }),
);

t.test('a server that lies is named, and nothing is signed', { skip }, (t) =>
  withKit(async (kit) => {
    const context = await kit.browser.newContext();
    const lies: readonly (readonly [string, (text: string) => string])[] = [
      ['an entry with another actor', (text) => text.replace('"seat":"reviewer"', '"seat":"verifier"')],
      ['an entry that is spelled differently', (text) => text.replace(',"', ', "')],
    ];
    for (const [what, lie] of lies) {
      const { page } = await open(kit, context, sceneOf('log')).then(async ({ page: first }) => {
        await first.close();
        kit.server.show(sceneOf('check'), {
          alter: (doc) => ({
            ...doc,
            slice: { ...doc.slice, entries: doc.slice.entries.map((text, i) => (i === 1 ? lie(text) : text)) },
          }),
        });
        const page = await context.newPage();
        await page.goto(kit.server.url + sceneOf('check').path);
        return { page };
      });
      await page.getByRole('alert').waitFor();
      t.match(await page.getByRole('alert').innerText(), /does not verify/, what);
      t.equal(await confirmOf(page).count(), 0, 'there is no Confirm');
      await page.close();
    }
    const forged = sceneOf('room');
    kit.server.show(forged, {
      alter: (doc) => ({
        ...doc,
        slice: {
          ...doc.slice,
          checkpoint: doc.slice.checkpoint.replace(/\n(\d+)\n/, (_, size: string) => `\n${Number(size) + 1}\n`),
        },
      }),
    });
    const page = await context.newPage();
    await page.goto(kit.server.url + forged.path);
    t.match(
      await page.getByRole('alert').innerText(),
      /signature of the log key does not hold/,
      'a checkpoint that the log did not sign',
    );
  }),
);

t.test('nothing is signed over a log that does not continue what this browser has verified', { skip }, (t) =>
  withKit(async (kit) => {
    const scene = sceneOf('key');
    const { site } = scene.run;
    const cases: readonly (readonly [string, string, RegExp | null])[] = [
      ['an earlier tree of the same log', site.tree(4), null],
      ['an earlier tree of another history', `4 ${base64(new Uint8Array(32))}`, /does not continue the one of 4/],
      ['another tree of the same size', `${site.store.size()} ${base64(new Uint8Array(32))}`, /two histories/],
      [
        'a tree that the server no longer has',
        `${site.store.size() + 5} ${base64(new Uint8Array(32))}`,
        /two histories/,
      ],
    ];
    for (const [what, before, says] of cases) {
      const context = await kit.browser.newContext();
      await context.addInitScript(([at, tree]) => localStorage.setItem(at, tree), [
        `crosscheck-tree:${site.origin}`,
        before,
      ] as const);
      const { page } = await open(kit, context, scene);
      await page.getByRole('button', { name: 'Turn the key' }).click();
      if (says) {
        await page.getByRole('alert').first().waitFor();
        t.match(
          await page
            .getByRole('alert')
            .allInnerTexts()
            .then((texts) => texts.join(' ')),
          says,
          what,
        );
        t.equal(kit.server.commands.length, 0, `${what}: nothing was sent`);
      } else {
        for (let i = 0; i < 100 && kit.server.commands.length === 0; i++) await page.waitForTimeout(20);
        t.equal(kit.server.commands[0]?.['type'], 'key', what);
        t.equal(
          await page.evaluate((at) => localStorage.getItem(at), `crosscheck-tree:${site.origin}`),
          site.tree(),
          'the newer tree is kept',
        );
      }
      await context.close();
    }
  }),
);
