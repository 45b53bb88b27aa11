/** What the tests of the pages share: a browser and a fake server, opening a scene, axe, what overflows, the keyboard. For tests only. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Test } from 'tap';
import { findChromium, launch } from '../helpers/chromium.ts';
import { type FakeServer, fakeServer, type Shown } from './fakeServer.ts';
import { ownKey } from './ownKey.ts';
import type { Scene } from './scenes.ts';

const executable = await findChromium();
export const skip = executable === undefined ? 'NO CHROMIUM FOUND: the pages were not looked at' : false;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 360, height: 780 } };
/** Between them nothing may overflow, either. */
const WIDTHS = [360, 560, 720, 940, 1180, 1440, 1920];

export interface Kit {
  readonly browser: Browser;
  readonly server: FakeServer;
}

export async function withKit(work: (kit: Kit) => Promise<void>): Promise<void> {
  const server = await fakeServer();
  try {
    const browser = await launch(executable ?? '');
    await work({ browser, server }).finally(() => browser.close());
  } finally {
    await server.close();
  }
}

export interface Opened {
  readonly page: Page;
  readonly key: string;
  readonly errors: string[];
}

/** Opens a scene as its person, whose key is in this browser, and waits until it is drawn. */
export async function open({ server }: Kit, context: BrowserContext, scene: Scene, more: Shown = {}): Promise<Opened> {
  const key = await ownKey(context, server.url, scene.run.site.people[scene.as].id);
  server.show(scene, { key, ...more });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(server.url + scene.path);
  await page.locator('main h1').first().waitFor();
  if (scene.path.startsWith('/runs/')) await page.locator('.connection.c-ok').waitFor();
  if (scene.path.endsWith('/record')) await page.locator('.plaque').waitFor();
  return { page, key, errors };
}

/** What axe finds, as `rule: target`. */
export async function axe(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  return page.evaluate(async () => {
    const run = (
      globalThis as unknown as {
        axe: {
          run(): Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary?: string }[] }[] }>;
        };
      }
    ).axe;
    const { violations } = await run.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary ?? ''}`),
    );
  });
}

/** Elements that reach beyond the window and that no pane of their own scrolls. */
export const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const scrolls = (element: Element | null): boolean =>
      element !== null &&
      (/(auto|scroll|hidden)/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    return [...document.querySelectorAll('body *')].flatMap((element) => {
      const { right, width, height } = element.getBoundingClientRect();
      const panes = [...document.querySelectorAll('.work, .crew, .map, .sheet, .side, .panes, .plain, .actions')];
      const wide = panes.includes(element) && element.scrollWidth > element.clientWidth + 1;
      const held = element.closest('.strip') !== null && right > innerWidth + 1;
      const out = width > 0 && height > 0 && right > innerWidth + 1 && !scrolls(element.parentElement);
      return wide || out || held ? [`${element.tagName}.${element.className} ${Math.round(right)}`] : [];
    });
  });

/** The schema checker of the verifier asks once whether it may compile; the policy says no, and the browser says so. */
const EXPECTED = /script-src/;

const THEMES = ['light', 'dark'] as const;

/**
 * Looks at every scene at 360 and 1440 px in both themes with axe, and at the widths between for what overflows. Size and
 * theme are matters of the style sheet alone, so each is opened once and looked at from all sides.
 */
export async function lookAtAll(t: Test, kit: Kit, all: Readonly<Record<string, Scene>>): Promise<void> {
  const context = await kit.browser.newContext({ viewport: SIZES.wide });
  for (const [name, scene] of Object.entries(all)) {
    const { page, errors } = await open(kit, context, scene);
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme });
        t.same(await axe(page), [], `axe: ${name}, ${size}, ${colorScheme}`);
      }
    }
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: SIZES.wide.height });
      t.same(await overflowing(page), [], `nothing overflows: ${name}, ${width} px`);
    }
    t.same(
      errors.filter((one) => !EXPECTED.test(one)),
      [],
      `no errors: ${name}`,
    );
    // The scenes are histories of one log that never met: what a browser has verified of one says nothing of another.
    await page.evaluate(() => localStorage.clear());
    await page.close();
  }
  await context.close();
}

/** Presses Tab until the focus is on what `selector` finds; at most one round. */
export async function tabTo(page: Page, selector: string): Promise<boolean> {
  for (let i = 0; i < 120; i++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return true;
    await page.keyboard.press('Tab');
  }
  return false;
}

/** The next command that the page posts. */
export async function posted({ server }: Kit, page: Page): Promise<Record<string, unknown>> {
  for (let i = 0; i < 250 && server.commands.length === 0; i++) await page.waitForTimeout(20);
  return server.commands[0] ?? {};
}
