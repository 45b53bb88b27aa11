/** Durable, checkpointed appends of eight entries, beside a floor that writes the same bytes in the same rhythm without being a log. The two take turns. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { utf8 } from '../core/bytes/encoding.ts';
import { jcs } from '../core/bytes/jcs.ts';
import { type Draft, type Place, type Sealed, seal } from '../core/log/entry.ts';
import { leafHash } from '../core/log/merkle.ts';
import { ENTRIES } from '../core/log/tables.ts';
import { openLog } from '../server/runner/log.ts';
import { openSqlite } from '../server/store/sqlite.ts';
import { longRun, PLAIN } from '../test/helpers/bigLog.ts';
import { TestSite } from '../test/helpers/site.ts';
import { atLeast, sample } from './report.ts';

const RUNS = 20;
const LENGTH = 200;
const BATCH = 8;
/** Batches before anything is counted. */
const WARM = 50;

/** An entry as it was decided, before it had a place. */
function draftOf({ entry, bodies }: Sealed): Draft {
  const own = Object.keys(ENTRIES[entry.type].fields);
  const fields = Object.fromEntries(Object.entries(entry).filter(([name]) => own.includes(name)));
  return { type: entry.type, actor: entry.actor, fields, bodies } as Draft;
}

/** The floor's database: as durable as ours, one table, no tree. */
function floorStore(path: string) {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE entry (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL, leaf BLOB NOT NULL) STRICT');
  db.exec('CREATE TABLE body (digest TEXT PRIMARY KEY, salt BLOB NOT NULL, bytes BLOB NOT NULL) STRICT');
  const entry = db.prepare('INSERT INTO entry VALUES (?, ?, ?)');
  const body = db.prepare('INSERT INTO body VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING');
  const append = db.transaction((batch: readonly Sealed[], bytes: readonly Uint8Array[]) => {
    batch.forEach((one, index) => {
      entry.run(one.entry.seq, bytes[index], leafHash(bytes[index] ?? new Uint8Array()));
      for (const [name, { bytes, salt }] of Object.entries(one.bodies))
        body.run(one.entry.bodies?.[name as never], salt, bytes);
    });
  });
  return {
    append: (batch: readonly Sealed[]) =>
      append(
        batch,
        batch.map(({ entry }) => utf8(jcs(entry))),
      ),
    close: () => db.close(),
  };
}

/** Prints how many entries are appended in a second, and the floor's. */
export function appendBench(): void {
  const folder = mkdtempSync(join(tmpdir(), 'crosscheck-append-'));
  const store = openSqlite(join(folder, 'log.db'));
  const floor = floorStore(join(folder, 'floor.db'));
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
  const site = new TestSite({});
  const log = openLog(store, site.origin, { raw, sign: (message) => new Uint8Array(sign(null, message, privateKey)) });
  const approved = site.approved(PLAIN);
  const [ours, base] = [sample(), sample()];
  for (let nth = 0, batches = 0; nth < RUNS; nth++) {
    const { entries } = longRun(site, approved, nth, LENGTH);
    const drafts = entries.map((sealed) => ({ draft: draftOf(sealed), run: sealed.entry.run, ts: sealed.entry.ts }));
    let prev: string | undefined;
    for (let at = 0; at + BATCH <= drafts.length; at += BATCH, batches++) {
      const begun = performance.now();
      const batch = drafts.slice(at, at + BATCH).map(({ draft, run, ts }, index): Sealed => {
        const link: Place['run'] = { run, rseq: at + index, ...(prev === undefined ? {} : { prev }) };
        const sealed = seal(draft, { log: site.origin, seq: log.size + index, ts, run: link }) as Sealed;
        prev = sealed.digest;
        return sealed;
      });
      log.append(batch);
      const between = performance.now();
      floor.append(batch);
      const ended = performance.now();
      if (batches < WARM) continue;
      ours.add((1000 * BATCH) / (between - begun));
      base.add((1000 * BATCH) / (ended - between));
    }
  }
  atLeast('durable, checkpointed appends, entries a second', 0.8, ours, base);
  floor.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
}
