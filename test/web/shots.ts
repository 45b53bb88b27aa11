/** Writes pictures of every scene, to be looked at: node build/test/web/shots.js [scene…]. Not a test; it asserts nothing. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { findChromium, launch } from '../helpers/chromium.ts';
import { acts } from './acts.ts';
import { fakeServer } from './fakeServer.ts';
import { moments } from './moments.ts';
import { ownKey } from './ownKey.ts';
import { peopleScenes } from './people.ts';

const folder = resolve(import.meta.dirname, '../../..', 'screenshots', 'pages');
const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 360, height: 780 } };
const wanted = process.argv.slice(2);

mkdirSync(folder, { recursive: true });
const path = await findChromium();
if (!path) throw new Error('no Chromium found');
const [browser, server] = [await launch(path), await fakeServer()];
for (const [name, scene] of Object.entries({ ...moments(), ...acts(), ...peopleScenes() })) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const [size, viewport] of Object.entries(SIZES))
    for (const colorScheme of ['light', 'dark'] as const) {
      if (size === 'phone' && colorScheme === 'dark') continue;
      const context = await browser.newContext({ viewport, colorScheme });
      const key = await ownKey(context, server.url, scene.run.site.people[scene.as].id);
      server.show(scene, { key });
      const page = await context.newPage();
      page.on('console', (message) => message.type() === 'error' && console.error(name, message.text()));
      page.on('pageerror', (error) => console.error(name, error));
      await page.goto(server.url + scene.path, { waitUntil: 'networkidle' });
      await page.screenshot({ path: resolve(folder, `${name.replaceAll(' ', '-')}-${size}-${colorScheme}.png`) });
      await context.close();
    }
}
await browser.close();
await server.close();
