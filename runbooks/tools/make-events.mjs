#!/usr/bin/env node
/** Makes a database of raw web events, personal data and all, as a collector writes them: some addresses carry an e-mail in their query. */
import { dice, maker } from './making.mjs';

const SCHEMA = `
create table raw_events (id integer primary key, at text not null, user_id text not null, ip text not null,
  user_agent text not null, path text not null);
create index raw_events_by_user on raw_events (user_id);
create table collector (paused integer not null check (paused in (0, 1)));
insert into collector values (0);
`;

const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64)',
  'Mozilla/5.0 (iPhone)',
  'curl/8.5.0',
  'Mozilla/5.0 (Windows NT 10.0)',
];
const START = Date.UTC(2026, 10, 1);
const SECOND = 1000;

const ipOf = ({ below, next }) =>
  next() < 0.2
    ? `2001:db8:${below(65_536).toString(16)}:${below(65_536).toString(16)}::${below(65_536).toString(16)}`
    : `${1 + below(223)}.${below(256)}.${below(256)}.${below(256)}`;

/** What people look at, and what ends up in an address that should not. */
const PATHS = [
  [0.6, ({ below }) => `/articles/${below(400)}`],
  [0.25, ({ below }) => `/search?q=${['winter', 'shoes', 'zażółć', 'a%20b'][below(4)]}&page=${1 + below(5)}`],
  [0.12, () => '/'],
  [0.03, (_, user) => `/invite/accept?email=${user}%40example.com&token=${'0123456789abcdef'.repeat(2)}`],
];

maker({ tool: 'make-events', name: 'events', rows: 60_000, of: 'raw events', schema: SCHEMA }, (db, { seed, rows }) => {
  const die = dice(seed);
  const users = Math.ceil(rows / (18 + 4 * die.next()));
  const insert = db.prepare('insert into raw_events values (?, ?, ?, ?, ?, ?)');
  for (let id = 1, at = START; id <= rows; id++) {
    at += 1 + die.below(8 * SECOND);
    const user = `user${die.below(users)}`;
    const path = die.weighted(PATHS)(die, user);
    insert.run(id, new Date(at).toISOString(), user, ipOf(die), die.pick(AGENTS), path);
  }
});
