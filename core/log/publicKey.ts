/** OpenSSH public keys, `<type> <base64>` without comment; a type, spelling or point that is not known good is refused. */
import { base64, concat, fromBase64, fromUtf8, utf8 } from '../bytes/encoding.ts';
import { sha256 } from '../bytes/hash.ts';
import { wireReader, wireString } from '../bytes/wire.ts';
import { fail, type Refusal } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { isEd25519Point, isP256Point } from './points.ts';
import type { Algorithm } from './signature.ts';

/** What the roster says of a key: where it came from, and so which form of signature counts for it. */
export const KEY_KINDS = ['ssh', 'sk-ssh', 'passkey', 'browser'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

export type KeyType =
  | 'ssh-ed25519'
  | 'ecdsa-sha2-nistp256'
  | 'sk-ssh-ed25519@openssh.com'
  | 'sk-ecdsa-sha2-nistp256@openssh.com';

export interface PublicKey {
  readonly type: KeyType;
  /** The exact line; the key's identity as text. */
  readonly line: string;
  /** The SSH wire form that the line's base64 holds. */
  readonly blob: Uint8Array;
  readonly algorithm: Algorithm;
  /** What VerifyRaw takes. */
  readonly raw: Uint8Array;
  /** What a security key was made for, `ssh:` or the rpId of a passkey; null for keys that are none. */
  readonly application: string | null;
}

interface Form {
  readonly algorithm: Algorithm;
  /** The kinds of key that may be of this type. */
  readonly kinds: readonly KeyKind[];
  /** Whether an application follows the key: it lives in an authenticator. */
  readonly held: boolean;
}

/** RFC 8709 §4, RFC 5656 §3.1, OpenSSH PROTOCOL.u2f. Everything else, RSA, other curves and certificates, is refused by not standing here. */
const TYPES: Readonly<Record<KeyType, Form>> = {
  'ssh-ed25519': { algorithm: 'ed25519', kinds: ['ssh'], held: false },
  'ecdsa-sha2-nistp256': { algorithm: 'p256', kinds: ['browser'], held: false },
  'sk-ssh-ed25519@openssh.com': { algorithm: 'ed25519', kinds: ['sk-ssh'], held: true },
  'sk-ecdsa-sha2-nistp256@openssh.com': { algorithm: 'p256', kinds: ['sk-ssh', 'passkey'], held: true },
};
const IS_POINT = { ed25519: isEd25519Point, p256: isP256Point } as const;
/** Spaces and what is no ASCII would make two spellings of one host look alike. */
const APPLICATION = /^[!-~]{1,255}$/;

function blobOf(type: KeyType, raw: Uint8Array, application: string): Uint8Array {
  const { algorithm, held } = TYPES[type];
  return concat(
    wireString(utf8(type)),
    ...(algorithm === 'p256' ? [wireString(utf8('nistp256'))] : []),
    wireString(raw),
    ...(held ? [wireString(utf8(application))] : []),
  );
}

/** The OpenSSH line of a raw key: 32 bytes of Ed25519, or 04‖x‖y of P-256; the application is that of `sk-` types alone. */
export const publicKeyLine = (type: KeyType, raw: Uint8Array, application = ''): string =>
  `${type} ${base64(blobOf(type, raw, application))}`;

const isKeyType = (type: string): type is KeyType => Object.hasOwn(TYPES, type);

const refused = (why: string): { ok: false; refusal: Refusal } => fail('XCK_BYTES', { what: 'a public key', why });

/** Reads a line that `publicKeyLine` would write again byte for byte, with a point of full order. */
export function parsePublicKey(line: string): Result<PublicKey> {
  const space = line.indexOf(' ');
  const type = line.slice(0, Math.max(space, 0));
  if (!isKeyType(type)) return refused('only Ed25519 and ECDSA P-256 are taken, with or without a security key');
  const blob = fromBase64(line.slice(space + 1));
  if (!blob) return refused('after the type comes base64 and nothing else');
  const { algorithm, held } = TYPES[type];
  const reader = wireReader(blob);
  // Type and curve are constants: writing the key again is what compares them.
  reader.string();
  if (algorithm === 'p256') reader.string();
  const raw = reader.string();
  // What follows, and text that is no UTF-8, is found by writing again, too.
  const application = held ? (fromUtf8(reader.string()) ?? '') : '';
  if (publicKeyLine(type, raw, application) !== line) return refused('the base64 does not hold a key of this type');
  if (held && !APPLICATION.test(application)) return refused('its application is no name in printable ASCII');
  if (!IS_POINT[algorithm](raw)) return refused('it is no point of full order on the curve');
  return ok({ type, line, blob, algorithm, raw, application: held ? application : null });
}

export const algorithmOf = (type: KeyType): Algorithm => TYPES[type].algorithm;

/** Whether the roster may say of a key of this type that it is of this kind. */
export const fitsKind = (type: KeyType, kind: KeyKind): boolean => TYPES[type].kinds.includes(kind);

/** The kind of a key that somebody pastes. */
export const pastedKind = (line: string): 'ssh' | 'sk-ssh' => (line.startsWith('sk-') ? 'sk-ssh' : 'ssh');

/** Reads the line of a key that somebody pastes or signs with in a terminal. */
export function parsePasted(line: string): Result<PublicKey> {
  const key = parsePublicKey(line);
  return key.ok && !fitsKind(key.value.type, pastedKind(line))
    ? refused('ECDSA is taken of security keys and pages alone; make an ssh-ed25519 key')
    : key;
}

/** Whether pages enrol keys of this kind. */
export const isPageKind = (kind: unknown): kind is 'passkey' | 'browser' => kind === 'passkey' || kind === 'browser';

/** `SHA256:` and unpadded base64, as ssh-keygen -l prints it. */
export const keyFingerprint = (blob: Uint8Array): string => `SHA256:${base64(sha256(blob)).replace(/=+$/, '')}`;
