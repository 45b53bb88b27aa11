#!/bin/sh
# Deletes the sessions of the listed accounts of one region.
set -eu
where="account_id in (select account_id from purge_list where batch='$2' and region='$1')"
total=$(sqlite3 -readonly "$DB" "select count(*) from sessions where $where")
done=0
echo "{\"done\": 0, \"total\": $total, \"rows\": 0}"
while :; do
  n=$(sqlite3 -bail "$DB" "delete from sessions where id in (select id from sessions where $where limit 50); select changes()")
  [ "$n" -gt 0 ] || break
  done=$((done + n))
  echo "{\"done\": $done, \"total\": $total, \"rows\": $done}"
done
