/** The SQLite store: the contract on disk and in memory, the pragmas that durability hangs on, and the triggers. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { openSqlite, readSqlite } from '../../../server/store/sqlite.ts';
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

t.test('what is erased is in no file of the database, once nobody reads in it', async (t) => {
  const store = onDisk();
  const secret = 'Jane Roe of Elm Street '.repeat(500);
  const body = { bytes: Buffer.from(secret), salt: new Uint8Array(32).fill(1) };
  const files = () =>
    ['', '-wal'].map((end) => readFileSync(`${path}${end}`)).filter((one) => one.includes('Jane Roe'));
  store.append({ ...batch(0), bodies: [{ digest: 'sha256:x', body }] });
  t.not(files().length, 0, 'it was there');
  const reader = readSqlite(path);
  t.ok(reader.body('sha256:x'));
  store.append({ ...batch(1), erased: ['sha256:x'] });
  t.not(files().length, 0, 'a reader holds it up');
  reader.close();
  store.append(batch(2));
  t.same(files(), [], 'the next batch does it then');
  t.equal(store.body('sha256:x'), undefined);
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
