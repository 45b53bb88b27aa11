/**
 * What a security key or a passkey signs, and what of it counts (OpenSSH PROTOCOL.u2f, WebAuthn Level 3 §6.1 and §7.2).
 * It takes no assertion that a person did not touch for, and no client data that a site other than ours asked for.
 */
import { base64, concat, fromUtf8, utf8 } from '../bytes/encoding.ts';
import { sha256 } from '../bytes/hash.ts';
import { uint32 } from '../bytes/wire.ts';

/** What the authenticator says beside its signature. */
export interface Touch {
  /** What the enrolled key was made for: the rpId of a passkey. */
  readonly application: string;
  readonly flags: number;
  /** Recorded and proving nothing: passkeys that are synchronised leave it at 0. */
  readonly counter: number;
  /** What the browser says, of a passkey alone. */
  readonly client: ClientData | null;
}

export interface ClientData {
  readonly origin: string;
  /** clientDataJSON, the bytes that were hashed. */
  readonly json: Uint8Array;
  /** Output of WebAuthn extensions; there must be none. */
  readonly extensions: Uint8Array;
}

const FLAG = { up: 0x01, uv: 0x04, be: 0x08, bs: 0x10 } as const;

/** The bytes under the signature. Of `data` a passkey signs the client data, which names it; a security key itself. */
export const touchedBytes = ({ application, flags, counter, client }: Touch, data: Uint8Array): Uint8Array =>
  concat(sha256(utf8(application)), Uint8Array.of(flags), uint32(counter), sha256(client?.json ?? data));

/** Why the flags do not do, or undefined. `backup` says whether BE and BS may be set. */
function flagged(flags: number, uv: boolean, backup: boolean): string | undefined {
  const has = (flag: number) => (flags & flag) !== 0;
  if (!has(FLAG.up)) return 'nobody touched the authenticator';
  if (uv && !has(FLAG.uv)) return 'the authenticator did not verify who touched it';
  // AT and ED would mean that more was signed than is here; the other two bits are reserved.
  if ((flags & ~(FLAG.up | FLAG.uv | (backup ? FLAG.be | FLAG.bs : 0))) !== 0)
    return 'the authenticator set a flag that has no place here';
  if (has(FLAG.bs) && !has(FLAG.be)) return 'the authenticator calls a key backed up that cannot be';
  return undefined;
}

/** Why a security key's signature does not count, or undefined. */
export const keyTouch = ({ flags }: Touch, uv: boolean): string | undefined => flagged(flags, uv, false);

const base64url = (bytes: Uint8Array): string =>
  base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

/** The host of an allowed origin, which the rpId must be. */
export const hostOf = (origin: string): string => origin.replace(/^https?:\/\//, '').replace(/:\d+$/, '');

/**
 * Why a passkey's signature does not count, or undefined. `challenge` is what was to be signed, `origins` are those of
 * the site. The user is always verified. BE and BS may be set, for every synchronised passkey sets them (§6.1.3); BS
 * without BE is refused (§7.2).
 */
export function passkeyTouch(
  { application, flags }: Touch,
  client: ClientData,
  challenge: Uint8Array,
  origins: readonly string[],
): string | undefined {
  if (!origins.includes(client.origin)) return 'it was made for another page';
  if (hostOf(client.origin) !== application) return 'the passkey is not of the page that asked for it';
  if (client.extensions.length > 0) return 'it carries output of extensions';
  return flagged(flags, true, true) ?? asked(client, challenge);
}

/**
 * Client data is one JSON object without spaces, doubles or second spellings, beginning as WebAuthn §5.8.1.1 writes it
 * and ssh-keygen reads it: so type, challenge and origin are the same for every reader.
 */
function asked({ origin, json }: ClientData, challenge: Uint8Array): string | undefined {
  const text = fromUtf8(json) ?? '';
  const begin = `{"type":"webauthn.get","challenge":"${base64url(challenge)}","origin":"${origin}"`;
  if (!text.startsWith(begin)) return 'the browser was asked for something else';
  const data = parsed(text);
  if (!data || JSON.stringify(data) !== text) return 'what the browser says is not one plain JSON object';
  const { crossOrigin = false, topOrigin } = data;
  return crossOrigin !== false || topOrigin !== undefined ? 'another page stood around the one that asked' : undefined;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
