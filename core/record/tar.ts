/** The one tar form of a bundle, as `tar --format=ustar -b1` with fixed owner, mode and time writes it; nothing near it is read. */
import { equal, fromUtf8, utf8 } from '../bytes/encoding.ts';
import { fail, type Refusal } from '../errors.ts';
import { ok, type Result } from '../result.ts';

/** A regular file. `path` is relative with `/` between its parts; beyond 100 bytes of UTF-8 it splits at its last `/`. */
export interface Member {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
/** Bytes of the fields that a path is written to. */
const NAME = 100;
const PREFIX = 155;
const PREFIX_AT = 345;
/** What 11 octal digits can say. */
const MAX_SIZE = 8 ** 11 - 1;
/** Mode, owner, group; then, after the size, the time. */
const OWNER = '0000644\0' + '0000000\0' + '0000000\0';
const TIME = '00000000000\0';
/** Magic, version, no names of owner and group, device 0,0: from byte 257 on. */
const USTAR = `ustar\u000000${'\0'.repeat(64)}0000000\u00000000000\0`;

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

/** A length up to whole blocks. */
const padded = (length: number): number => Math.ceil(length / BLOCK) * BLOCK;

/** Prefix and name of a path: what fits into the name field has no prefix, as tar writes it. */
function split(path: string): readonly [prefix: Uint8Array, name: Uint8Array] {
  const at = utf8(path).length > NAME ? path.lastIndexOf('/') : -1;
  return [utf8(path.slice(0, Math.max(at, 0))), utf8(path.slice(at + 1))];
}

/** POSIX.1-1988 ustar header. The checksum counts its own field as spaces and ends in NUL and space. */
function header(path: string, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const [prefix, name] = split(path);
  block.set(name);
  block.set(prefix, PREFIX_AT);
  block.set(utf8(`${OWNER}${octal(size, 11)}\0${TIME}        0`), 100);
  block.set(utf8(USTAR), 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(utf8(`${octal(sum, 6)}\0 `), 148);
  return block;
}

/** Why a path may not stand in a bundle, or undefined. */
function misplaced(path: string): string | undefined {
  const [prefix, name] = split(path);
  if (prefix.length > PREFIX || name.length > NAME) return 'a path is too long';
  if (/[\p{Cc}\p{Surrogate}\\]/u.test(path)) return 'a path holds a control character or backslash';
  const parts = path.split('/');
  return parts.some((part) => part === '' || part === '.' || part === '..') ? 'a path leaves its place' : undefined;
}

/** Why the paths do not stand beside each other on a disk, or undefined. */
function clash(paths: readonly string[]): string | undefined {
  const files = new Set(paths);
  if (files.size < paths.length) return 'a path occurs twice';
  const inside = (path: string): boolean =>
    [...path.matchAll(/\//g)].some(({ index }) => files.has(path.slice(0, index)));
  return paths.some(inside) ? 'a file is a folder too' : undefined;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
}

/** The archive of the members in the order of their paths' bytes. Throws a RangeError for paths that `unarchive` refuses. */
export function archive(members: readonly Member[]): Uint8Array {
  const why = members.map(({ path }) => misplaced(path)).find(Boolean) ?? clash(members.map(({ path }) => path));
  if (why) throw new RangeError(why);
  const keyed = members.map((member) => ({ key: utf8(member.path), ...member }));
  keyed.sort((a, b) => compareBytes(a.key, b.key));
  const lengths = keyed.map(({ bytes }) => BLOCK + padded(bytes.length));
  const whole = new Uint8Array(lengths.reduce((total, length) => total + length, 2 * BLOCK));
  let at = 0;
  for (const [i, { path, bytes }] of keyed.entries()) {
    if (bytes.length > MAX_SIZE) throw new RangeError('a member is too large');
    whole.set(header(path, bytes.length), at);
    whole.set(bytes, at + BLOCK);
    at += lengths[i] ?? 0;
  }
  return whole;
}

const refused = (why: string): { ok: false; refusal: Refusal } => fail('XCK_BYTES', { what: 'a bundle', why });

/** The text of a header's field up to its first NUL. */
function text(bytes: Uint8Array, at: number, length: number): string | undefined {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return fromUtf8(end < 0 ? field : field.subarray(0, end));
}

/** The members of an archive that `archive` would make again byte for byte; their bytes are views of the input. */
export function unarchive(bytes: Uint8Array): Result<Member[]> {
  const members: Member[] = [];
  let at = 0;
  while (bytes[at] !== undefined && bytes[at] !== 0) {
    const [prefix, name] = [text(bytes, at + PREFIX_AT, PREFIX), text(bytes, at, NAME)];
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const size = /^[0-7]{11}$/.exec(fromUtf8(bytes.subarray(at + 124, at + 135)) ?? '')?.[0];
    if (prefix === undefined || name === undefined || path === undefined || size === undefined)
      return refused('a header is malformed');
    const start = at + BLOCK;
    const length = Number.parseInt(size, 8);
    if (length > bytes.length - start) return refused('a member is longer than the file');
    const why = misplaced(path);
    if (why) return refused(why);
    members.push({ path, bytes: bytes.subarray(start, start + length) });
    at = start + padded(length);
  }
  const why = clash(members.map(({ path }) => path));
  if (why) return refused(why);
  // Kind, owner, mode, checksum, padding, order and the end are all compared here rather than parsed.
  return equal(archive(members), bytes) ? ok(members) : refused('tar would write it differently');
}
