/**
 * Writes the whole log as one file, piece by piece: while a large log leaves the house, runs go on. What is written is
 * the log of the moment it was asked for. It leaves out what is withheld and judges nothing.
 */
import { setImmediate as soon } from 'node:timers/promises';
import { concat, hex, utf8 } from '../../core/bytes/encoding.ts';
import { sha256 } from '../../core/bytes/hash.ts';
import { allowedSigners } from '../../core/record/allowedSigners.ts';
import { saltLine } from '../../core/record/bundle.ts';
import { bodiesIn } from '../../core/record/parts.ts';
import { hexOf } from '../../core/record/reader.ts';
import { README_WHOLE } from '../../core/record/readme.ts';
import { END, header, padding } from '../../core/record/tar.ts';
import { filePath, folderPath, isWithin, PERIOD, type Period, periodText } from '../../core/record/whole.ts';
import { folderIndex } from '../../core/runbook/folder.ts';
import { ROSTER_TYPES } from '../../core/site/roster.ts';
import { readEntry } from '../runner/site.ts';
import type { LogStore } from '../store/store.ts';
import { partsAt, storedBody, storedLog, type Wanted } from './collect.ts';

/** Entries that are read at a time, before others have their turn. */
const SLICE = 500;
const LF = Uint8Array.of(0x0a);

/** The file's bytes in pieces. Throws where the store lacks what the log names; whoever reads has then no whole file. */
export async function* wholeLog(store: LogStore, wanted: Wanted, period: Period): AsyncGenerator<Uint8Array> {
  const { checkpoint, size, withheld } = wanted;
  const found = await inside(store, size, period);
  const bodies = await bodiesOf(store, found.runs, size, withheld);
  const folders = foldersOf(store, found.folders);
  const chain = store.entriesOfTypes(ROSTER_TYPES).filter(({ seq }) => seq < size);
  const rosters = chain
    .flatMap((row) => readEntry(row).entry.bodies?.['roster'] ?? [])
    .filter((one) => bodies.includes(one));
  const signers = allowedSigners(
    chain.map(({ bytes }) => bytes),
    new Map(rosters.map((digest) => [digest, storedBody(store, digest)])),
  );

  yield* member('README.txt', utf8(README_WHOLE));
  yield* member('allowed_signers', utf8(signers));
  const salts: string[] = [];
  for (const digest of bodies) {
    const { bytes, salt } = storedBody(store, digest);
    salts.push(`${saltLine(digest, salt)}\n`);
    yield* member(`bodies/${hexOf(digest)}`, bytes);
  }
  yield* member('checkpoint', checkpoint);
  yield header('entries.jsonl', found.length);
  for await (const rows of slices(store, size)) yield concat(...rows.flatMap(({ bytes }) => [bytes, LF]));
  yield padding(found.length);
  for (const [path, bytes] of folders) yield* member(path, bytes);
  yield* member(PERIOD, utf8(periodText(period)));
  yield* member('salts.jsonl', utf8(salts.join('')));
  yield END;
}

function* member(path: string, bytes: Uint8Array): Generator<Uint8Array> {
  yield header(path, bytes.length);
  yield bytes;
  yield padding(bytes.length);
}

async function* slices(store: LogStore, size: number) {
  for (let from = 0; from < size; from += SLICE) {
    yield store.entries(from, Math.min(from + SLICE, size));
    await soon();
  }
}

/** The runs that were opened in the period with their folders, and how long entries.jsonl becomes. */
async function inside(store: LogStore, size: number, period: Period) {
  const runs: string[] = [];
  const folders = new Set<string>();
  let length = 0;
  for await (const rows of slices(store, size))
    for (const row of rows) {
      length += row.bytes.length + LF.length;
      const entry = row.type === 'run.opened' ? readEntry(row).entry : undefined;
      if (entry?.type !== 'run.opened' || !isWithin(period, entry.ts)) continue;
      runs.push(entry.run);
      folders.add(entry.runbook);
    }
  return { runs, folders, length };
}

/** The digests of the bodies that the records of these runs have, each once, ascending. */
async function bodiesOf(store: LogStore, runs: readonly string[], size: number, withheld: ReadonlySet<string>) {
  const digests = new Set<string>();
  const log = storedLog(store);
  for (const run of runs) {
    for (const digest of bodiesIn(partsAt(log, run, size))) if (!withheld.has(digest)) digests.add(digest);
    await soon();
  }
  return [...digests].sort();
}

/** The members of the folders: their arrays by digest, and each file once however many folders have it; in their order. */
function foldersOf(store: LogStore, digests: ReadonlySet<string>): [path: string, bytes: Uint8Array][] {
  const members = new Map<string, Uint8Array>();
  for (const digest of digests) {
    const files = store.folder(digest) ?? [];
    const index = folderIndex(files);
    if (!index.ok) throw new Error(index.refusal.sentence);
    members.set(folderPath(hexOf(digest)), utf8(index.value));
    for (const { bytes } of files) members.set(filePath(hex(sha256(bytes))), bytes);
  }
  return [...members].sort(([a], [b]) => (a < b ? -1 : 1));
}
