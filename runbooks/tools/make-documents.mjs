#!/usr/bin/env node
/** Makes documents and the index that searches use now: `search/index-1`, a file for each shard, and the link `search/current`. That index does not find café for cafe. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { dice, maker } from './making.mjs';

const SCHEMA = `
create table documents (id integer primary key, shard text not null, title text not null, body text not null);
create index documents_by_shard on documents (shard);
`;

const SHARDS = ['s0', 's1', 's2', 's3', 's4', 's5'];
const WORDS = [
  ...['winter', 'shoes', 'café', 'żółć', 'naïve', 'Ørsted', 'crème', 'backup', 'restore', 'release', 'index', 'shard'],
  ...['garden', 'harbour', 'kettle', 'ledger', 'mirror', 'needle', 'orchard', 'pepper', 'quarry', 'ribbon', 'saddle'],
];

function indexed(directory, shard, documents) {
  const db = new Database(join(directory, `${shard}.db`));
  db.exec("create virtual table docs using fts5(title, body, tokenize = 'unicode61 remove_diacritics 0')");
  const insert = db.prepare('insert into docs (rowid, title, body) values (?, ?, ?)');
  db.transaction(() => {
    for (const { id, title, body } of documents) insert.run(id, title, body);
  })();
  db.close();
}

maker(
  { tool: 'make-documents', name: 'documents', rows: 12_000, of: 'documents', schema: SCHEMA },
  (db, { seed, rows }) => {
    const { below, pick } = dice(seed);
    const text = (words) => Array.from({ length: words }, () => pick(WORDS)).join(' ');
    const documents = Array.from({ length: rows }, (_, at) => {
      return { id: at + 1, shard: pick(SHARDS), title: text(3), body: text(10 + below(30)) };
    });
    const insert = db.prepare('insert into documents values (@id, @shard, @title, @body)');
    for (const one of documents) insert.run(one);
    const search = join(dirname(db.name), 'search');
    mkdirSync(join(search, 'index-1'), { recursive: true, mode: 0o700 });
    for (const shard of SHARDS) {
      const own = documents.filter((one) => one.shard === shard);
      indexed(join(search, 'index-1'), shard, own);
    }
    symlinkSync('index-1', join(search, 'current'));
  },
);
