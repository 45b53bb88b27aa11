/** The signature port by WebCrypto; a runtime without Ed25519 is told apart from a signature that does not hold. */
import type { VerifyRaw } from '../../core/log/signature.ts';

const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

export function webVerify(crypto: Crypto): VerifyRaw {
  return async (algorithm, publicKey, message, signature) => {
    try {
      const [importAs, verifyAs] =
        algorithm === 'ed25519'
          ? [{ name: 'Ed25519' }, { name: 'Ed25519' }]
          : [
              { name: 'ECDSA', namedCurve: 'P-256' },
              { name: 'ECDSA', hash: 'SHA-256' },
            ];
      const key = await crypto.subtle.importKey('raw', own(publicKey), importAs, false, ['verify']);
      return await crypto.subtle.verify(verifyAs, key, own(signature), own(message));
    } catch {
      return false;
    }
  };
}

/** The y of the base point: any honest 32-byte key would do. */
const SOME_KEY = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0x58 : 0x66));

/** Whether this browser can check the log's signatures at all (secure context and Ed25519). */
export async function canVerify(crypto: Crypto): Promise<boolean> {
  try {
    await crypto.subtle.importKey('raw', SOME_KEY, { name: 'Ed25519' }, false, ['verify']);
    return true;
  } catch {
    return false;
  }
}
