/** Raw signatures by node:crypto: core's verification port and the Ed25519 signing of log and agent; it decides nothing. */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Algorithm, VerifyRaw } from '../../core/log/signature.ts';

/** The DER that turns a raw key into SubjectPublicKeyInfo (RFC 8410 §4, RFC 5480 §2), and the raw key's length. */
const FORMS: Readonly<Record<Algorithm, { prefix: Buffer; length: number; hash: string | null }>> = {
  ed25519: { prefix: Buffer.from('302a300506032b6570032100', 'hex'), length: 32, hash: null },
  p256: {
    prefix: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex'),
    length: 65,
    hash: 'sha256',
  },
};

/** See the port's contract; a key that OpenSSL cannot load verifies nothing. */
export const verifyRaw: VerifyRaw = async (algorithm, publicKey, message, signature) => {
  const { prefix, length, hash } = FORMS[algorithm];
  if (publicKey.length !== length || signature.length !== 64) return false;
  try {
    const key = createPublicKey({ key: Buffer.concat([prefix, publicKey]), format: 'der', type: 'spki' });
    return verify(hash, message, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
};

/** The 64-byte Ed25519 signature of a message. */
export const signEd25519 = (privateKey: KeyObject, message: Uint8Array): Uint8Array =>
  new Uint8Array(sign(null, message, privateKey));
