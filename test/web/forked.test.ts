/** A server that was rolled back, or went on with another history, gets no signature from a page that knows better; it says so calmly. */
import type { Page } from 'playwright-core';
import t from 'tap';
import { acts } from './acts.ts';
import { type Kit, open, posted, SIZES, skip, withKit } from './kit.ts';
import { moments } from './moments.ts';
import type { Scene } from './scenes.ts';

t.setTimeout(300_000);

const scenes: Readonly<Record<string, Scene>> = { ...moments(), ...acts() };
const sceneOf = (name: string): Scene => {
  const found = scenes[name];
  if (!found) throw new Error(`no scene ${name}`);
  return found;
};
const SAYS = /does not continue the one of \d+: the log has two histories/;
const place = (scene: Scene) => `crosscheck-tree:${scene.run.site.origin}`;
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Presses where the browser has verified `tree` before; what the page says, and what was posted. */
async function refused(kit: Kit, name: string, tree: (scene: Scene) => string, does: (page: Page) => Promise<void>) {
  const scene = sceneOf(name);
  const context = await kit.browser.newContext({ viewport: SIZES.wide });
  const { page } = await open(kit, context, scene);
  await page.evaluate(([key, line]) => localStorage.setItem(key, line), [place(scene), tree(scene)] as const);
  await does(page);
  await page.getByText(SAYS).first().waitFor();
  const kept = await page.evaluate((key) => localStorage.getItem(key), place(scene));
  const sent = [...kit.server.commands];
  await context.close();
  return { kept, sent };
}

const OTHER = Buffer.alloc(32, 7).toString('base64');
/** Longer than the server’s, as before it was rolled back; as long, but of another history; shorter, likewise. */
const KNOWN: Readonly<Record<string, (scene: Scene) => string>> = {
  'rolled back': ({ run }) => `${run.site.store.size() + 5} ${OTHER}`,
  'of another history': ({ run }) => `${run.site.store.size()} ${OTHER}`,
  'grown from another history': ({ run }) => `${run.site.store.size() - 2} ${OTHER}`,
};

t.test('a server that forgot what was seen is signed for no more', { skip }, (t) =>
  withKit(async (kit) => {
    for (const [what, tree] of Object.entries(KNOWN)) {
      const pressed: readonly (readonly [string, (page: Page) => Promise<void>])[] = [
        ['hold lifting', (page) => press(page, 'Sign the lift')],
        ['close', (page) => press(page, 'Sign the close-out')],
        ['plan', (page) => press(page, 'Sign and open the run')],
      ];
      for (const [name, does] of pressed) {
        const { kept, sent } = await refused(kit, name, tree, does);
        t.same(sent, [], `${name}, ${what}: nothing was sent`);
        t.equal(kept, tree(sceneOf(name)), `${name}, ${what}: what was verified stays`);
      }
    }
  }),
);

t.test('a page signs over a log that continues what it knows, and keeps the tree that holds its act', { skip }, (t) =>
  withKit(async (kit) => {
    const scene = sceneOf('close');
    const { site } = scene.run;
    const context = await kit.browser.newContext({ viewport: SIZES.wide });
    const { page } = await open(kit, context, scene);
    await page.evaluate(([key, line]) => localStorage.setItem(key, line), [
      place(scene),
      site.tree(site.store.size() - 2),
    ] as const);
    const over = site.tree();
    site.put({ type: 'attempt.refused', actor: site.people.sre.id, fields: { act: 'close', code: 'XCK_STALE' } });
    await press(page, 'Sign the close-out');
    const command = await posted(kit, page);
    t.match(command, { type: 'close', statement: `tree ${over}` });
    await page.waitForFunction(([key, line]) => localStorage.getItem(key) === line, [
      place(scene),
      site.tree(),
    ] as const);
    await context.close();
  }),
);
