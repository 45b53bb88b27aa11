/** Raw signatures by node:crypto: core's verification port and the Ed25519 signing of log and agent; it decides nothing. */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
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

const loadKey = (algorithm: Algorithm, raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([FORMS[algorithm].prefix, raw]), format: 'der', type: 'spki' });

function holdsFor(
  algorithm: Algorithm,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  keyOf: (algorithm: Algorithm, raw: Uint8Array) => KeyObject,
): boolean {
  const { length, hash } = FORMS[algorithm];
  if (publicKey.length !== length || signature.length !== 64) return false;
  try {
    return verify(hash, message, { key: keyOf(algorithm, publicKey), dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
}

/** See the port's contract; a key that OpenSSL cannot load verifies nothing. */
export const verifyRaw: VerifyRaw = async (algorithm, publicKey, message, signature) =>
  holdsFor(algorithm, publicKey, message, signature, loadKey);

/** The 64-byte Ed25519 signature of a message. */
export const signEd25519 = (privateKey: KeyObject, message: Uint8Array): Uint8Array =>
  new Uint8Array(sign(null, message, privateKey));

const KEYS = 1000;
const HELD = 20_000;

/**
 * Returns the same port with a memory: keys are loaded once, and a signature that held is not computed again. What did
 * not hold is never remembered, and both memories are emptied when they are full.
 */
export function rememberingVerifier(): VerifyRaw {
  const keys = new Map<string, KeyObject>();
  const held = new Set<string>();
  const keyOf = (algorithm: Algorithm, raw: Uint8Array): KeyObject => {
    const name = `${algorithm} ${Buffer.from(raw).toString('base64')}`;
    const known = keys.get(name);
    if (known) return known;
    if (keys.size >= KEYS) keys.clear();
    const key = loadKey(algorithm, raw);
    keys.set(name, key);
    return key;
  };
  return async (algorithm, publicKey, message, signature) => {
    // Of other lengths, bytes of one part could pass for bytes of the next.
    if (publicKey.length !== FORMS[algorithm].length || signature.length !== 64) return false;
    const name = createHash('sha256')
      .update(algorithm)
      .update(publicKey)
      .update(signature)
      .update(message)
      .digest('base64');
    if (held.has(name)) return true;
    const holds = holdsFor(algorithm, publicKey, message, signature, keyOf);
    if (held.size >= HELD) held.clear();
    if (holds) held.add(name);
    return holds;
  };
}
