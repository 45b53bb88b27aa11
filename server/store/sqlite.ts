/** The store on SQLite in WAL mode with synchronous=FULL; it must never acknowledge what is not on the disk. */

import { existsSync, readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { FolderFile } from '../../core/runbook/folder.ts';
import type { Batch, SessionRow, Store, StoredEntry } from './store.ts';

const VERSION = 1;
const FULL = 2;

/** The schema lies beside the sources; the compiled file stands in `build/server/store`. */
const schemaSql = (): string => {
  const beside = new URL('./schema.sql', import.meta.url);
  return readFileSync(
    existsSync(beside) ? beside : new URL('../../../server/store/schema.sql', import.meta.url),
    'utf8',
  );
};

function open(path: string): Database.Database {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  // better-sqlite3 is compiled to NORMAL in WAL mode: an acknowledged entry could be lost with the power.
  if (db.pragma('synchronous', { simple: true }) !== FULL) throw new Error('SQLite did not take synchronous=FULL');
  const version = db.pragma('user_version', { simple: true });
  if (version === 0) db.transaction(() => db.exec(schemaSql()).pragma(`user_version = ${VERSION}`))();
  else if (version !== VERSION)
    throw new Error(`the database has schema version ${version}, this server knows ${VERSION}`);
  return db;
}

interface FileRow {
  readonly path: string;
  readonly mode: FolderFile['mode'];
  readonly bytes: Buffer;
}

/** Opens (or makes) the store in a file, or in memory with `:memory:`. */
export function openSqlite(path: string): Store {
  const db = open(path);
  const sql = <P extends unknown[], R>(text: string) => db.prepare<P, R>(text);
  const count = sql<[], { n: number }>('SELECT coalesce(max(seq) + 1, 0) AS n FROM entry');
  const addEntry = sql<[number, string, string | null, Uint8Array], never>('INSERT INTO entry VALUES (?, ?, ?, ?)');
  const addNode = sql<[number, number, Uint8Array], never>('INSERT INTO node VALUES (?, ?, ?)');
  const addBody = sql<[string, Uint8Array, Uint8Array], never>(
    'INSERT INTO body VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const putRun = sql<[string, number], never>('INSERT OR REPLACE INTO run VALUES (?, ?)');
  const one = sql<[number], StoredEntry>('SELECT * FROM entry WHERE seq = ?');
  const ofRun = sql<[string], StoredEntry>('SELECT * FROM entry WHERE run = ? ORDER BY seq');
  const ofTypes = sql<[string], StoredEntry>(
    'SELECT * FROM entry WHERE run IS NULL AND type IN (SELECT value FROM json_each(?)) ORDER BY seq',
  );
  const node = sql<[number, number], { hash: Buffer }>('SELECT hash FROM node WHERE level = ? AND idx = ?');
  const body = sql<[string], { salt: Buffer; bytes: Buffer }>('SELECT salt, bytes FROM body WHERE digest = ?');
  const runs = sql<[], { run: string; open: number }>('SELECT * FROM run ORDER BY run');
  const files = sql<[string], FileRow>('SELECT path, mode, bytes FROM folder WHERE digest = ? ORDER BY path');
  const addFile = sql<[string, string, string, Uint8Array], never>(
    'INSERT INTO folder VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );

  const append = db.transaction((batch: Batch) => {
    for (const { seq, type, run, bytes } of batch.entries) addEntry.run(seq, type, run, bytes);
    for (const { level, index, hash } of batch.nodes) addNode.run(level, index, hash);
    for (const { digest, body } of batch.bodies) addBody.run(digest, body.salt, body.bytes);
    for (const { run, open } of batch.runs) putRun.run(run, open ? 1 : 0);
  });

  return {
    size: () => count.get()?.n ?? 0,
    append: (batch) => {
      if (batch.entries[0]?.seq !== (count.get()?.n ?? 0))
        throw new Error('the batch does not begin where the log ends');
      append.immediate(batch);
    },
    entry: (seq) => one.get(seq),
    entriesOf: (run) => ofRun.all(run),
    entriesOfTypes: (types) => ofTypes.all(JSON.stringify(types)),
    node: (level, index) => {
      const found = node.get(level, index);
      if (!found) throw new Error(`the tree has no node ${level}/${index}`);
      return found.hash;
    },
    body: (digest) => body.get(digest),
    runs: () => runs.all().map((row) => ({ ...row, open: row.open === 1 })),
    folder: (digest) => {
      const found = files.all(digest);
      return found.length > 0 ? found : undefined;
    },
    keepFolder: db.transaction((digest: string, list: readonly FolderFile[]) => {
      for (const { path: name, mode, bytes } of list) addFile.run(digest, name, mode, bytes);
    }),
    ...people(db),
    close: () => {
      db.close();
    },
  };
}

function people(db: Database.Database) {
  const all = db.prepare<[], { id: string; name: string }>('SELECT id, name FROM person');
  const put = db.prepare<[string, string], never>('INSERT OR REPLACE INTO person VALUES (?, ?)');
  const putSession = db.prepare<[string, string, string, number], never>(
    'INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?)',
  );
  const session = db.prepare<[string], SessionRow>('SELECT * FROM session WHERE secret = ?');
  const drop = db.prepare<[string], never>('DELETE FROM session WHERE secret = ?');
  const expire = db.prepare<[number], never>('DELETE FROM session WHERE expires < ?');
  const setting = db.prepare<[string], { value: string }>('SELECT value FROM setting WHERE key = ?');
  const putSetting = db.prepare<[string, string], never>('INSERT OR REPLACE INTO setting VALUES (?, ?)');
  const dropSetting = db.prepare<[string], never>('DELETE FROM setting WHERE key = ?');
  return {
    names: () => Object.fromEntries(all.all().map((row) => [row.id, row.name])),
    name: (person: string, name: string) => void put.run(person, name),
    putSession: (row: SessionRow) => void putSession.run(row.secret, row.person, row.kind, row.expires),
    session: (secret: string) => session.get(secret),
    dropSession: (secret: string) => void drop.run(secret),
    expireSessions: (now: number) => void expire.run(now),
    setting: (key: string) => setting.get(key)?.value,
    setSetting: (key: string, value: string | null) =>
      void (value === null ? dropSetting.run(key) : putSetting.run(key, value)),
  };
}
