#!/bin/sh
# Deletes the listed accounts, a hundred at a time.
set -eu
where="id in (select account_id from purge_list where batch='$1')"
total=$(sqlite3 -readonly "$DB" "select count(*) from accounts where $where")
done=0
while :; do
  n=$(sqlite3 -bail "$DB" "delete from accounts where id in (select id from accounts where $where limit 100); select changes()")
  [ "$n" -gt 0 ] || break
  done=$((done + n))
  echo "{\"done\": $done, \"total\": $total, \"rows\": $done}"
done
