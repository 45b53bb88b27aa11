/** The port to the runtime's signature verification; core itself never computes on a curve to judge a signature. */

export type Algorithm = 'ed25519' | 'p256';

/**
 * Whether `signature` is valid. `ed25519` (RFC 8032, pure): 32-byte key, 64-byte signature. `p256` (ECDSA with
 * SHA-256): 65-byte point 04‖x‖y, 64 bytes r‖s. Bytes of any other shape are false; it never rejects.
 */
export type VerifyRaw = (
  algorithm: Algorithm,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => Promise<boolean>;
