/** The SQLite store: the contract on disk and in memory, the pragmas that durability hangs on, and the triggers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { openSqlite } from '../../../server/store/sqlite.ts';
import { batch, storeContract } from './store.contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'crosscheck-store-'));
t.teardown(() => rmSync(folder, { recursive: true }));
let files = 0;
let path = '';
const onDisk = () => {
  path = join(folder, `${files++}.db`);
  return openSqlite(path);
};

storeContract(t, onDisk, (store) => {
  store.close();
  return openSqlite(path);
});
storeContract(t, () => openSqlite(':memory:'));

t.test('entries and nodes are guarded against hands', async (t) => {
  const store = onDisk();
  store.append(batch(0));
  const db = new Database(path);
  t.throws(() => db.exec("UPDATE entry SET type = 'x'"), /never changed/);
  t.throws(() => db.exec('DELETE FROM entry'), /never deleted/);
  t.throws(() => db.exec('DELETE FROM node'), /never deleted/);
  t.equal(db.pragma('journal_mode', { simple: true }), 'wal');
  db.close();
  store.close();
});

t.test('a schema of another version is refused', async (t) => {
  const store = onDisk();
  store.close();
  const db = new Database(path);
  db.pragma('user_version = 99');
  db.close();
  t.throws(() => openSqlite(path), /version 99/);
});
