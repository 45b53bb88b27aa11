#!/usr/bin/env node
/** Makes a customer database to practise on: the same seed, the same rows, and every awkward e-mail that real ones have. It must never replace a database. */
import { randomBytes, randomInt } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';

const ROWS = 200_000;

/** `instance` tells one database from another that holds the same rows. */
const SCHEMA = `
create table customers (id integer primary key, name text not null, email text, created_at text not null);
create index customers_by_email on customers (email);
create table service (maintenance integer not null check (maintenance in (0, 1)));
insert into service values (0);
create table instance (name text not null);
`;

const FIRST = [
  'Ada',
  'Björn',
  'Chloé',
  'Đorđe',
  'Eve',
  'Fatima',
  'Grażyna',
  'Håkon',
  'Inês',
  'José',
  '健',
  'Łukasz',
  'Müge',
  'Nuala',
  "O'Neil",
  'Ольга',
];
const LAST = [
  'Andersson',
  'Brown',
  'Çelik',
  'Dąbrowska',
  'Éluard',
  'Fischer',
  "D'Angelo",
  '林',
  'Иванова',
  'Żak',
  'Null',
  'van der Berg',
];
const HOSTS = ['example.com', 'example.net', 'mail.example.org', 'post.example', 'bücher.example', 'EXAMPLE.COM'];

/** Each gives an e-mail that some program once mishandled. */
const AWKWARD = [
  (n) => `Upper.CASE${n}@EXAMPLE.COM`,
  (n) => `"quoted ${n}"@example.com`,
  (n) => `o'brien${n}@example.ie`,
  (n) => `plus+tag+${n}@example.com`,
  (n) => `grüße${n}@bücher.example`,
  (n) => `cafe\u0301${n}@example.fr`,
  (n) => `用户${n}@例子.example`,
  (n) => `🦦${n}@emoji.example`,
  (n) => `${'long.'.repeat(60)}${n}@example.com`,
  (n) => `line${n}\nbreak@example.com`,
  (n) => ` lead${n}@example.com`,
  (n) => `trail${n}@example.com \t`,
  (n) => `x${n}'); drop table customers; --@example.com`,
  (n) => `100%_${n}\\$(id)\`id\`|;&@example.com`,
  (n) => `comma,${n};semi@example.com`,
  (n) => `${n}`,
  () => 'null',
  () => 'shared@example.com',
  () => ' ',
];

/** mulberry32: small, even enough, and the same everywhere. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function* customers(seed, rows) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const missing = 0.03 + next() * 0.05;
  const email = (n, first, last) => {
    const kind = next();
    if (kind < missing) return null;
    if (kind < missing + 0.02) return '';
    if (kind < missing + 0.12) return pick(AWKWARD)(n);
    return `${first}.${last}.${n}@${pick(HOSTS)}`.toLowerCase();
  };
  for (let made = 0, id = 0; made < rows; made++) {
    id += next() < 0.05 ? 2 : 1;
    const [first, last] = [pick(FIRST), pick(LAST)];
    yield [id, `${first} ${last}`, email(id, first, last), new Date(1.4e12 + id * 1.6e6).toISOString()];
  }
}

/**
 * Makes `customers.db` in a directory and returns its path. Throws where one is there already. The rows follow from
 * the seed; the instance name is always random.
 */
export function makeCustomers(directory, { seed, rows = ROWS }) {
  const path = join(directory, 'customers.db');
  const partial = `${path}.partial`;
  if (existsSync(path)) throw new Error(`${path} is there already; move it away first`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  rmSync(partial, { force: true });
  closeSync(openSync(partial, 'wx', 0o600));
  const db = new Database(partial);
  try {
    db.pragma('synchronous = off');
    db.exec(SCHEMA);
    const insert = db.prepare('insert into customers values (?, ?, ?, ?)');
    db.transaction(() => {
      for (const row of customers(seed, rows)) insert.run(row);
      const name = randomBytes(4).toString('hex');
      db.prepare('insert into instance values (?)').run(`${name.slice(0, 4)}-${name.slice(4)}`);
    })();
  } finally {
    db.close();
  }
  renameSync(partial, path);
  return path;
}

function main() {
  const options = { seed: { type: 'string' }, rows: { type: 'string', default: String(ROWS) } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [seed, rows] = [Number(values.seed ?? randomInt(2 ** 32)), Number(values.rows)];
  if (positionals.length !== 1 || !Number.isSafeInteger(seed) || !(Number.isSafeInteger(rows) && rows > 0)) {
    throw new Error('usage: make-customers DIRECTORY [--seed N] [--rows N]');
  }
  process.stdout.write(`${makeCustomers(positionals[0], { seed, rows })}: ${rows} customers\n`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`make-customers: ${error.message}\n`);
    process.exitCode = 1;
  }
}
