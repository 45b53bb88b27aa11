/** Keys and signatures, as the chapter *Signatures* has them. */
import { createPublicKey, verify } from 'node:crypto';
import { fromBase64, same, sha256, sha512, sshString, sshUint32, textOf, utf8, Wire } from './bytes.ts';
import { isEd25519 } from './tree.ts';

export interface Key {
  readonly type: string;
  readonly blob: Buffer;
  readonly raw: Buffer;
  /** Of `sk-` types. */
  readonly application: string | null;
}

const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const modPow = (base: bigint, exponent: bigint): bigint => {
  let [result, square] = [1n, base];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
};
const EIGHTH = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL = [0n, 1n, P - 1n, EIGHTH, P - EIGHTH];

/** Canonical, on the curve and not of small order. */
function isPoint25519(raw: Buffer): boolean {
  if (raw.length !== 32) return false;
  const y = BigInt(`0x${Buffer.from(raw).reverse().toString('hex')}`) % 2n ** 255n;
  if (y >= P || SMALL.includes(y)) return false;
  return modPow(((y * y - 1n) * (D * y * y + 1n)) % P, (P - 1n) / 2n) === 1n;
}

const p256Key = (raw: Buffer) =>
  createPublicKey({
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: raw.subarray(1, 33).toString('base64url'),
      y: raw.subarray(33).toString('base64url'),
    },
    format: 'jwk',
  });

function isPoint256(raw: Buffer): boolean {
  try {
    return raw.length === 65 && raw[0] === 4 && p256Key(raw).asymmetricKeyType === 'ec';
  } catch {
    return false;
  }
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  ssh: ['ssh-ed25519'],
  'sk-ssh': ['sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'],
  passkey: ['sk-ecdsa-sha2-nistp256@openssh.com'],
  browser: ['ecdsa-sha2-nistp256'],
};
const isEdwards = (type: string): boolean => type.includes('ed25519');
/** Lines that were read before; a point costs an exponentiation. */
const read = new Map<string, Key | undefined>();

export function parseKey(line: string): Key | undefined {
  if (!read.has(line)) read.set(line, keyIn(line));
  return read.get(line);
}

function keyIn(line: string): Key | undefined {
  const [type = '', encoded = '', ...more] = line.split(' ');
  const blob = fromBase64(encoded);
  if (!blob || more.length > 0 || !Object.values(KINDS).flat().includes(type)) return undefined;
  try {
    const wire = new Wire(blob);
    const named = [wire.string().toString('latin1'), ...(isEdwards(type) ? [] : [wire.string().toString('latin1')])];
    const raw = wire.string();
    const application = type.startsWith('sk-') ? wire.string().toString('latin1') : null;
    const fits =
      wire.ended &&
      named.join() === [type, ...(isEdwards(type) ? [] : ['nistp256'])].join() &&
      (application === null || /^[!-~]{1,255}$/.test(application)) &&
      (isEdwards(type) ? isPoint25519(raw) : isPoint256(raw));
    return fits ? { type, blob, raw, application } : undefined;
  } catch {
    return undefined;
  }
}

const hostOf = (origin: string): string => origin.replace(/^https?:\/\//, '').replace(/:\d+$/, '');

/** Whether the roster may call this key of that kind, on these pages. */
export function keyFits({ key, kind }: { key: string; kind: string }, origins: readonly string[]): boolean {
  const parsed = parseKey(key);
  if (!parsed || !KINDS[kind]?.includes(parsed.type)) return false;
  return kind !== 'passkey' || origins.some((origin) => hostOf(origin) === parsed.application);
}

export const namespaceOf = (act: string, log: string): string => `crosscheck-${act}-v1@${log.replace(/[/:].*$/s, '')}`;

/** What the key signs. */
export const signedData = (namespace: string, message: Uint8Array): Buffer =>
  Buffer.concat([utf8('SSHSIG'), ...[namespace, '', 'sha512', sha512(message)].map((part) => sshString(part))]);

const BEGIN = '-----BEGIN SSH SIGNATURE-----\n';
const END = '-----END SSH SIGNATURE-----\n';

export function armor(publicKey: Uint8Array, namespace: string, signature: Uint8Array): string {
  const parts = [publicKey, namespace, '', 'sha512', signature].map((part) => sshString(part));
  const blob = Buffer.concat([utf8('SSHSIG'), sshUint32(1), ...parts]);
  return `${BEGIN}${blob.toString('base64').replace(/.{1,70}/g, '$&\n')}${END}`;
}

interface Sshsig {
  readonly publicKey: Buffer;
  readonly namespace: string;
  readonly signature: Buffer;
}

export function parseSshsig(bytes: Uint8Array): Sshsig | undefined {
  const text = textOf(bytes) ?? '';
  if (!text.startsWith(BEGIN) || !text.endsWith(END)) return undefined;
  try {
    const wire = new Wire(fromBase64(text.slice(BEGIN.length, -END.length).replaceAll('\n', '')) ?? Buffer.alloc(0));
    wire.take(6);
    wire.uint32();
    const publicKey = wire.string();
    const namespace = textOf(wire.string()) ?? '';
    wire.string();
    wire.string();
    const signature = wire.string();
    return wire.ended && armor(publicKey, namespace, signature) === text
      ? { publicKey, namespace, signature }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The roster's word on a key, and what it asks of it. */
export interface By {
  readonly key: Key;
  readonly kind: string;
  readonly origins: readonly string[];
  /** Security keys must say that they verified their user. */
  readonly uv: boolean;
}

/** Whether this is that key's signature of the message, in the one form that its kind makes. */
export function isSignedBy(sig: Sshsig, namespace: string, message: Uint8Array, by: By): boolean {
  if (sig.namespace !== namespace || !same(sig.publicKey, by.key.blob) || !KINDS[by.kind]?.includes(by.key.type))
    return false;
  try {
    const wire = new Wire(sig.signature);
    const form = wire.string().toString('latin1');
    const inner = new Wire(wire.string());
    const passkey = by.kind === 'passkey';
    if (form !== (passkey ? `webauthn-${by.key.type}` : by.key.type)) return false;
    const raw = isEdwards(by.key.type) ? inner.take(64) : Buffer.concat([inner.mpint32(), inner.mpint32()]);
    const data = signedData(namespace, message);
    const signed = by.key.application === null ? data : touched(wire, by, data);
    if (!signed || !inner.ended || !wire.ended) return false;
    return isEdwards(by.key.type)
      ? isEd25519(by.key.raw, signed, raw)
      : verify('sha256', signed, { key: p256Key(by.key.raw), dsaEncoding: 'ieee-p1363' }, raw);
  } catch {
    return false;
  }
}

/** The bytes under an authenticator's signature, where what it says counts. */
function touched(wire: Wire, { key, kind, origins, uv }: By, data: Buffer): Buffer | undefined {
  const head = wire.take(5);
  const flags = head[0] ?? 0;
  const passkey = kind === 'passkey';
  const application = key.application ?? '';
  const most = passkey ? 0x1d : 0x05;
  const least = passkey || uv ? 0x05 : 0x01;
  const backed = (flags & 0x18) !== 0x10;
  if ((flags & ~most) !== 0 || (flags & least) !== least || !backed) return undefined;
  if (!passkey) return Buffer.concat([sha256(application), head, sha256(data)]);
  const [origin, json, extensions] = [textOf(wire.string()) ?? '', wire.string(), wire.string()];
  const page = origins.includes(origin) && hostOf(origin) === application && extensions.length === 0;
  return page && asked(textOf(json) ?? '', data, origin)
    ? Buffer.concat([sha256(application), head, sha256(json)])
    : undefined;
}

function asked(json: string, data: Buffer, origin: string): boolean {
  const challenge = data.toString('base64url');
  if (!json.startsWith(`{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}"`)) return false;
  const said = JSON.parse(json) as { crossOrigin?: unknown; topOrigin?: unknown };
  return (
    JSON.stringify(said) === json &&
    said.topOrigin === undefined &&
    [undefined, false].includes(said.crossOrigin as undefined)
  );
}
