/** Encodings against Node's own, and every second spelling refused. */
import fc from 'fast-check';
import t from 'tap';
import { base64, concat, equal, fromBase64, fromHex, fromUtf8, hex, utf8 } from '../../../core/bytes/encoding.ts';
import { campaign } from './campaign.ts';

t.test('hex and base64 are what Node writes, and come back', (t) =>
  campaign(
    t,
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const node = Buffer.from(bytes);
      return (
        hex(bytes) === node.toString('hex') &&
        base64(bytes) === node.toString('base64') &&
        equal(fromHex(hex(bytes)) ?? utf8('no'), bytes) &&
        equal(fromBase64(base64(bytes)) ?? utf8('no'), bytes)
      );
    }),
    500,
  ),
);

t.test('a text is base64 only if Node would write it again', (t) =>
  campaign(
    t,
    fc.property(fc.string({ unit: fc.constantFrom('A', 'B', '/', '+', '=', '-', 'é'), maxLength: 9 }), (text) => {
      const canonical = Buffer.from(text, 'base64').toString('base64') === text;
      return (fromBase64(text) !== undefined) === canonical;
    }),
    3000,
  ),
);

t.test('near misses', async (t) => {
  for (const text of [
    'A',
    'AA',
    'AAA',
    'AA=',
    'AB==',
    'AAB=',
    'A===',
    '====',
    'AA==\n',
    'AA ==',
    'AA-_',
    'AA==AA==',
    '\u0141A==',
  ]) {
    t.equal(fromBase64(text), undefined, JSON.stringify(text));
  }
  for (const text of ['0', 'AB', '0g', ' 00', '0x', '00\n']) t.equal(fromHex(text), undefined, JSON.stringify(text));
});

t.test('UTF-8 decodes one to one', async (t) => {
  t.equal(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41)), '\ufeffA', 'the BOM is kept');
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc3]]) {
    t.equal(fromUtf8(Uint8Array.from(bytes)), undefined, hex(Uint8Array.from(bytes)));
  }
  t.equal(fromUtf8(utf8('Ωmega 𝄞')), 'Ωmega 𝄞');
});

t.test('concat and equal', async (t) => {
  t.same(concat(), new Uint8Array(0));
  t.same(concat(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)), Uint8Array.of(1, 2, 3));
  t.notOk(equal(Uint8Array.of(1, 2), Uint8Array.of(1)));
  t.notOk(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
});
