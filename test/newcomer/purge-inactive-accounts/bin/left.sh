#!/bin/sh
# Sessions that listed accounts of the region CROSSCHECK_ITEM still have.
set -eu
exec sqlite3 -readonly "$DB" "select count(*) from sessions where account_id in (select account_id from purge_list) and region = '$CROSSCHECK_ITEM'"
