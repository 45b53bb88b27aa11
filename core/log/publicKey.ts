/** OpenSSH public keys, `<type> <base64>` without comment; a type, spelling or point that is not known good is refused. */
import { base64, concat, fromBase64, utf8 } from '../bytes/encoding.ts';
import { sha256 } from '../bytes/hash.ts';
import { type WireReader, wireReader, wireString } from '../bytes/wire.ts';
import { fail, type Refusal } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { isEd25519Point, isP256Point } from './points.ts';
import type { Algorithm } from './signature.ts';

export type KeyType = 'ssh-ed25519' | 'ecdsa-sha2-nistp256';

export interface PublicKey {
  readonly type: KeyType;
  /** The exact line; the key's identity as text. */
  readonly line: string;
  /** The SSH wire form that the line's base64 holds. */
  readonly blob: Uint8Array;
  readonly algorithm: Algorithm;
  /** What VerifyRaw takes. */
  readonly raw: Uint8Array;
}

interface Kind {
  readonly algorithm: Algorithm;
  /** What follows the type in the blob, around the raw key. */
  readonly write: (raw: Uint8Array) => Uint8Array;
  readonly read: (reader: WireReader) => Uint8Array;
  readonly isPoint: (raw: Uint8Array) => boolean;
}

/** RFC 8709 §4 and RFC 5656 §3.1. Everything else, RSA, other curves and certificates, is refused by not standing here. */
const KINDS: Readonly<Record<KeyType, Kind>> = {
  'ssh-ed25519': {
    algorithm: 'ed25519',
    write: wireString,
    read: (reader) => reader.string(),
    isPoint: isEd25519Point,
  },
  'ecdsa-sha2-nistp256': {
    algorithm: 'p256',
    write: (raw) => concat(wireString(utf8('nistp256')), wireString(raw)),
    // The curve's name is not compared here: writing the key again writes the right one.
    read: (reader) => {
      reader.string();
      return reader.string();
    },
    isPoint: isP256Point,
  },
};

const blobOf = (type: KeyType, raw: Uint8Array): Uint8Array => concat(wireString(utf8(type)), KINDS[type].write(raw));

/** The OpenSSH line of a raw key: 32 bytes of Ed25519, or 04‖x‖y of P-256. */
export const publicKeyLine = (type: KeyType, raw: Uint8Array): string => `${type} ${base64(blobOf(type, raw))}`;

const isKeyType = (type: string): type is KeyType => Object.hasOwn(KINDS, type);

const refused = (why: string): { ok: false; refusal: Refusal } => fail('XCK_BYTES', { what: 'a public key', why });

/** Reads a line that `publicKeyLine` would write again byte for byte, with a point of full order. */
export function parsePublicKey(line: string): Result<PublicKey> {
  const space = line.indexOf(' ');
  const type = line.slice(0, Math.max(space, 0));
  if (!isKeyType(type)) return refused('only ssh-ed25519 and ecdsa-sha2-nistp256 are taken');
  const blob = fromBase64(line.slice(space + 1));
  if (!blob) return refused('after the type comes base64 and nothing else');
  const { algorithm, read, isPoint } = KINDS[type];
  const reader = wireReader(blob);
  reader.string();
  const raw = read(reader);
  if (!reader.ended() || publicKeyLine(type, raw) !== line)
    return refused('the base64 does not hold a key of this type');
  if (!isPoint(raw)) return refused('it is no point of full order on the curve');
  return ok({ type, line, blob, algorithm, raw });
}

/** `SHA256:` and unpadded base64, as ssh-keygen -l prints it. */
export const keyFingerprint = (blob: Uint8Array): string => `SHA256:${base64(sha256(blob)).replace(/=+$/, '')}`;
