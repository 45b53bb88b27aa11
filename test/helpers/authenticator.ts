/** Security keys and passkeys in software: what an authenticator and the browser around it would say, and anything they would not. For tests only. */
import { createHash, generateKeyPairSync, type KeyObject, sign as nodeSign } from 'node:crypto';
import { concat, utf8 } from '../../core/bytes/encoding.ts';
import { uint32 } from '../../core/bytes/wire.ts';
import { type KeyType, type PublicKey, parsePublicKey, publicKeyLine } from '../../core/log/publicKey.ts';
import { armor, namespaceOf, rawToSshSignature, signedData, webauthnToSshSignature } from '../../core/log/sshsig.ts';
import { must, privateKey, rawPublic, type Signer } from './signer.ts';

export const UP = 0x01;
export const UV = 0x04;

export interface HeldKey {
  readonly key: PublicKey;
  readonly privateKey: KeyObject;
}

const isEdwards = (type: KeyType) => type.includes('ed25519');

/** A new key; of a security key with Ed25519 the one that `seed` makes. */
export function heldKey(type: KeyType, application: string, seed?: Uint8Array): HeldKey {
  if (seed) {
    const own = privateKey('ssh-ed25519', seed);
    const line = publicKeyLine(type, rawPublic('ssh-ed25519', own), application);
    return { key: must(parsePublicKey(line)), privateKey: own };
  }
  const pair = isEdwards(type) ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
  const raw = new Uint8Array(spki.subarray(isEdwards(type) ? -32 : -65));
  return { key: must(parsePublicKey(publicKeyLine(type, raw, application))), privateKey: pair.privateKey };
}

export const passkey = (rpId: string): HeldKey => heldKey('sk-ecdsa-sha2-nistp256@openssh.com', rpId);

const sha256 = (bytes: Uint8Array | string) => new Uint8Array(createHash('sha256').update(bytes).digest());

/** r‖s, or the 64 bytes of Ed25519. */
const rawSign = ({ key, privateKey }: HeldKey, message: Uint8Array) =>
  new Uint8Array(
    nodeSign(key.algorithm === 'ed25519' ? null : 'sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  );

/** What stands under the signature, of either form; `rpId` is the authenticator's own opinion. */
const head = (rpId: string, flags: number, counter: number) =>
  concat(sha256(rpId), Uint8Array.of(flags), uint32(counter));

export interface Told {
  readonly flags?: number;
  readonly counter?: number;
  /** What the authenticator hashed instead of the key's application. */
  readonly rpId?: string;
}

/** An armored signature as `ssh-keygen -Y sign` makes it with a security key. */
export function touched(held: HeldKey, namespace: string, message: Uint8Array, told: Told = {}): string {
  const { flags = UP, counter = 7, rpId = held.key.application ?? '' } = told;
  const raw = rawSign(held, concat(head(rpId, flags, counter), sha256(signedData(namespace, message))));
  const signatureBlob = concat(rawToSshSignature(held.key.type, raw), Uint8Array.of(flags), uint32(counter));
  return armor({ publicKey: held.key.blob, namespace, signatureBlob });
}

export interface Asked extends Told {
  readonly origin?: string;
  /** The origin that the blob names, where it is another than the client data's. */
  readonly named?: string;
  /** The last word on clientDataJSON. */
  readonly json?: (text: string) => string | Uint8Array;
  readonly challenge?: string;
  readonly type?: string;
  readonly extensions?: Uint8Array;
}

export interface Assertion {
  readonly clientData: Uint8Array;
  readonly authenticatorData: Uint8Array;
  /** r‖s */
  readonly raw: Uint8Array;
}

/** What `navigator.credentials.get` answers with a passkey, its signature apart from its DER. */
export function assertion(held: HeldKey, challenge: Uint8Array, origin: string, asked: Asked = {}): Assertion {
  const { flags = UP | UV, counter = 0, rpId = held.key.application ?? '', type = 'webauthn.get' } = asked;
  const text = JSON.stringify({
    type,
    challenge: asked.challenge ?? Buffer.from(challenge).toString('base64url'),
    origin: asked.origin ?? origin,
    crossOrigin: false,
  });
  const said = asked.json?.(text) ?? text;
  const clientData = typeof said === 'string' ? utf8(said) : said;
  const authenticatorData = head(rpId, flags, counter);
  const raw = rawSign(held, concat(authenticatorData, sha256(clientData)));
  return { clientData, authenticatorData, raw };
}

/** An armored signature as the page makes it of an assertion. */
export function asserted(
  held: HeldKey,
  namespace: string,
  message: Uint8Array,
  origin: string,
  asked: Asked = {},
): string {
  const { flags = UP | UV, counter = 0, extensions = new Uint8Array(0) } = asked;
  const { clientData, raw } = assertion(held, signedData(namespace, message), origin, asked);
  const client = { origin: asked.named ?? asked.origin ?? origin, json: clientData, extensions };
  return armor({
    publicKey: held.key.blob,
    namespace,
    signatureBlob: webauthnToSshSignature(raw, { flags, counter }, client),
  });
}

/** An armored signature without any touch, as a key in a file or in a page makes it. */
export function plainly(held: HeldKey, namespace: string, message: Uint8Array): string {
  const signatureBlob = rawToSshSignature(held.key.type, rawSign(held, signedData(namespace, message)));
  return armor({ publicKey: held.key.blob, namespace, signatureBlob });
}

/** A security key, or a passkey of that page's host, as a signer of acts; `log` is asked when signing. */
export function heldSigner(
  kind: 'sk-ssh' | 'passkey',
  page: string,
  log: () => string,
  seed?: Uint8Array,
): Pick<Signer, 'key' | 'sign'> & { readonly held: HeldKey } {
  const held =
    kind === 'passkey' ? passkey(new URL(page).hostname) : heldKey('sk-ssh-ed25519@openssh.com', 'ssh:', seed);
  return {
    held,
    key: held.key.line,
    sign: (act, message) => {
      const namespace = namespaceOf(act, log());
      const text = kind === 'passkey' ? asserted(held, namespace, message, page) : touched(held, namespace, message);
      return utf8(text);
    },
  };
}
