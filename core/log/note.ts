/** C2SP signed notes and the keys that sign them (c2sp.org/signed-note), Ed25519 only; it knows nothing of trees. */
import { base64, concat, fromBase64, fromUtf8, hex, utf8 } from '../bytes/encoding.ts';
import { sha256 } from '../bytes/hash.ts';
import { fail, type Refusal } from '../errors.ts';
import { ok, type Result } from '../result.ts';

/** The signature type byte of Ed25519. */
const ED25519 = Uint8Array.of(1);
/** More signature lines than any log has witnesses; a note with more only costs its reader time. */
const MAX_SIGNATURES = 100;

export interface NoteSignature {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** `body` ends in a line feed and is exactly what was signed. */
export interface Note {
  readonly body: string;
  readonly signatures: readonly NoteSignature[];
}

/** A key with the name that it signs under; `raw` is the 32-byte Ed25519 public key. */
export interface NoteKey {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly raw: Uint8Array;
}

const refused = (what: string, why: string): { ok: false; refusal: Refusal } => fail('XCK_BYTES', { what, why });

// Unicode spaces and plus signs are what the format forbids; control characters could never stand in a note.
const isName = (name: string): boolean => /^[^\s\p{White_Space}\p{Cc}\p{Surrogate}+]+$/u.test(name);

/** SHA-256(name‖0x0A‖0x01‖key), the first 4 bytes. */
export const keyId = (name: string, raw: Uint8Array): Uint8Array =>
  sha256(concat(utf8(`${name}\n`), ED25519, raw)).slice(0, 4);

/** The verifier key: `<name>+<8 hex of the key id>+<base64(0x01‖key)>`. */
export const vkey = (name: string, raw: Uint8Array): string =>
  `${name}+${hex(keyId(name, raw))}+${base64(concat(ED25519, raw))}`;

/** Reads a verifier key; the key id must be the one of its name and key. */
export function parseVkey(text: string): Result<NoteKey> {
  const [, name = '', id = '', data = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(text) ?? [];
  const bytes = fromBase64(data);
  if (!isName(name) || !bytes) return refused('a verifier key', 'it is not name+hash+key');
  if (bytes.length !== 33 || bytes[0] !== ED25519[0]) return refused('a verifier key', 'the key is not Ed25519');
  const raw = bytes.slice(1);
  const own = keyId(name, raw);
  if (hex(own) !== id) return refused('a verifier key', 'the hash is not that of its name and key');
  return ok({ name, keyId: own, raw });
}

const line = ({ name, keyId, signature }: NoteSignature): string => `— ${name} ${base64(concat(keyId, signature))}\n`;

/** The note's text: body, an empty line, one line per signature in the given order. */
export const formatNote = (body: string, signatures: readonly NoteSignature[]): string =>
  `${body}\n${signatures.map(line).join('')}`;

function parseLine(text: string): NoteSignature | undefined {
  const [, name = '', data = ''] = /^— ([^ ]+) ([^ ]+)$/u.exec(text) ?? [];
  const bytes = fromBase64(data);
  if (!isName(name) || !bytes || bytes.length < 5) return undefined;
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
}

/** Reads a note, verifying nothing. It splits at the last empty line, so text may hold empty lines of its own. */
export function parseNote(bytes: Uint8Array): Result<Note> {
  const text = fromUtf8(bytes);
  if (text === undefined) return refused('a signed note', 'it is not UTF-8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the format forbids them all but the line feed
  if (/[\x00-\x09\x0b-\x1f]/.test(text)) return refused('a signed note', 'it holds a control character');
  const split = text.lastIndexOf('\n\n');
  if (split < 0 || !text.endsWith('\n')) return refused('a signed note', 'it has no signatures after an empty line');
  const lines = text.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return refused('a signed note', 'it has too many signatures');
  const signatures: NoteSignature[] = [];
  for (const each of lines) {
    const signature = parseLine(each);
    if (!signature) return refused('a signed note', 'a signature line is malformed');
    signatures.push(signature);
  }
  return ok({ body: text.slice(0, split + 1), signatures });
}
