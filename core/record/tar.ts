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
const SIZE_AT = 124;
const SUM_AT = 148;
/** What 11 octal digits can say. */
const MAX_SIZE = 8 ** 11 - 1;
/** Mode, owner, group; then, after the size, the time. */
const OWNER = '0000644\0' + '0000000\0' + '0000000\0';
const TIME = '00000000000\0';
/** Magic, version, no names of owner and group, device 0,0: from byte 257 on. */
const USTAR = `ustar\u000000${'\0'.repeat(64)}0000000\u00000000000\0`;

/** Writes a number as octal digits. */
function octal(block: Uint8Array, at: number, value: number, digits: number): void {
  for (let i = digits - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 8)) block[at + i] = 0x30 + (rest % 8);
}

/** A length up to whole blocks. */
const padded = (length: number): number => Math.ceil(length / BLOCK) * BLOCK;

/** What stands after a member's bytes. */
export const padding = (length: number): Uint8Array => new Uint8Array(padded(length) - length);

/** What stands after the last member. */
export const END = new Uint8Array(2 * BLOCK);

const NOTHING = new Uint8Array();

/** Prefix and name of a path: what fits into the name field has no prefix, as tar writes it. */
function split(path: string, whole: Uint8Array): readonly [prefix: Uint8Array, name: Uint8Array] {
  if (whole.length <= NAME) return [NOTHING, whole];
  const at = path.lastIndexOf('/');
  return [utf8(path.slice(0, Math.max(at, 0))), utf8(path.slice(at + 1))];
}

/** What all headers have in common; the checksum counts its own field as spaces. */
const BLANK = new Uint8Array(BLOCK);
BLANK.set(utf8(OWNER), 100);
BLANK.set(utf8(`${TIME}        0`), 136);
BLANK.set(utf8(USTAR), 257);

function total(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum += bytes[i] ?? 0;
  return sum;
}
const SUM = total(BLANK);

/** What stands before a member's bytes: a POSIX.1-1988 ustar header, whose checksum ends in NUL and space. */
export function header(path: string, size: number, whole = utf8(path)): Uint8Array {
  const block = BLANK.slice();
  const [prefix, name] = split(path, whole);
  block.set(name);
  block.set(prefix, PREFIX_AT);
  octal(block, SIZE_AT, size, 11);
  const digits = block.subarray(SIZE_AT, SIZE_AT + 11);
  const sum = total(name) + total(prefix) + total(digits) + SUM;
  octal(block, SUM_AT, sum, 6);
  block[SUM_AT + 6] = 0;
  return block;
}

/** Why a path may not stand in a bundle, or undefined. */
function misplaced(path: string, whole = utf8(path)): string | undefined {
  const [prefix, name] = split(path, whole);
  if (prefix.length > PREFIX || name.length > NAME) return 'a path is too long';
  if (/[\p{Cc}\p{Surrogate}\\]/u.test(path)) return 'a path holds a control character or backslash';
  return /^$|^\/|\/\/|\/$|(^|\/)\.{1,2}(\/|$)/.test(path) ? 'a path leaves its place' : undefined;
}

/** Why the paths do not stand beside each other on a disk, or undefined. */
function clash(paths: readonly string[]): string | undefined {
  const files = new Set(paths);
  if (files.size < paths.length) return 'a path occurs twice';
  const inside = (path: string): boolean => {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1))
      if (files.has(path.slice(0, at))) return true;
    return false;
  };
  return paths.some(inside) ? 'a file is a folder too' : undefined;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at === a.length ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
}

/** The archive of the members in the order of their paths' bytes. Throws a RangeError for paths that `unarchive` refuses. */
export function archive(members: readonly Member[]): Uint8Array {
  const why = members.map(({ path }) => misplaced(path)).find(Boolean) ?? clash(members.map(({ path }) => path));
  if (why) throw new RangeError(why);
  const keyed = members.map((member) => ({ key: utf8(member.path), ...member }));
  keyed.sort((a, b) => compareBytes(a.key, b.key));
  if (keyed.some(({ bytes }) => bytes.length > MAX_SIZE)) throw new RangeError('a member is too large');
  const lengths = keyed.map(({ bytes }) => BLOCK + padded(bytes.length));
  const whole = new Uint8Array(lengths.reduce((total, length) => total + length, 2 * BLOCK));
  let at = 0;
  for (const [i, { path, bytes }] of keyed.entries()) {
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

/** Whether a member stands as `archive` writes it: its header and what fills its last block. */
function isForm(bytes: Uint8Array, at: number, { path, bytes: own }: Member, key: Uint8Array): boolean {
  const should = header(path, own.length, key);
  for (let i = 0; i < BLOCK; i++) if (bytes[at + i] !== should[i]) return false;
  const end = at + BLOCK + own.length;
  for (let i = end; i < at + BLOCK + padded(own.length); i++) if (bytes[i] !== 0) return false;
  return true;
}

/**
 * The members of an archive that `archive` would make again byte for byte; their bytes are views of the input. Kind,
 * owner, mode and checksum are compared with what would be written rather than parsed, without writing it all again.
 */
export function unarchive(bytes: Uint8Array): Result<Member[]> {
  const members: Member[] = [];
  let at = 0;
  let before: Uint8Array | undefined;
  while (bytes[at] !== undefined && bytes[at] !== 0) {
    const [prefix, name] = [text(bytes, at + PREFIX_AT, PREFIX), text(bytes, at, NAME)];
    const size = /^[0-7]{11}$/.exec(fromUtf8(bytes.subarray(at + 124, at + 135)) ?? '')?.[0];
    if (prefix === undefined || name === undefined || size === undefined) return refused('a header is malformed');
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const start = at + BLOCK;
    const length = Number.parseInt(size, 8);
    if (length > bytes.length - start) return refused('a member is longer than the file');
    const key = utf8(path);
    const why = misplaced(path, key);
    if (why) return refused(why);
    const member = { path, bytes: bytes.subarray(start, start + length) };
    const order = before ? compareBytes(before, key) : -1;
    if (order > 0 || !isForm(bytes, at, member, key)) return refused('tar would write it differently');
    members.push(member);
    before = key;
    at = start + padded(length);
  }
  const why = clash(members.map(({ path }) => path));
  if (why) return refused(why);
  return equal(bytes.subarray(at), END) ? ok(members) : refused('tar would write it differently');
}
