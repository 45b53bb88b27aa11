/** SHA-2 against node:crypto, across the block boundaries. */
import { createHash } from 'node:crypto';
import t from 'tap';
import { hex, utf8 } from '../../../core/bytes/encoding.ts';
import { digest, sha256, sha512 } from '../../../core/bytes/hash.ts';

t.test('agrees with node:crypto at every length around its blocks', async (t) => {
  const node = (name: string, bytes: Uint8Array) => createHash(name).update(bytes).digest('hex');
  const wrong = Array.from({ length: 300 }, (_, n) => new Uint8Array(n).fill(n)).filter(
    (bytes) => hex(sha256(bytes)) !== node('sha256', bytes) || hex(sha512(bytes)) !== node('sha512', bytes),
  );
  t.same(wrong, []);
});

t.test('a digest names its function', async (t) => {
  t.equal(digest(utf8('abc')), 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
