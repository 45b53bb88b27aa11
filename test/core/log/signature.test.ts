/** The server's verification port against Project Wycheproof's Ed25519 and P-256 cases. */
import { generateKeyPairSync } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import t from 'tap';
import type { Algorithm } from '../../../core/log/signature.ts';
import { signEd25519, verifyRaw } from '../../../server/ports/verify.ts';
import { needs, readVector } from '../bytes/vectors.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
interface Group {
  readonly publicKey: { readonly pk?: string; readonly uncompressed?: string };
  readonly tests: { readonly tcId: number; readonly msg: string; readonly sig: string; readonly result: string }[];
}

const wycheproof = (file: string, algorithm: Algorithm, cases: number) =>
  t.test(`Wycheproof ${file}`, needs('wycheproof/testvectors_v1'), async (t) => {
    const { testGroups } = JSON.parse(readVector(`wycheproof/testvectors_v1/${file}`)) as { testGroups: Group[] };
    const wrong: number[] = [];
    let seen = 0;
    for (const { publicKey, tests } of testGroups) {
      const key = bytes(publicKey.pk ?? publicKey.uncompressed ?? '');
      for (const { tcId, msg, sig, result } of tests) {
        seen += 1;
        if ((await verifyRaw(algorithm, key, bytes(msg), bytes(sig))) !== (result === 'valid')) wrong.push(tcId);
      }
    }
    t.equal(seen, cases);
    t.same(wrong, []);
  });

wycheproof('ed25519_test.json', 'ed25519', 151);
wycheproof('ecdsa_secp256r1_sha256_p1363_test.json', 'p256', 262);

/** Our signatures are r‖s. Strict DER says how these cases spell it; what is no DER is none of ours, and must be invalid. */
t.test('Wycheproof ecdsa_secp256r1_sha256_test.json', needs('wycheproof/testvectors_v1'), async (t) => {
  const text = readVector('wycheproof/testvectors_v1/ecdsa_secp256r1_sha256_test.json');
  const { testGroups } = JSON.parse(text) as { testGroups: Group[] };
  const wrong: number[] = [];
  let [seen, spelled] = [0, 0];
  for (const { publicKey, tests } of testGroups) {
    const key = bytes(publicKey.uncompressed ?? '');
    for (const { tcId, msg, sig, result } of tests) {
      const raw = fromDer(bytes(sig));
      seen += 1;
      spelled += raw ? 1 : 0;
      const ours = raw !== undefined && (await verifyRaw('p256', key, bytes(msg), raw));
      if (ours !== (result === 'valid')) wrong.push(tcId);
    }
  }
  t.equal(seen, 484);
  t.ok(spelled > 190, `${spelled} are strict DER`);
  t.same(wrong, []);
});

function fromDer(der: Uint8Array): Uint8Array | undefined {
  try {
    return p256.Signature.fromBytes(der, 'der').toBytes('compact');
  } catch {
    return undefined;
  }
}

t.test('keys and signatures of a wrong shape are false, not thrown', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
  const message = bytes('616263');
  const signature = signEd25519(privateKey, message);
  t.ok(await verifyRaw('ed25519', raw, message, signature));
  t.notOk(await verifyRaw('ed25519', raw.slice(1), message, signature));
  t.notOk(await verifyRaw('ed25519', raw, message, signature.slice(1)));
  t.notOk(await verifyRaw('p256', raw, message, signature));
  t.notOk(await verifyRaw('p256', new Uint8Array(65).fill(4), message, signature), 'a point off the curve');
});
