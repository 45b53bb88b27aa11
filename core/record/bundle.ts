/** A record as one file: packing it, and reading it from bytes that nobody vouches for. It judges form, not truth. */
import { base64, concat, equal, fromBase64, utf8 } from '../bytes/encoding.ts';
import { jcs } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import type { Body } from '../log/entry.ts';
import { ok, type Result } from '../result.ts';
import type { FolderFile } from '../runbook/folder.ts';
import { allowedSigners } from './allowedSigners.ts';
import { bodiesOf, folderOf, hexOf, isText, Reader } from './reader.ts';
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

/** A line of salts.jsonl, without its line feed. */
export const saltLine = (digest: string, salt: Uint8Array): string => jcs({ digest, salt: base64(salt) });

const jsonl = (texts: readonly string[]): Uint8Array => utf8(texts.map((text) => `${text}\n`).join(''));
const withLf = (line: Uint8Array): readonly Uint8Array[] => [line, Uint8Array.of(LF)];
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

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
      bodies.map(([digest, { salt }]) => saltLine(digest, salt)),
    ),
    ...bodies.map(([digest, { bytes }]) => ({ path: `bodies/${hexOf(digest)}`, bytes })),
    { path: 'runbook.json', bytes: utf8(bundle.folderIndex) },
    ...bundle.files.map(({ path, bytes }) => ({ path: `runbook/${path}`, bytes })),
    { path: 'allowed_signers', bytes: utf8(allowedSigners(bundle.entries, bundle.bodies)) },
    { path: 'README.txt', bytes: readme },
  ];
}

/** The one file of a record. Throws a RangeError where a path does not fit into the archive. */
export const packBundle = (bundle: Bundle): Uint8Array => archive(membersOf(bundle, utf8(README)));

const refused = (why: string) => fail('XCK_BYTES', { what: 'a bundle', why });

const proofOf = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.every((hash) => isText(hash) && fromBase64(hash)?.length === 32) ? value : undefined;

function consistencyOf(value: unknown): Consistency | undefined {
  const { size, proof, ...rest } = Object(value) as { size?: unknown; proof?: unknown };
  const hashes = proofOf(proof);
  return Number.isSafeInteger(size) && hashes && Object.keys(rest).length === 0
    ? { size: size as number, proof: hashes }
    : undefined;
}

/**
 * Opens a bundle. It refuses only what is no archive of our form; flaws are what `packBundle` would not have written.
 * README.txt alone may say anything.
 */
export function openBundle(tar: Uint8Array): Result<Opened> {
  const members = unarchive(tar);
  return members.ok ? ok(openMembers(members.value)) : members;
}

/** The same of an archive's members. */
export function openMembers(members: readonly Member[]): Opened {
  const reader = new Reader(members);
  const bundle: Bundle = {
    checkpoint: reader.bytes('checkpoint'),
    entries: reader.lines('entries.jsonl'),
    proofs: reader.values('proofs.jsonl', proofOf, []),
    consistency: reader.values('consistency.jsonl', consistencyOf, { size: 0, proof: [] }),
    bodies: bodiesOf(reader),
    ...folderOf(reader, 'runbook.json', (path) => `runbook/${path}`),
  };
  if (!equal(reader.bytes('allowed_signers'), utf8(allowedSigners(bundle.entries, bundle.bodies))))
    reader.flaw('allowed_signers is not that of its roster');
  if (reader.flaws.length === 0)
    reader.flaws.push(...different(membersOf(bundle, reader.bytes('README.txt')), members));
  return { bundle, flaws: reader.flaws };
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
