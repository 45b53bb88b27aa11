/** The store on SQLite in WAL mode with synchronous=FULL; it must never acknowledge what is not on the disk. */

import { existsSync, readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Body } from '../../core/log/entry.ts';
import type { FolderFile } from '../../core/runbook/folder.ts';
import type { Batch, CloseRow, LogStore, RunRow, SessionRow, Store, StoredEntry } from './store.ts';

const VERSION = 3;
const FULL = 2;

/** The schema lies beside the sources; the compiled file stands in `build/server/store`. */
const schemaSql = (): string => {
  const beside = new URL('./schema.sql', import.meta.url);
  return readFileSync(
    existsSync(beside) ? beside : new URL('../../../server/store/schema.sql', import.meta.url),
    'utf8',
  );
};

function readOnly(path: string): Database.Database {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  const version = db.pragma('user_version', { simple: true });
  if (version !== VERSION) throw new Error(`the database has schema version ${version}, this server knows ${VERSION}`);
  return db;
}

function open(path: string): Database.Database {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  // What is freed is overwritten: nothing must stay legible in a free page.
  db.pragma('secure_delete = ON');
  // better-sqlite3 is compiled to NORMAL in WAL mode: an acknowledged entry could be lost with the power.
  if (db.pragma('synchronous', { simple: true }) !== FULL) throw new Error('SQLite did not take synchronous=FULL');
  const version = db.pragma('user_version', { simple: true });
  if (version === 0) db.transaction(() => db.exec(schemaSql()).pragma(`user_version = ${VERSION}`))();
  else if (version !== VERSION)
    throw new Error(`the database has schema version ${version}, this server knows ${VERSION}`);
  // A server that was killed may have left what it had just erased in the write-ahead log.
  emptyWal(db);
  return db;
}

/** Puts everything into the database proper and empties its write-ahead log; false where somebody reads in it. It waits for nobody. */
function emptyWal(db: Database.Database): boolean {
  const patience = db.pragma('busy_timeout', { simple: true });
  db.pragma('busy_timeout = 0');
  const [done] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  db.pragma(`busy_timeout = ${patience}`);
  return done?.busy === 0;
}

interface FileRow {
  readonly path: string;
  readonly mode: FolderFile['mode'];
  readonly bytes: Buffer;
}

/** Opens (or makes) the store in a file, or in memory with `:memory:`. */
export const openSqlite = (path: string): Store => storeOn(open(path));

/** All rows of a table, in their order, as they are; nothing is judged here. */
export interface Rows {
  readonly entries: () => IterableIterator<StoredEntry>;
  readonly bodies: () => IterableIterator<{ readonly digest: string } & Body>;
  readonly nodes: () => number;
  readonly runs: () => RunRow[];
  readonly folders: () => string[];
  /** What SQLite itself finds wrong with the file. */
  readonly damage: () => string[];
}

/** Opens a store that exists to be read, as it stood at this moment; whoever writes through it is refused by the database. */
export function readSqlite(path: string): Store & { readonly rows: Rows } {
  const db = readOnly(path);
  db.exec('BEGIN');
  const all = <R>(text: string) => db.prepare<[], R>(text);
  return {
    ...storeOn(db),
    rows: {
      entries: () => all<StoredEntry>('SELECT * FROM entry ORDER BY seq').iterate(),
      bodies: () =>
        all<{ digest: string } & Body>(
          'SELECT digest, salt, bytes FROM body WHERE erased = 0 ORDER BY digest',
        ).iterate(),
      nodes: () => all<{ n: number }>('SELECT count(*) AS n FROM node').get()?.n ?? 0,
      runs: () => all<Flat>('SELECT * FROM run ORDER BY run').all().map(rowOf),
      folders: () =>
        all<{ digest: string }>('SELECT DISTINCT digest FROM folder')
          .all()
          .map(({ digest }) => digest),
      damage: () =>
        (db.pragma('integrity_check') as { integrity_check: string }[])
          .map((row) => row.integrity_check)
          .filter((line) => line !== 'ok'),
    },
  };
}

function storeOn(db: Database.Database): Store {
  const sql = <P extends unknown[], R>(text: string) => db.prepare<P, R>(text);
  const count = sql<[], { n: number }>('SELECT coalesce(max(seq) + 1, 0) AS n FROM entry');
  const addEntry = sql<[number, string, string | null, string | null, Uint8Array], never>(
    'INSERT INTO entry VALUES (?, ?, ?, ?, ?)',
  );
  const addNode = sql<[number, number, Uint8Array], never>('INSERT INTO node VALUES (?, ?, ?)');
  const addBody = sql<[string, Uint8Array, Uint8Array], never>(
    'INSERT INTO body VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING',
  );
  // A body is overwritten where it stands: deleting it would move its neighbours to other pages, and leave bytes of theirs behind.
  const erase = sql<[string], never>(
    'UPDATE body SET erased = 1, salt = zeroblob(length(salt)), bytes = zeroblob(length(bytes)) WHERE digest = ?',
  );
  const one = sql<[number], StoredEntry>('SELECT * FROM entry WHERE seq = ?');
  const range = sql<[number, number], StoredEntry>('SELECT * FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq');
  const ofRun = sql<[string], StoredEntry>('SELECT * FROM entry WHERE run = ? ORDER BY seq');
  const afterRun = sql<[string], StoredEntry>('SELECT * FROM entry WHERE after = ? ORDER BY seq');
  const ofTypes = sql<[string], StoredEntry>(
    'SELECT * FROM entry WHERE run IS NULL AND type IN (SELECT value FROM json_each(?)) ORDER BY seq',
  );
  const node = sql<[number, number], { hash: Buffer }>('SELECT hash FROM node WHERE level = ? AND idx = ?');
  const body = sql<[string], { salt: Buffer; bytes: Buffer }>(
    'SELECT salt, bytes FROM body WHERE digest = ? AND erased = 0',
  );
  const files = sql<[string], FileRow>('SELECT path, mode, bytes FROM folder WHERE digest = ? ORDER BY path');
  const addFile = sql<[string, string, string, Uint8Array], never>(
    'INSERT INTO folder VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );

  const runs = runRows(db);
  const append = db.transaction((batch: Batch) => {
    for (const { seq, type, run, after, bytes } of batch.entries) addEntry.run(seq, type, run, after, bytes);
    for (const { level, index, hash } of batch.nodes) addNode.run(level, index, hash);
    for (const { digest, body } of batch.bodies) addBody.run(digest, body.salt, body.bytes);
    for (const digest of batch.erased) erase.run(digest);
    for (const row of batch.runs) runs.put(row);
  });
  /** The write-ahead log still holds what was erased; while somebody reads in it, it stays until a later batch. */
  let erasing = false;

  return {
    size: () => count.get()?.n ?? 0,
    append: (batch) => {
      if (batch.entries[0]?.seq !== (count.get()?.n ?? 0))
        throw new Error('the batch does not begin where the log ends');
      append.immediate(batch);
      if (erasing || batch.erased.length > 0) erasing = !emptyWal(db);
    },
    entry: (seq) => one.get(seq),
    entries: (from, to) => range.all(from, to),
    entriesOf: (run) => ofRun.all(run),
    entriesAfter: (run) => afterRun.all(run),
    entriesOfTypes: (types) => ofTypes.all(JSON.stringify(types)),
    node: (level, index) => {
      const found = node.get(level, index);
      if (!found) throw new Error(`the tree has no node ${level}/${index}`);
      return found.hash;
    },
    body: (digest) => body.get(digest),
    ...runs.reads,
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

type Flat = { readonly run: string } & { readonly [K in keyof CloseRow]: CloseRow[K] | null };
type Reads = Pick<LogStore, 'run' | 'openRuns' | 'lastRuns' | 'closeOf' | 'lastClose' | 'watched'>;

const rowOf = ({ run, ref, ...close }: Flat): RunRow => ({
  run,
  close: ref === null ? null : ({ ref, ...close } as CloseRow),
});

function runRows(db: Database.Database): { readonly put: (row: RunRow) => void; readonly reads: Reads } {
  const sql = <P extends unknown[], R = Flat>(text: string) => db.prepare<P, R>(text);
  const put = sql<(string | number | null)[], never>('INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const one = sql<[string]>('SELECT * FROM run WHERE run = ?');
  const open = sql<[], { run: string }>('SELECT run FROM run WHERE ref IS NULL ORDER BY run');
  const last = sql<[number], { run: string }>('SELECT run FROM run ORDER BY run DESC LIMIT ?');
  const byRef = sql<[string]>('SELECT * FROM run WHERE ref = ?');
  const closed = sql<[string, string, string]>(
    'SELECT * FROM run WHERE runbook = ? AND mode = ? AND result = ? AND ref IS NOT NULL ORDER BY at DESC LIMIT 1',
  );
  const watched = sql<[number]>('SELECT * FROM run WHERE watch > ? AND ref IS NOT NULL ORDER BY run');
  const found = (row: Flat | undefined) => row && rowOf(row);
  return {
    put: ({ run, close }) => {
      const {
        ref = null,
        at = null,
        runbook = null,
        mode = null,
        result = null,
        watch = null,
        facts = null,
      } = close ?? {};
      put.run(run, ref, at, runbook, mode, result, watch, facts);
    },
    reads: {
      run: (run) => found(one.get(run)),
      openRuns: () => open.all().map(({ run }) => run),
      lastRuns: (most) => last.all(most).map(({ run }) => run),
      closeOf: (ref) => found(byRef.get(ref)),
      lastClose: (runbook, mode, result) => found(closed.get(runbook, mode, result)),
      watched: (now) => watched.all(now).map(rowOf),
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
