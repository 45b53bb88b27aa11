#!/bin/sh
# Puts back what is missing: $1 is accounts or sessions, $2 the copy, $3 a region or nothing.
set -eu
and=""; [ $# -lt 3 ] || and="and region = '$3'"
case "$1" in accounts|sessions) ;; *) exit 2;; esac
sqlite3 -bail "$DB" "attach '$2' as copy; insert into main.$1 select * from copy.$1 where id not in (select id from main.$1) $and;"
