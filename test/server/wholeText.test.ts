/** Half a surrogate pair, which JSON can spell and bytes cannot: refused before anything looks at it, however deep it lies. */
import t from 'tap';
import { isWhole } from '../../server/wholeText.ts';
import { at, serve, signedIn, testSite } from '../helpers/server.ts';

t.test('where it may lie', async (t) => {
  for (const whole of ['', 'a', '\u{1f600}', null, undefined, 0, false, [], {}, { a: ['\u{1f600}'] }])
    t.ok(isWhole(whole), JSON.stringify(whole));
  for (const half of ['\ud800', '\udc00\ud800', [null, 'a\ud83d'], { a: { b: ['\ude00'] } }, { '\ud800': 1 }])
    t.notOk(isWhole(half), JSON.stringify(half));
  const depth = 1_000_000;
  const deep = (text: string) => JSON.parse(`${'['.repeat(depth)}${text}${']'.repeat(depth)}`);
  t.ok(isWhole(deep('"a"')));
  t.notOk(isWhole(deep('"\\ud800"')));
});

t.test('a hold whose text holds one is refused with its reason, and nothing is written', async (t) => {
  const site = await testSite();
  t.teardown(site.remove);
  const running = await serve(site);
  t.teardown(() => running.close());
  const { reviewer } = await signedIn(site, at(running));
  const { size } = running.engine.log;
  const hold = (text: string) =>
    reviewer.send({ type: 'hold', run: '01JD3V7Q0Z8EA1B2C3D4E5F6G7', text: `${text} stop` });
  t.match(await hold('\ud800'), { ok: false, problem: { code: 'XCK_INPUT', title: /half a character/ } });
  t.match(await hold('\u{1f6d1}'), { ok: false, problem: { code: 'XCK_UNKNOWN' } }, 'a whole one is looked at');
  t.equal(running.engine.log.size, size);
});
