/** Finds a Chromium for browser tests: named by CHROMIUM, on the machine, or the one inside a registry package. For tests only. */
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** Returns the path of a Chromium, or undefined where there is none: the caller skips loudly. */
export async function findChromium(): Promise<string | undefined> {
  const found = [process.env['CHROMIUM'] ?? '', ...PLACES].find((path) => path !== '' && existsSync(path));
  if (found) return found;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  } catch {
    return undefined;
  }
  // Inside the package, so that it goes with it.
  return unpacked(join(dirname(entry), '..', '..', 'unpacked'));
}

/** Unpacked whole or not at all: test files start side by side, and none may run what another one still writes. */
export async function unpacked(home: string): Promise<string> {
  if (!existsSync(home)) {
    const { default: packed } = await import('@sparticuz/chromium');
    const part = mkdtempSync(`${home}-`);
    await inTmpdir(part, () => packed.executablePath());
    try {
      renameSync(part, home);
    } catch (error) {
      rmSync(part, { recursive: true });
      // Another process was first; anything else is an error.
      if (!existsSync(home)) throw error;
    }
  }
  return join(home, 'chromium');
}

/** The package unpacks into the folder for temporary files, which it asks for before it first waits. */
function inTmpdir<T>(tmpdir: string, ask: () => Promise<T>): Promise<T> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = tmpdir;
  try {
    return ask();
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}

/** Launches it headless; in containers the browser's own sandbox has no user namespaces to stand on. */
export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
