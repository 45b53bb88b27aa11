#!/bin/sh
set -eu
rm -f "$1"
sqlite3 -readonly "$DB" ".backup '$1'"
sqlite3 -readonly "$1" "select count(*) from accounts"
