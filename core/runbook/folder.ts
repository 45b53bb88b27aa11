/** A runbook folder as bytes: its files, their modes and the one digest that names them all. It never reads a disk. */
import { hex, utf8 } from '../bytes/encoding.ts';
import { type Digest, digest, sha256 } from '../bytes/hash.ts';
import { jcs, parseCanonical } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { hiddenInLineAt } from './invisible.ts';

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
  if (hiddenInLineAt(path) !== -1 || path.includes('\\'))
    return bad(path, 'a path has no control, invisible or backslash characters');
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    return bad(path, 'a path is relative and has no empty name, “.” or “..”');
  return ok(true);
}

/** Checks sorted paths: each by itself, none twice, none both a file and a folder. */
function checkPaths(sorted: readonly string[]): Result<true> {
  const all = new Set(sorted);
  for (const [index, path] of sorted.entries()) {
    const own = checkPath(path);
    if (!own.ok) return own;
    if (sorted[index + 1] === path) return bad(path, 'this path stands twice');
    const names = path.split('/');
    const file = names.map((_, count) => names.slice(0, count).join('/')).find((above) => all.has(above));
    if (file !== undefined) return bad(path, `${JSON.stringify(file)} is a file, so nothing can stand below it`);
  }
  return ok(true);
}

/** Order of UTF-8 bytes, which is the order of code points. */
function byBytes(a: string, b: string): number {
  const [x, y] = [utf8(a), utf8(b)];
  const at = x.findIndex((byte, index) => byte !== y[index]);
  return at === -1 ? x.length - y.length : (x[at] ?? 0) - (y[at] ?? -1);
}

/** Returns the JCS array `[[path, hex, mode]…]` sorted by UTF-8 bytes; step-log.md, *Roster, runbooks, trust root*. */
export function folderIndex(files: readonly FolderFile[]): Result<string> {
  const total = files.reduce((sum, file) => sum + file.bytes.length, 0);
  if (total > FOLDER_BYTES) return bad('.', 'a folder has at most 32 MiB');
  const sorted = [...files].sort((a, b) => byBytes(a.path, b.path));
  const paths = checkPaths(sorted.map(({ path }) => path));
  if (!paths.ok) return paths;
  return ok(jcs(sorted.map(({ path, bytes, mode }) => [path, hex(sha256(bytes)), mode])));
}

/** Returns the folder's digest: SHA-256 of its index. */
export function folderDigest(files: readonly FolderFile[]): Result<Digest> {
  const index = folderIndex(files);
  return index.ok ? ok(digest(utf8(index.value))) : index;
}

/** Reads an index strictly: it must be byte for byte what `folderIndex` would write for some folder. */
export function parseIndex(text: string): Result<IndexRow[]> {
  const read = parseCanonical(utf8(text), { maxBytes: FOLDER_BYTES, maxDepth: 3, integersOnly: true });
  if (!read.ok) return read;
  const rows = read.value;
  if (!Array.isArray(rows) || !rows.every(isRow))
    return fail('XCK_BYTES', { what: 'a folder index', why: 'not rows of path, digest and mode' });
  const names = rows.map(([path]) => path);
  if (jcs([...names].sort(byBytes)) !== jcs(names))
    return fail('XCK_BYTES', { what: 'a folder index', why: 'its paths are not in the order of their bytes' });
  const paths = checkPaths(names);
  return paths.ok ? ok(rows) : paths;
}

type IndexRow = readonly [path: string, hex: string, mode: FolderFile['mode']];

const isRow = (row: unknown): row is IndexRow =>
  Array.isArray(row) &&
  row.length === 3 &&
  typeof row[0] === 'string' &&
  typeof row[1] === 'string' &&
  /^[0-9a-f]{64}$/.test(row[1]) &&
  (row[2] === '0644' || row[2] === '0755');
