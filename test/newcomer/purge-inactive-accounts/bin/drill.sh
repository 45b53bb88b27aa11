#!/bin/sh
# Restores the copy into a scratch database and compares every table with the source.
set -eu
scratch="$1.drill"; rm -f "$scratch"
sqlite3 "$scratch" ".restore '$1'"
[ "$(sqlite3 -readonly "$scratch" 'pragma integrity_check')" = ok ]
for t in accounts sessions; do
  a=$(sqlite3 -readonly "$DB" "select * from $t order by id" | sha256sum)
  b=$(sqlite3 -readonly "$scratch" "select * from $t order by id" | sha256sum)
  [ "$a" = "$b" ] || { echo "$t differs" >&2; exit 1; }
done
rm -f "$scratch"
echo "restored and equal"
