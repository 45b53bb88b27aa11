/** A record as one file: packing it, and reading it from bytes that nobody vouches for. It judges form, not truth. */
import { base64, concat, equal, fromBase64, fromUtf8, utf8 } from '../bytes/encoding.ts';
import { jcs, parseCanonical } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import type { Body } from '../log/entry.ts';
import { parseEntry } from '../log/parse.ts';
import { ok, type Result } from '../result.ts';
import type { FolderFile } from '../runbook/folder.ts';
import { allowedSigners } from './allowedSigners.ts';
import { README } from './readme.ts';
import { archive, type Member, unarchive } from './tar.ts';

/** From a tree of `size` leaves, which a statement names, to the checkpoint's. */
export interface Consistency {
  readonly size: number;
  /** Base64 hashes. */
  readonly proof: readonly string[];
}

export interface Bundle {
  /** The signed note. */
  readonly checkpoint: Uint8Array;
  /** Exact entry bytes, ascending by seq. */
  readonly entries: readonly Uint8Array[];
  /** For each entry its inclusion proof, base64 hashes. */
  readonly proofs: readonly (readonly string[])[];
  /** Ascending by size. */
  readonly consistency: readonly Consistency[];
  /** By salted digest; a withheld body is not there. */
  readonly bodies: ReadonlyMap<string, Body>;
  /** The folder array of the runbook, JCS. */
  readonly folderIndex: string;
  readonly files: readonly FolderFile[];
}

/** A bundle as far as it can be read, and everything about its form that is not as `packBundle` writes it. */
export interface Opened {
  readonly bundle: Bundle;
  readonly flaws: readonly string[];
}

const LF = 0x0a;
const LINE_LIMITS = { maxBytes: 65_535, maxDepth: 2, integersOnly: true } as const;
const INDEX_LIMITS = { maxBytes: 2 ** 24, maxDepth: 2, integersOnly: true } as const;

const jsonl = (texts: readonly string[]): Uint8Array => utf8(texts.map((text) => `${text}\n`).join(''));
const withLf = (line: Uint8Array): readonly Uint8Array[] => [line, Uint8Array.of(LF)];
const hexOf = (digest: string): string => digest.slice('sha256:'.length);
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function signersOf(entries: readonly Uint8Array[]): Uint8Array {
  const read = entries.map(parseEntry);
  return utf8(allowedSigners(read.flatMap((entry) => (entry.ok ? [entry.value] : []))));
}

/** The members of a bundle; step-log.md, *The export and the verdict*. */
function membersOf(bundle: Bundle, readme: Uint8Array): Member[] {
  const bodies = [...bundle.bodies].sort(([a], [b]) => byText(a, b));
  const text = (path: string, texts: readonly string[]): Member => ({ path, bytes: jsonl(texts) });
  return [
    { path: 'checkpoint', bytes: bundle.checkpoint },
    { path: 'entries.jsonl', bytes: concat(...bundle.entries.flatMap(withLf)) },
    text('proofs.jsonl', bundle.proofs.map(jcs)),
    text(
      'consistency.jsonl',
      bundle.consistency.map(({ size, proof }) => jcs({ size, proof })),
    ),
    text(
      'salts.jsonl',
      bodies.map(([digest, { salt }]) => jcs({ digest, salt: base64(salt) })),
    ),
    ...bodies.map(([digest, { bytes }]) => ({ path: `bodies/${hexOf(digest)}`, bytes })),
    { path: 'runbook.json', bytes: utf8(bundle.folderIndex) },
    ...bundle.files.map(({ path, bytes }) => ({ path: `runbook/${path}`, bytes })),
    { path: 'allowed_signers', bytes: signersOf(bundle.entries) },
    { path: 'README.txt', bytes: readme },
  ];
}

/** The one file of a record. Throws a RangeError where a path does not fit into the archive. */
export const packBundle = (bundle: Bundle): Uint8Array => archive(membersOf(bundle, utf8(README)));

const refused = (why: string) => fail('XCK_BYTES', { what: 'a bundle', why });

/** Takes members one by one; whatever is not as expected becomes a flaw, so that the verifier can still say where. */
class Reader {
  readonly flaws: string[] = [];
  readonly #members: ReadonlyMap<string, Uint8Array>;

  constructor(members: readonly Member[]) {
    this.#members = new Map(members.map(({ path, bytes }) => [path, bytes]));
  }

  bytes(path: string): Uint8Array {
    const found = this.#members.get(path);
    if (!found) this.flaws.push(`${path} is missing`);
    return found ?? new Uint8Array();
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
    if (start < bytes.length) this.flaws.push(`${path} does not end in a line feed`);
    return found;
  }

  /** The canonical values of a member's lines; `read` returns undefined for what is none. */
  values<T>(path: string, read: (value: unknown) => T | undefined, otherwise: T): T[] {
    return this.lines(path).map((line, index) => {
      const value = parseCanonical(line, LINE_LIMITS);
      const found = value.ok ? read(value.value) : undefined;
      if (found === undefined) this.flaws.push(`line ${index + 1} of ${path} is malformed`);
      return found ?? otherwise;
    });
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
const proofOf = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.every((hash) => isText(hash) && fromBase64(hash)?.length === 32) ? value : undefined;

function consistencyOf(value: unknown): Consistency | undefined {
  const { size, proof, ...rest } = Object(value) as { size?: unknown; proof?: unknown };
  const hashes = proofOf(proof);
  return Number.isSafeInteger(size) && hashes && Object.keys(rest).length === 0
    ? { size: size as number, proof: hashes }
    : undefined;
}

function saltOf(value: unknown): readonly [string, Uint8Array] | undefined {
  const { digest, salt, ...rest } = Object(value) as { digest?: unknown; salt?: unknown };
  const bytes = isText(salt) ? fromBase64(salt) : undefined;
  const fits =
    isText(digest) && /^sha256:[0-9a-f]{64}$/.test(digest) && bytes?.length === 32 && Object.keys(rest).length === 0;
  return fits ? [digest, bytes] : undefined;
}

function bodiesOf(reader: Reader): Map<string, Body> {
  const salts = reader.values('salts.jsonl', saltOf, undefined).filter((salt) => salt !== undefined);
  return new Map(salts.map(([digest, salt]) => [digest, { salt, bytes: reader.bytes(`bodies/${hexOf(digest)}`) }]));
}

/** The files that the folder array lists; whether they are what it says is the verifier's to hash. */
function filesOf(reader: Reader, index: Uint8Array): FolderFile[] {
  const listed = parseCanonical(index, INDEX_LIMITS);
  const rows = listed.ok && Array.isArray(listed.value) ? (listed.value as unknown[]) : [];
  const files = rows.flatMap((row) => {
    const [path, , mode] = Array.isArray(row) ? (row as unknown[]) : [];
    const isFile = isText(path) && (mode === '0644' || mode === '0755');
    return isFile ? [{ path, mode: mode as FolderFile['mode'], bytes: reader.bytes(`runbook/${path}`) }] : [];
  });
  if (files.length === 0 || files.length !== rows.length) reader.flaws.push('runbook.json is not a folder array');
  return files;
}

/**
 * Opens a bundle. It refuses only what is no archive of our form; flaws are what `packBundle` would not have written.
 * README.txt alone may say anything.
 */
export function openBundle(tar: Uint8Array): Result<Opened> {
  const members = unarchive(tar);
  if (!members.ok) return members;
  const reader = new Reader(members.value);
  const index = reader.bytes('runbook.json');
  const bundle: Bundle = {
    checkpoint: reader.bytes('checkpoint'),
    entries: reader.lines('entries.jsonl'),
    proofs: reader.values('proofs.jsonl', proofOf, []),
    consistency: reader.values('consistency.jsonl', consistencyOf, { size: 0, proof: [] }),
    bodies: bodiesOf(reader),
    folderIndex: fromUtf8(index) ?? '',
    files: filesOf(reader, index),
  };
  if (!equal(reader.bytes('allowed_signers'), signersOf(bundle.entries)))
    reader.flaws.push('allowed_signers is not that of its roster');
  if (reader.flaws.length === 0)
    reader.flaws.push(...different(membersOf(bundle, reader.bytes('README.txt')), members.value));
  return ok({ bundle, flaws: reader.flaws });
}

/** Members that packing again would not write, or would write differently. */
function different(again: readonly Member[], given: readonly Member[]): string[] {
  const expected = new Map(again.map(({ path, bytes }) => [path, bytes]));
  return given.flatMap(({ path, bytes }) => {
    const should = expected.get(path);
    if (!should) return [`${path} does not belong here`];
    return equal(should, bytes) ? [] : [`${path} is not in its order and form`];
  });
}

/** Reads a bundle of exactly the form that `packBundle` writes, but for README.txt; else the first flaw is the refusal. */
export function readBundle(tar: Uint8Array): Result<Bundle> {
  const opened = openBundle(tar);
  if (!opened.ok) return opened;
  const [flaw] = opened.value.flaws;
  return flaw === undefined ? ok(opened.value.bundle) : refused(flaw);
}
