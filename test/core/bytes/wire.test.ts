/** SSH wire forms: written as RFC 4251 says, read only when everything fits. */
import t from 'tap';
import { concat, fromHex, hex, utf8 } from '../../../core/bytes/encoding.ts';
import { mpint, uint32, wireReader, wireString } from '../../../core/bytes/wire.ts';

const bytes = (text: string) => fromHex(text) ?? new Uint8Array(0);

t.test('writes and reads in order', async (t) => {
  const blob = concat(Uint8Array.of(7), uint32(0xfffffffe), wireString(utf8('abc')), mpint(bytes('0080')));
  t.equal(hex(blob), '07fffffffe00000003616263000000020080');
  const reader = wireReader(blob);
  t.equal(reader.byte(), 7);
  t.equal(reader.uint32(), 0xfffffffe);
  t.equal(hex(reader.string()), '616263');
  t.notOk(reader.ended(), 'something is left');
  t.equal(hex(reader.mpint()), '80');
  t.ok(reader.ended());
});

t.test('mpint of RFC 4251 §5', async (t) => {
  t.equal(hex(mpint(bytes('09a378f9b2e332a7'))), '0000000809a378f9b2e332a7');
  t.equal(hex(mpint(bytes('80'))), '000000020080');
  t.equal(hex(mpint(bytes('0000'))), '00000000');
  for (const good of ['01', '7f', '0080', '00ff00', '0500', '010000']) {
    const reader = wireReader(wireString(bytes(good)));
    t.equal(hex(reader.mpint()), good.replace(/^00/, ''), good);
    t.ok(reader.ended());
  }
  for (const bad of ['', '00', '0001', '007f', '0000', '000080', '80', 'ff']) {
    const reader = wireReader(wireString(bytes(bad)));
    reader.mpint();
    t.notOk(reader.ended(), `${bad || 'nothing'} is zero, negative or too long`);
  }
});

t.test('after what does not fit nothing is believed', async (t) => {
  const reader = wireReader(bytes('00000005616263'));
  t.equal(reader.string().length, 0);
  t.equal(reader.byte(), 0, 'not the bytes that are still there');
  t.notOk(reader.ended());
  const short = wireReader(bytes('000000'));
  t.equal(short.uint32(), 0);
  t.notOk(short.ended());
  const past = wireReader(new Uint8Array(0));
  t.ok(past.ended(), 'nothing was asked');
  past.byte();
  t.notOk(past.ended());
});
