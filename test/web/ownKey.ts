/** Gives a browser context the signing key that enrolling would have made. For tests only. */
import type { BrowserContext } from 'playwright-core';
import { publicKeyLine } from '../../core/log/publicKey.ts';

/** Makes a key for `person` in the context's IndexedDB, as the page keeps it; returns its public key line. */
export async function ownKey(context: BrowserContext, url: string, person: string): Promise<string> {
  const page = await context.newPage();
  await page.goto(`${url}/icon.svg`);
  const raw = await page.evaluate(async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    Object.assign(globalThis, { pair });
    return [...new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))];
  });
  const line = publicKeyLine('ecdsa-sha2-nistp256', new Uint8Array(raw));
  await page.evaluate(
    ([who, text]) =>
      new Promise<void>((done, failed) => {
        const open = indexedDB.open('crosscheck', 1);
        open.onupgradeneeded = () => open.result.createObjectStore('keys');
        open.onerror = () => failed(open.error);
        open.onsuccess = () => {
          const { privateKey } = (globalThis as unknown as { pair: CryptoKeyPair }).pair;
          const put = open.result
            .transaction('keys', 'readwrite')
            .objectStore('keys')
            .put({ line: text, privateKey }, who);
          put.onerror = () => failed(put.error);
          put.onsuccess = () => {
            open.result.close();
            done();
          };
        };
      }),
    [person, line] as const,
  );
  await page.close();
  return line;
}
