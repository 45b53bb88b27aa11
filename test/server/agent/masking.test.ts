/** Masking: no secret comes out, and what comes out never depends on how the bytes came in. */
import fc from 'fast-check';
import t from 'tap';
import { masker, maskText } from '../../../server/agent/masking.ts';
import { campaign } from '../../core/bytes/campaign.ts';

/** Masks a text that arrives in pieces, cut at these places. */
function inPieces(text: string, secrets: readonly string[], cuts: readonly number[]): string {
  const bytes = Buffer.from(text);
  const mask = masker(secrets);
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  const out = places.slice(1).map((to, index) => mask.push(bytes.subarray(places[index], to)));
  return Buffer.concat([...out, mask.end()]).toString();
}

t.test('a secret that is split across pieces is masked as one', (t) => {
  const text = 'login with hunter22, then hunter2 and hunter22';
  for (let cut = 0; cut <= text.length; cut++)
    t.equal(inPieces(text, ['hunter22'], [cut]), 'login with ***, then hunter2 and ***', `cut at ${cut}`);
  t.end();
});

t.test('what cannot become a secret any more is not kept back', (t) => {
  const mask = masker(['secret']);
  const push = (text: string) => Buffer.from(mask.push(Buffer.from(text))).toString();
  t.equal(push('ready: '), 'ready: ');
  t.equal(push('sec'), '');
  t.equal(push('tion\nse'), 'section\n');
  t.equal(Buffer.from(mask.end()).toString(), 'se');
  t.end();
});

t.test('overlapping secrets are masked to their last byte, and the longest counts', (t) => {
  t.equal(maskText(['abcd', 'cdef'])('-abcdef-'), '-***-');
  t.equal(maskText(['abcd', 'abcdef'])('-abcdef-abcdx'), '-***-***x');
  t.equal(maskText(['aaaa'])('aaaaaa'), '***');
  t.equal(maskText(['abcd'])('abcdabcd'), '******');
  t.equal(maskText(['zażółć'])('zażółć!'), '***!');
  t.equal(maskText([])('nothing is secret'), 'nothing is secret');
  t.end();
});

t.test('any text, any secrets, any pieces', async (t) => {
  const letter = fc.constantFrom('a', 'b', 'c', '\n');
  const word = (min: number, max: number) =>
    fc.array(letter, { minLength: min, maxLength: max }).map((all) => all.join(''));
  await campaign(
    t,
    fc.property(word(0, 60), fc.array(word(2, 6), { maxLength: 4 }), fc.array(fc.nat(60)), (text, secrets, at) => {
      const cuts = at.map((one) => one % (text.length + 1));
      const whole = inPieces(text, secrets, []);
      return whole === inPieces(text, secrets, cuts) && secrets.every((secret) => !whole.includes(secret));
    }),
    500,
  );
});
