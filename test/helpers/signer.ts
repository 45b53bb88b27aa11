/** Keys and dice of tests: everything comes from a seed, so that each signature is the same each time (ECDSA’s apart). */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign as nodeSign } from 'node:crypto';
import { hex, utf8 } from '../../core/bytes/encoding.ts';
import type { Act } from '../../core/log/acts.ts';
import { type KeyType, parsePublicKey, publicKeyLine } from '../../core/log/publicKey.ts';
import { armor, namespaceOf, rawToSshSignature, signedData } from '../../core/log/sshsig.ts';
import type { Result } from '../../core/result.ts';

export interface Signer {
  readonly id: string;
  /** OpenSSH public key line. */
  readonly key: string;
  sign(act: Act, message: Uint8Array): Uint8Array;
}

export const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.refusal.code}: ${result.refusal.sentence}`);
  return result.value;
};

/** Random bytes that are the same each time. */
export const dice = (seed: string) => {
  let count = 0;
  return (length: number): Uint8Array => {
    count += 1;
    return new Uint8Array(createHash('shake256', { outputLength: length }).update(`${seed} ${count}`).digest());
  };
};

const PKCS8 = '302e020100300506032b657004220420';
/** PKCS#8 of a P-256 key given by its scalar alone (RFC 5208, RFC 5915). */
const P256_PKCS8 = '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420';

export const privateKey = (type: KeyType, seed: Uint8Array): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from(type === 'ssh-ed25519' ? PKCS8 : P256_PKCS8, 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  });

export function rawPublic(type: KeyType, key: KeyObject): Uint8Array {
  const { x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' });
  const [a, b] = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  return new Uint8Array(type === 'ssh-ed25519' ? a : Buffer.concat([Buffer.from([4]), a, b]));
}

/** A signer with random id and key; `origin` is asked when signing, for a site has none before its people. */
export function newSigner(
  prefix: 'p-' | 'a-',
  type: KeyType,
  random: (length: number) => Uint8Array,
  origin: () => string,
): Signer {
  const [id, secret] = [`${prefix}${hex(random(8))}`, privateKey(type, random(32))];
  const key = publicKeyLine(type, rawPublic(type, secret));
  const blob = must(parsePublicKey(key)).blob;
  const sign = (act: Act, message: Uint8Array): Uint8Array => {
    const namespace = namespaceOf(act, origin());
    const data = signedData(namespace, message);
    const raw =
      type === 'ssh-ed25519'
        ? nodeSign(null, data, secret)
        : nodeSign('sha256', data, { key: secret, dsaEncoding: 'ieee-p1363' });
    return utf8(armor({ publicKey: blob, namespace, signatureBlob: rawToSshSignature(type, new Uint8Array(raw)) }));
  };
  return { id, key, sign };
}
