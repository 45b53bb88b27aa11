#!/bin/sh
# seed.sh FILE: 5,000 accounts, each with two sessions; about a quarter inactive for over three years.
set -eu
rm -f "$1"
sqlite3 "$1" "create table accounts(id integer primary key, email text, region text, last_seen text);
create table sessions(id integer primary key, account_id integer, region text, started text);
with recursive n(i) as (select 1 union all select i+1 from n where i<5000)
insert into accounts select i, 'user'||i||'@example.test', case i%3 when 0 then 'eu' when 1 then 'us' else 'apac' end,
  date('2026-11-26', '-'||(i*37%1460)||' days') from n;
insert into sessions select id*2, id, region, last_seen from accounts union all select id*2+1, id, region, last_seen from accounts;"
sqlite3 "$1" "select count(*) from accounts; select count(*) from accounts where last_seen<'2023-11-26';"
