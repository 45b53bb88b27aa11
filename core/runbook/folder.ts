/** A runbook folder as bytes: its files, their modes and the one digest that names them all. It never reads a disk. */
import { hex, utf8 } from '../bytes/encoding.ts';
import { type Digest, digest, sha256 } from '../bytes/hash.ts';
import { jcs, parseCanonical } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';

export interface FolderFile {
  /** Relative, NFC, `/` between names, at most 100 bytes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** By the owner's x bit. */
  readonly mode: '0644' | '0755';
}

const PATH_BYTES = 100;
const FOLDER_BYTES = 32 * 1024 * 1024;

const bad = (path: string, why: string) => fail('XCK_INPUT', { where: JSON.stringify(path.slice(0, 120)), why });

function checkPath(path: string): Result<true> {
  const names = path.split('/');
  if (path === '' || utf8(path).length > PATH_BYTES) return bad(path, `a path has 1 to ${PATH_BYTES} bytes`);
  if (path.normalize('NFC') !== path) return bad(path, 'a path is in Unicode NFC');
  if (/[\p{Cc}\p{Cf}\p{Cs}\\]/u.test(path))
    return bad(path, 'a path has no control, invisible or backslash characters');
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    return bad(path, 'a path is relative and has no empty name, “.” or “..”');
  return ok(true);
}

/** Order of UTF-8 bytes, which is the order of code points. */
const byBytes = (a: FolderFile, b: FolderFile): number => {
  const [x, y] = [utf8(a.path), utf8(b.path)];
  const at = x.findIndex((byte, index) => byte !== y[index]);
  return at === -1 ? x.length - y.length : (x[at] ?? 0) - (y[at] ?? -1);
};

/** Returns the JCS array `[[path, hex, mode]…]` sorted by UTF-8 bytes; step-log.md, *Roster, runbooks, trust root*. */
export function folderIndex(files: readonly FolderFile[]): Result<string> {
  const total = files.reduce((sum, file) => sum + file.bytes.length, 0);
  if (total > FOLDER_BYTES) return bad('.', 'a folder has at most 32 MiB');
  const sorted = [...files].sort(byBytes);
  for (const [index, file] of sorted.entries()) {
    const path = checkPath(file.path);
    if (!path.ok) return path;
    if (sorted[index + 1]?.path === file.path) return bad(file.path, 'this path stands twice');
  }
  return ok(jcs(sorted.map(({ path, bytes, mode }) => [path, hex(sha256(bytes)), mode])));
}

/** Returns the folder's digest: SHA-256 of its index. */
export function folderDigest(files: readonly FolderFile[]): Result<Digest> {
  const index = folderIndex(files);
  return index.ok ? ok(digest(utf8(index.value))) : index;
}

/** Reads an index strictly: it must be the one that `folderIndex` writes, so only its shape is looked at here. */
export function parseIndex(text: string): Result<(readonly [path: string, hex: string, mode: FolderFile['mode']])[]> {
  const read = parseCanonical(utf8(text), { maxBytes: FOLDER_BYTES, maxDepth: 3, integersOnly: true });
  if (!read.ok) return read;
  const rows = read.value;
  return Array.isArray(rows) && rows.every(isRow)
    ? ok(rows)
    : fail('XCK_BYTES', { what: 'a folder index', why: 'not rows of path, digest and mode' });
}

const isRow = (row: unknown): boolean =>
  Array.isArray(row) &&
  row.length === 3 &&
  typeof row[0] === 'string' &&
  /^[0-9a-f]{64}$/.test(String(row[1])) &&
  (row[2] === '0644' || row[2] === '0755');
