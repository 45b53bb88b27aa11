/** Reads members of an archive that nobody vouches for: their lines, their salted bodies, the files of a folder. It notes flaws and judges no truth. */
import { fromBase64, fromUtf8 } from '../bytes/encoding.ts';
import { parseCanonical } from '../bytes/jcs.ts';
import type { Body } from '../log/entry.ts';
import type { FolderFile } from '../runbook/folder.ts';
import type { Member } from './tar.ts';

const LF = 0x0a;
const LINE_LIMITS = { maxBytes: 65_535, maxDepth: 2, integersOnly: true } as const;
const INDEX_LIMITS = { maxBytes: 2 ** 24, maxDepth: 2, integersOnly: true } as const;
const MAX_FLAWS = 100;
const NOTHING = new Uint8Array();

export const hexOf = (digest: string): string => digest.slice('sha256:'.length);
export const isText = (value: unknown): value is string => typeof value === 'string';

/** Takes members one by one; whatever is not as expected becomes a flaw, so that the verifier can still say where. */
export class Reader {
  readonly flaws: string[] = [];
  readonly #members: ReadonlyMap<string, Uint8Array>;
  readonly #taken = new Set<string>();

  constructor(members: readonly Member[]) {
    this.#members = new Map(members.map(({ path, bytes }) => [path, bytes]));
  }

  bytes(path: string): Uint8Array {
    const found = this.#members.get(path);
    if (found) this.#taken.add(path);
    else this.flaw(`${path} is missing`);
    return found ?? NOTHING;
  }

  /** Notes a flaw; a file with this many is bad enough, and a hostile one has millions. */
  flaw(what: string): void {
    if (this.flaws.length < MAX_FLAWS) this.flaws.push(what);
  }

  /** The paths that begin so, in their order. */
  within(folder: string): string[] {
    return [...this.#members.keys()].filter((path) => path.startsWith(folder));
  }

  /** Notes every member that nobody has asked for. */
  nothingElse(): void {
    for (const path of this.#members.keys()) if (!this.#taken.has(path)) this.flaw(`${path} does not belong here`);
  }

  /** The lines of a member, each without its line feed. */
  lines(path: string): Uint8Array[] {
    const bytes = this.bytes(path);
    const found: Uint8Array[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      found.push(bytes.subarray(start, end));
      start = end + 1;
    }
    if (start < bytes.length) this.flaw(`${path} does not end in a line feed`);
    return found;
  }

  /** The canonical values of a member's lines; `read` returns undefined for what is none. */
  values<T>(path: string, read: (value: unknown) => T | undefined, otherwise: T): T[] {
    return this.lines(path).map((line, index) => {
      const value = parseCanonical(line, LINE_LIMITS);
      const found = value.ok ? read(value.value) : undefined;
      if (found === undefined) this.flaw(`line ${index + 1} of ${path} is malformed`);
      return found ?? otherwise;
    });
  }
}

function saltOf(value: unknown): readonly [string, Uint8Array] | undefined {
  const { digest, salt, ...rest } = Object(value) as { digest?: unknown; salt?: unknown };
  const bytes = isText(salt) ? fromBase64(salt) : undefined;
  const fits =
    isText(digest) && /^sha256:[0-9a-f]{64}$/.test(digest) && bytes?.length === 32 && Object.keys(rest).length === 0;
  return fits ? [digest, bytes] : undefined;
}

/** The bodies that `salts.jsonl` lists, in the order of their digests, each once. */
export function bodiesOf(reader: Reader): Map<string, Body> {
  const salts = reader.values('salts.jsonl', saltOf, undefined).filter((salt) => salt !== undefined);
  if (salts.some(([digest], index) => digest <= (salts[index - 1]?.[0] ?? '')))
    reader.flaw('salts.jsonl is not in its order and form');
  const bodies = new Map<string, Body>();
  for (const [digest, salt] of salts) bodies.set(digest, { salt, bytes: reader.bytes(`bodies/${hexOf(digest)}`) });
  return bodies;
}

export interface Folder {
  /** The folder array, JCS. */
  readonly folderIndex: string;
  readonly files: readonly FolderFile[];
}

/** The folder array at `path` and the files that it lists, each read where `place` says; whether they are what it says is the verifier's to hash. */
export function folderOf(reader: Reader, path: string, place: (path: string, hex: string) => string): Folder {
  const index = reader.bytes(path);
  const listed = parseCanonical(index, INDEX_LIMITS);
  const rows = listed.ok && Array.isArray(listed.value) ? (listed.value as unknown[]) : [];
  const files = rows.flatMap((row) => {
    const [path, hex, mode] = Array.isArray(row) ? (row as unknown[]) : [];
    const isFile = isText(path) && isText(hex) && (mode === '0644' || mode === '0755');
    return isFile ? [{ path, mode: mode as FolderFile['mode'], bytes: reader.bytes(place(path, hex)) }] : [];
  });
  if (files.length === 0 || files.length !== rows.length) reader.flaw(`${path} is not a folder array`);
  return { folderIndex: fromUtf8(index) ?? '', files };
}
