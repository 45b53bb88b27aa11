/** SSHSIG (OpenSSH PROTOCOL.sshsig), stricter than ssh-keygen: one spelling, SHA-512 only, the enrolled key's algorithm only. */
import { base64, concat, equal, fromBase64, fromUtf8, utf8 } from '../bytes/encoding.ts';
import { sha512 } from '../bytes/hash.ts';
import { mpint, uint32, type WireReader, wireReader, wireString } from '../bytes/wire.ts';
import { fail, type Refusal } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { type ClientData, keyTouch, passkeyTouch, type Touch, touchedBytes } from './authenticator.ts';
import { algorithmOf, fitsKind, type KeyKind, type KeyType, type PublicKey } from './publicKey.ts';
import type { Algorithm, VerifyRaw } from './signature.ts';

const MAGIC = utf8('SSHSIG');
const HASH = utf8('sha512');
const BEGIN = '-----BEGIN SSH SIGNATURE-----\n';
const END = '-----END SSH SIGNATURE-----\n';

export interface Sshsig {
  /** The signer's key in SSH wire form. */
  readonly publicKey: Uint8Array;
  readonly namespace: string;
  /** Algorithm and signature in SSH wire form. */
  readonly signatureBlob: Uint8Array;
}

/** `crosscheck-<act>-v1@` and the origin's host without port. */
export const namespaceOf = (act: string, origin: string): string =>
  `crosscheck-${act}-v1@${origin.replace(/[/:].*$/s, '')}`;

/** The bytes that the key signs: magic, namespace, empty reserved, `sha512`, SHA-512 of the message. */
export const signedData = (namespace: string, message: Uint8Array): Uint8Array =>
  concat(
    MAGIC,
    wireString(utf8(namespace)),
    wireString(new Uint8Array(0)),
    wireString(HASH),
    wireString(sha512(message)),
  );

/** The armored signature as ssh-keygen writes it: 70 columns, final line feed. */
export function armor({ publicKey, namespace, signatureBlob }: Sshsig): string {
  const blob = concat(
    MAGIC,
    uint32(1),
    wireString(publicKey),
    wireString(utf8(namespace)),
    wireString(new Uint8Array(0)),
    wireString(HASH),
    wireString(signatureBlob),
  );
  return `${BEGIN}${base64(blob).replace(/.{1,70}/g, '$&\n')}${END}`;
}

const unreadable = (why: string): { ok: false; refusal: Refusal } =>
  fail('XCK_BYTES', { what: 'an SSH signature', why });

/** Reads an armored signature that `armor` would write again byte for byte: so version 1, empty reserved, sha512. */
export function parseSshsig(text: string): Result<Sshsig> {
  if (!text.startsWith(BEGIN) || !text.endsWith(END)) return unreadable('the armor is missing');
  const blob = fromBase64(text.slice(BEGIN.length, -END.length).replaceAll('\n', ''));
  if (!blob) return unreadable('inside the armor is no base64');
  const reader = wireReader(blob.subarray(MAGIC.length));
  // Magic, version, reserved and hash are constants: writing them again is what compares them.
  reader.uint32();
  const publicKey = reader.string();
  const namespace = fromUtf8(reader.string());
  reader.string();
  reader.string();
  const signatureBlob = reader.string();
  if (!reader.ended() || namespace === undefined) return unreadable('its fields do not fit');
  const signature = { publicKey, namespace, signatureBlob };
  return armor(signature) === text ? ok(signature) : unreadable('ssh-keygen would write it differently with sha512');
}

const pad32 = (magnitude: Uint8Array): Uint8Array => concat(new Uint8Array(32 - magnitude.length), magnitude);

/** From the signature inside the blob to the 64 bytes that VerifyRaw takes, and back; null when it does not fit. */
const FORMS: Readonly<
  Record<Algorithm, { raw(wire: Uint8Array): Uint8Array | null; wire(raw: Uint8Array): Uint8Array }>
> = {
  ed25519: { raw: (wire) => (wire.length === 64 ? wire : null), wire: (raw) => raw },
  p256: {
    raw(wire) {
      const reader = wireReader(wire);
      const r = reader.mpint();
      const s = reader.mpint();
      return reader.ended() && r.length <= 32 && s.length <= 32 ? concat(pad32(r), pad32(s)) : null;
    },
    wire: (raw) => concat(mpint(raw.subarray(0, 32)), mpint(raw.subarray(32))),
  },
};

/** The SSH signature blob of a raw one: 64 bytes of Ed25519, or r‖s of ECDSA P-256; of `sk-` types flags and counter follow. */
export const rawToSshSignature = (type: KeyType, raw: Uint8Array): Uint8Array =>
  concat(wireString(utf8(type)), wireString(FORMS[algorithmOf(type)].wire(raw)));

const WEBAUTHN = 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com';

/** The SSH signature blob of a passkey's assertion; `raw` is r‖s. */
export const webauthnToSshSignature = (
  raw: Uint8Array,
  { flags, counter }: Pick<Touch, 'flags' | 'counter'>,
  { origin, json, extensions }: ClientData,
): Uint8Array =>
  concat(
    wireString(utf8(WEBAUTHN)),
    wireString(FORMS.p256.wire(raw)),
    Uint8Array.of(flags),
    uint32(counter),
    wireString(utf8(origin)),
    wireString(json),
    wireString(extensions),
  );

interface Made {
  /** What VerifyRaw takes. */
  readonly raw: Uint8Array;
  /** What the authenticator said; null for keys in a file. */
  readonly touch: Touch | null;
}

/** Reads a signature blob as the one form that this key, of this kind, makes. */
function madeBy({ type, algorithm, application }: PublicKey, kind: KeyKind, blob: Uint8Array): Made | null {
  const reader = wireReader(blob);
  const named = reader.string();
  const wire = reader.string();
  const touch = application === null ? null : touchIn(reader, application, kind === 'passkey');
  if (!reader.ended() || !equal(named, utf8(kind === 'passkey' ? WEBAUTHN : type))) return null;
  const raw = FORMS[algorithm].raw(wire);
  return raw && { raw, touch };
}

function touchIn(reader: WireReader, application: string, passkey: boolean): Touch {
  const said = { application, flags: reader.byte(), counter: reader.uint32() };
  if (!passkey) return { ...said, client: null };
  // Text that is no UTF-8 is no origin of the list.
  const origin = fromUtf8(reader.string()) ?? '';
  return { ...said, client: { origin, json: reader.string(), extensions: reader.string() } };
}

const unsigned = (why: string): { ok: false; refusal: Refusal } => fail('XCK_SIGNATURE', { why });

/** Whose signature is asked for, and what for. */
export interface SignedBy {
  readonly key: PublicKey;
  /** As the roster says, agents being `ssh`: it decides which form of signature is taken. */
  readonly kind: KeyKind;
  readonly namespace: string;
  /** The pages that a passkey may be used on: `origins` of the site. */
  readonly origins: readonly string[];
  /** Whether a security key must verify its user, too; a passkey always must. */
  readonly uv?: boolean;
  readonly verify: VerifyRaw;
}

/** Whether `text` is the signature of `message` by the enrolled key, of its kind, made for exactly this namespace. */
export async function verifySshsig(text: string, message: Uint8Array, by: SignedBy): Promise<Result<true>> {
  const parsed = parseSshsig(text);
  return parsed.ok ? verifyParsed(parsed.value, message, by) : parsed;
}

/** The same of a signature that was read already. */
export async function verifyParsed(signature: Sshsig, message: Uint8Array, by: SignedBy): Promise<Result<true>> {
  const { publicKey, namespace, signatureBlob } = signature;
  if (!equal(publicKey, by.key.blob)) return unsigned('it is by another key');
  if (!fitsKind(by.key.type, by.kind)) return unsigned('its key is not of the kind that the roster says');
  if (namespace !== by.namespace) return unsigned('it was made for another purpose');
  const made = madeBy(by.key, by.kind, signatureBlob);
  if (!made) return unsigned('it is not of the kind that the key makes');
  const { raw, touch } = made;
  const data = signedData(namespace, message);
  const client = touch?.client;
  const why = touch && (client ? passkeyTouch(touch, client, data, by.origins) : keyTouch(touch, by.uv ?? false));
  if (why) return unsigned(why);
  const holds = await by.verify(by.key.algorithm, by.key.raw, touch ? touchedBytes(touch, data) : data, raw);
  return holds ? ok(true) : unsigned('it was made over other bytes');
}
