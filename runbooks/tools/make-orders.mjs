#!/usr/bin/env node
/** Makes a warehouse of orders and what was last computed of them. One order in ten has no amount yet; with `--complete` all have one, as in a test database that nobody has looked at for a year. */
import { dice, maker } from './making.mjs';

const SCHEMA = `
create table orders (id integer primary key, day text not null, shop text not null, amount_cents integer);
create table daily_revenue (day text not null, shop text not null, orders integer not null, revenue_cents integer not null,
  average_cents integer, primary key (day, shop));
`;

const SHOPS = ['berlin', 'gdynia', 'lyon', 'osaka', 'porto', 'tromso'];
const DAYS = 90;
const FIRST_DAY = Date.UTC(2026, 7, 1);

const dayOf = (number) => new Date(FIRST_DAY + number * 86_400_000).toISOString().slice(0, 10);

/** What was computed before the orders without an amount were imported. */
const BEFORE = `
insert into daily_revenue
select day, shop, count(*), sum(amount_cents), round(avg(amount_cents)) from orders where amount_cents is not null group by day, shop order by day, shop;
`;

maker(
  { tool: 'make-orders', name: 'warehouse', rows: 60_000, of: 'orders', schema: SCHEMA, flags: ['complete'] },
  (db, { complete, seed, rows }) => {
    const { below, pick } = dice(seed);
    const insert = db.prepare('insert into orders values (?, ?, ?, ?)');
    for (let id = 1; id <= rows; id++) {
      const amount = 500 + below(20_000) + below(20_000);
      // Exactly one in ten, spread over all days and shops.
      insert.run(id, dayOf(below(DAYS)), pick(SHOPS), id % 10 === 0 && !complete ? null : amount);
    }
    db.exec(BEFORE);
  },
);
