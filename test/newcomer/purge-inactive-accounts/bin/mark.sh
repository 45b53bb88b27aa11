#!/bin/sh
# Lists the accounts not seen since CUTOFF. Writes outputs batch, marked, regions.
set -eu
batch="b$(printf %s "$CUTOFF" | tr -d -)"
sqlite3 -bail "$DB" "begin immediate;
  create table if not exists purge_list(batch text, account_id integer primary key, region text);
  delete from purge_list;
  insert into purge_list select '$batch', id, region from accounts where last_seen < '$CUTOFF';
  commit;"
{
  echo "batch=$batch"
  echo "marked=$(sqlite3 -readonly "$DB" "select count(*) from purge_list where batch='$batch'")"
  echo "regions=$(sqlite3 -readonly "$DB" "select group_concat(region, ',') from (select distinct region from purge_list order by region)")"
} >> "$CROSSCHECK_OUTPUT"
