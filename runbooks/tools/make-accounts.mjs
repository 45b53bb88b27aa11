#!/usr/bin/env node
/** Makes an account database whose JSON column has every shape that ten years of writers left in it. The application reads them all; a migration must too. */
import { dice, maker } from './making.mjs';

const SCHEMA = `
create table accounts (id integer primary key, email text not null, profile text, created_at text not null);
create index accounts_by_email on accounts (email);
`;

const NAMES = [
  'Ada',
  'Björn',
  'Cafe\u0301 Noir',
  'Đorđe',
  'Grażyna',
  '健',
  'Ольга',
  "O'Neil",
  '🦦',
  'a "quoted" one',
  'a\\b',
];
const COUNTRIES = ['PL', 'DE', 'FR', 'JP', 'NO', 'TR', 'BR'];

/** What the current application writes. */
function current({ next, below, pick }, id) {
  return {
    name: `${pick(NAMES)} ${id}`,
    age: 16 + below(80),
    country: pick(COUNTRIES),
    newsletter: next() < 0.5,
    loyalty_id: 100_000 + id,
    phones: Array.from({ length: below(3) }, () => `+48${100_000_000 + below(900_000_000)}`),
  };
}

const ascii = (text) => text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
/** JSON text with one value replaced by text that need not be JSON. */
const with_ = (profile, key, text) => JSON.stringify({ ...profile, [key]: '@' }).replace('"@"', () => text);

/** How often each shape comes, and its text. Each is one that some writer once wrote. */
const SHAPES = [
  [0.68, (profile) => JSON.stringify(profile)],
  [0.05, (profile) => ascii(JSON.stringify(profile))],
  [0.04, (profile, { next }) => JSON.stringify(Object.fromEntries(Object.entries(profile).filter(() => next() < 0.5)))],
  [0.03, (profile) => JSON.stringify({ ...profile, age: String(profile.age), loyalty_id: String(profile.loyalty_id) })],
  [0.02, (profile, { pick }) => JSON.stringify({ ...profile, age: pick(['unknown', '', -1, 999, 34.5, true, null]) })],
  [0.02, ({ country, ...profile }) => JSON.stringify({ ...profile, address: { country } })],
  [0.01, ({ country, ...profile }) => JSON.stringify({ ...profile, address: [{ country }, { country: 'US' }] })],
  [0.02, (profile) => with_(profile, 'age', `1,"country":"XX","age":${profile.age},"country":"${profile.country}"`)],
  [0.02, (profile, { pick }) => JSON.stringify({ ...profile, newsletter: pick(['yes', 'no', 'true', 'false', 1, 0]) })],
  [0.01, (profile) => with_(profile, 'loyalty_id', `9007199254740993${profile.loyalty_id}`)],
  [0.01, (profile) => with_(profile, 'loyalty_id', '18446744073709551615')],
  [0.01, ({ phones, ...profile }) => JSON.stringify({ ...profile, phones: phones[0] ?? '' })],
  [0.01, ({ phones, ...profile }) => JSON.stringify({ ...profile, phones: [phones, [['+49301234567']]] })],
  [0.01, (profile, { pick }) => with_(profile, 'age', pick(['NaN', 'Infinity', '-Infinity']))],
  [0.01, (profile) => JSON.stringify(JSON.stringify(profile))],
  [0.01, (profile) => JSON.stringify(profile).slice(0, 40)],
  [0.015, () => ''],
  [0.01, () => 'null'],
  [0.005, (_, { pick }) => pick(['{}', '[]', '0', '""', ' '])],
  [0.01, () => null],
];

maker(
  { tool: 'make-accounts', name: 'accounts', rows: 50_000, of: 'accounts', schema: SCHEMA },
  (db, { seed, rows }) => {
    const die = dice(seed);
    const insert = db.prepare('insert into accounts values (?, ?, ?, ?)');
    for (let id = 1; id <= rows; id++) {
      const profile = die.weighted(SHAPES)(current(die, id), die);
      insert.run(id, `account${id}@example.com`, profile, new Date(1.3e12 + id * 6e6).toISOString());
    }
  },
);
