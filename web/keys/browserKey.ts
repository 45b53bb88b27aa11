/** The page's own signing key: ECDSA P-256 that cannot be exported. Its private half never leaves the browser. */
import { utf8 } from '../../core/bytes/encoding.ts';
import { parsePublicKey, publicKeyLine } from '../../core/log/publicKey.ts';
import { armor, namespaceOf, rawToSshSignature, signedData } from '../../core/log/sshsig.ts';
import { type BrowserKey, keepKey } from './keyStore.ts';

/** Makes and keeps a new key for `person`. */
export async function makeKey(indexedDB: IDBFactory, crypto: Crypto, person: string): Promise<BrowserKey> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const key = { line: publicKeyLine('ecdsa-sha2-nistp256', raw), privateKey: pair.privateKey };
  await keepKey(indexedDB, person, key);
  return key;
}

/** Signs the statement of one act; returns the armored SSHSIG. */
export async function signWith(
  crypto: Crypto,
  key: BrowserKey,
  act: string,
  origin: string,
  text: string,
): Promise<string> {
  const public_ = parsePublicKey(key.line);
  if (!public_.ok) throw new TypeError(public_.refusal.sentence);
  const namespace = namespaceOf(act, origin);
  const data = new Uint8Array(signedData(namespace, utf8(text)));
  const raw = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.privateKey, data);
  const signatureBlob = rawToSshSignature(public_.value.type, new Uint8Array(raw));
  return armor({ publicKey: public_.value.blob, namespace, signatureBlob });
}
