#!/usr/bin/env node
/** Makes a customer database to practise on: the same seed, the same rows, and every awkward e-mail that real ones have. It must never replace a database. */
import { dice, maker } from './making.mjs';

const SCHEMA = `
create table customers (id integer primary key, name text not null, email text, created_at text not null);
create index customers_by_email on customers (email);
create table service (maintenance integer not null check (maintenance in (0, 1)));
insert into service values (0);
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

function* customers(seed, rows) {
  const { next, pick } = dice(seed);
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

maker(
  { tool: 'make-customers', name: 'customers', rows: 200_000, of: 'customers', schema: SCHEMA },
  (db, { seed, rows }) => {
    const insert = db.prepare('insert into customers values (?, ?, ?, ?)');
    for (const row of customers(seed, rows)) insert.run(row);
  },
);
