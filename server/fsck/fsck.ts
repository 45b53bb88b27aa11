/** A database held against itself and against what lies beside it, offline and without writing a byte. Its cost grows with the log, no faster. */
import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64, fromBase64 } from '../../core/bytes/encoding.ts';
import { bodyDigest } from '../../core/log/entry.ts';
import { originOf } from '../../core/log/origin.ts';
import { trustText } from '../../core/record/trust.ts';
import { folderDigest } from '../../core/runbook/folder.ts';
import { rawPublic } from '../agent/identity.ts';
import { olderThan } from '../runner/newest.ts';
import { loadSite, runbookReader, type Site } from '../runner/site.ts';
import { markFile, readMark } from '../store/mark.ts';
import { readSqlite } from '../store/sqlite.ts';
import { checkTree, type Walked, walk } from './entries.ts';
import { type Finding, looking, type Tell } from './finding.ts';
import { checkRuns } from './runs.ts';

export interface Report {
  readonly origin: string | null;
  readonly entries: number;
  readonly bodies: number;
  readonly runs: number;
  /** Ascending by seq; what is about no entry comes first. */
  readonly findings: readonly Finding[];
}

type Reader = ReturnType<typeof readSqlite>;

/** Checks the database in a data directory, or in one that a ceremony put aside. Throws where there is none. */
export function fsck(data: string): Report {
  const findings: Finding[] = [];
  const tell: Tell = (seq, what) => void findings.push({ seq, what });
  // Read before the database: a server that appends meanwhile must not look as if entries were gone.
  const mark = looking(tell, () => readMark(data));
  const store = readSqlite(join(data, 'crosscheck.db'));
  try {
    for (const line of store.rows.damage()) tell(null, `SQLite: ${line}`);
    const walked = walk(store.rows.entries(), tell);
    checkTree(store, walked.size, store.rows.nodes(), tell);
    const bodies = checkBodies(store, walked, tell);
    checkFolders(store, tell);
    const runbookOf = runbookReader(store);
    const site = looking(tell, () => loadSite(store, runbookOf));
    if (site) {
      checkRuns({ store, site, runbookOf, runs: walked.runs, rows: store.rows.runs() }, tell);
      for (const { runbook, registered } of site.runbooks.values())
        if (!store.folder(runbook)) tell(Number(registered.split(' ')[0]), `the folder ${runbook} is missing`);
      checkBeside(data, site, tell);
    }
    if (mark === null) tell(null, `${markFile(data)} is missing`);
    const older = mark && site && looking(tell, () => olderThan(mark, site.origin, store));
    if (older) tell(null, older);
    findings.sort((a, b) => (a.seq ?? -1) - (b.seq ?? -1));
    return { origin: site?.origin ?? null, entries: walked.size, bodies, runs: walked.runs.size, findings };
  } finally {
    store.close();
  }
}

/** Returns how many bodies there are. */
function checkBodies({ rows }: Reader, { bodies, erased }: Walked, tell: Tell): number {
  const found = new Set<string>();
  for (const { digest, salt, bytes } of rows.bodies()) {
    found.add(digest);
    const seq = bodies.get(digest) ?? null;
    if (seq === null) tell(null, `no entry names the body ${digest}`);
    if (bodyDigest({ salt, bytes }) !== digest) tell(seq, `the body ${digest} is another`);
    if (erased.has(digest)) tell(seq, `the body ${digest} is here, although an entry says that it was erased`);
  }
  for (const [digest, seq] of bodies)
    if (!found.has(digest) && !erased.has(digest)) tell(seq, `the body ${digest} is missing`);
  return found.size;
}

/** A folder may lie there that no entry names: it is kept before the entry that registers it, which may be refused. */
function checkFolders(store: Reader, tell: Tell): void {
  for (const digest of store.rows.folders()) {
    const own = folderDigest(store.folder(digest) ?? []);
    if (!own.ok || own.value !== digest) tell(null, `the folder ${digest} is another`);
  }
}

function checkBeside(data: string, { origin, document, genesisDigest }: Site, tell: Tell): void {
  if (originOf(document) !== origin) tell(0, 'the name of the log is not made of its genesis');
  const read = (name: string) => {
    const file = join(data, name);
    if (existsSync(file)) return readFileSync(file, 'utf8');
    tell(null, `${file} is missing`);
    return undefined;
  };
  const key = read('log.key');
  const raw = key && looking(tell, () => base64(rawPublic(createPrivateKey(key))));
  if (raw && raw !== document.log_key) tell(null, 'log.key is not the key that genesis names');
  const named = { name: origin, raw: fromBase64(document.log_key) ?? new Uint8Array() };
  const trust = read('trust.txt');
  if (trust !== undefined && trust !== trustText({ origin, logKey: named, genesis: genesisDigest }))
    tell(null, 'trust.txt is the trust root of another log');
}
