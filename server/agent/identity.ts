/** The agent's own key and id in its data directory; made once, readable by its owner alone. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicKeyLine } from '../../core/log/publicKey.ts';

export interface Identity {
  readonly id: string;
  /** OpenSSH public key line. */
  readonly key: string;
  readonly privateKey: KeyObject;
}

/** The 32 raw bytes of an Ed25519 public key. */
export const rawPublic = (key: KeyObject): Uint8Array => {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return Buffer.from(x ?? '', 'base64url');
};

/** Returns the key in `file`, making it if it does not exist. */
export function keyFile(file: string): KeyObject {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  }
  return createPrivateKey(readFileSync(file));
}

/** Returns the identity that lives in the agent's data directory, making it if there is none. */
export function identity(data: string): Identity {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const privateKey = keyFile(join(data, 'agent.key'));
  const idFile = join(data, 'agent.id');
  if (!existsSync(idFile)) writeFileSync(idFile, `a-${randomBytes(8).toString('hex')}\n`, { flag: 'wx' });
  return {
    id: readFileSync(idFile, 'utf8').trim(),
    key: publicKeyLine('ssh-ed25519', rawPublic(privateKey)),
    privateKey,
  };
}
