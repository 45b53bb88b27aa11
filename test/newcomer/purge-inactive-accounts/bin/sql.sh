#!/bin/sh
# One read-only query on $DB.
set -eu
exec sqlite3 -readonly "$DB" "$1"
