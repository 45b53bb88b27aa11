/** Three people of the demo, each in a browser of their own with a key of their own; what a reader does with a statement. For tests only. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { findChromium, launch } from '../helpers/chromium.ts';
import { type DemoServer, startDemoServer } from '../helpers/demo.ts';
import { ROOT } from '../helpers/server.ts';

const chromium = await findChromium();
export const skip = chromium ? false : 'no Chromium found: set CHROMIUM to a browser, or install one';
const WAIT = 90_000;
/** The reviewer looks at a phone. */
const LOOKS = {
  lead: { width: 1440, height: 900, colorScheme: 'dark' },
  reviewer: { width: 360, height: 740, colorScheme: 'dark' },
  verifier: { width: 1440, height: 900, colorScheme: 'light' },
} as const;
export type Seat = keyof typeof LOOKS;

/** An authenticator of one page alone, built into its device, whose user is verified while it is told so. */
export interface Authenticator {
  verifies(user: boolean): Promise<void>;
  credentials(): Promise<readonly { rpId?: string; isResidentCredential: boolean; userHandle?: string }[]>;
}

export async function authenticatorOf(page: Page): Promise<Authenticator> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  });
  return {
    verifies: async (user) =>
      void (await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: user })),
    credentials: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
  };
}

/** Scrolls a statement through as a reader does: every line comes on screen. Runs in the page. */
export async function readThrough(well: Element): Promise<void> {
  for (const end of well.querySelectorAll('[data-end]')) {
    end.scrollIntoView({ block: 'center' });
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }
}

/** The demo with its people in it, each with a key of their own; pictures are taken into `screenshots/<name>`. */
export class Browsers {
  readonly demo: DemoServer;
  readonly pages: Readonly<Record<Seat, Page>>;
  readonly problems: string[] = [];
  /** Of those who have a passkey. */
  readonly authenticators = new Map<Seat, Authenticator>();
  readonly #pictures: string;

  private constructor(demo: DemoServer, pages: Record<Seat, Page>, pictures: string) {
    this.demo = demo;
    this.pages = pages;
    this.#pictures = pictures;
  }

  /** All have keys in their browsers but for those of `passkeys`. */
  static async open(
    t: Test,
    name: string,
    more: readonly string[] = [],
    passkeys: readonly Seat[] = [],
  ): Promise<Browsers> {
    const pictures = join(ROOT, 'screenshots', name);
    mkdirSync(pictures, { recursive: true });
    const demo = await startDemoServer(undefined, undefined, more);
    t.teardown(() => demo.stop());
    const browser = await launch(chromium ?? '');
    const pages = {} as Record<Seat, Page>;
    const own = new Browsers(demo, pages, pictures);
    t.teardown(async () => {
      for (const seat of Object.keys(pages) as Seat[]) await own.shot(seat, 'last');
      await browser.close();
    });
    for (const seat of Object.keys(LOOKS) as Seat[]) {
      const { width, height, colorScheme } = LOOKS[seat];
      const context = await browser.newContext({ viewport: { width, height }, colorScheme });
      const page = await context.newPage();
      if (passkeys.includes(seat)) own.authenticators.set(seat, await authenticatorOf(page));
      pages[seat] = await own.#enter(seat, page);
    }
    return own;
  }

  async #enter(seat: Seat, page: Page): Promise<Page> {
    page.setDefaultTimeout(WAIT);
    page.on('pageerror', (error) => this.problems.push(`${seat}: ${error.message}`));
    await page.goto(this.demo.links[seat]);
    if (!this.authenticators.has(seat)) await page.getByRole('radio', { name: /^Key in this browser/ }).check();
    await page.getByRole('button', { name: 'Make and enrol my key' }).click();
    await page.getByRole('button', { name: 'Make and enrol my key' }).waitFor({ state: 'detached' });
    return page;
  }

  shot(seat: Seat, name: string): Promise<unknown> {
    return this.pages[seat].screenshot({ path: join(this.#pictures, `${name}-${seat}.png`) });
  }

  async go(seat: Seat, path: string): Promise<Page> {
    await this.pages[seat].goto(new URL(path, this.demo.links[seat]).href);
    return this.pages[seat];
  }

  /** Answers the only question that this seat is asked, with PASS. */
  async answer(seat: Seat, room: string, value: string): Promise<void> {
    const page = await this.go(seat, `${room}/briefing`);
    await page.getByLabel('Answer', { exact: true }).fill(value);
    await page.getByRole('radio', { name: 'PASS' }).check();
    await page.getByRole('button', { name: 'Record the answer' }).click();
    await page.getByRole('button', { name: 'Record the answer' }).waitFor({ state: 'detached' });
  }

  async voteGo(room: string, seats = Object.keys(LOOKS) as Seat[]): Promise<void> {
    for (const seat of seats) {
      const page = await this.go(seat, `${room}/briefing`);
      await page.getByRole('button', { name: 'Say go', exact: true }).click();
      await page.getByRole('button', { name: 'Say go', exact: true }).waitFor({ state: 'detached' });
    }
  }

  /** Opens a cross-check, answers what is asked blind, and reads the statement; Confirm is still to be pressed. */
  async check(seat: Seat, room: string, answer: string | null) {
    const page = await this.go(seat, `${room}/check`);
    await page.getByRole('heading', { name: /pairs of eyes/ }).waitFor();
    if (answer !== null) await page.locator('input[id^="answer-"]').fill(answer);
    await page.locator('#statement').evaluate(readThrough);
    return page.getByRole('button', { name: /^Confirm$/ });
  }
}
