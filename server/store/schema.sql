-- The step log's tables. Entries and tree nodes are never changed; triggers say so to whoever opens the file by hand.
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  run TEXT,
  after TEXT,
  bytes BLOB NOT NULL
) STRICT;
CREATE INDEX entry_run ON entry (run, seq) WHERE run IS NOT NULL;
CREATE INDEX entry_after ON entry (after, seq) WHERE after IS NOT NULL;
CREATE INDEX entry_site ON entry (type, seq) WHERE run IS NULL;

CREATE TABLE node (
  level INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

-- Of an erased body salt and bytes are zeros.
CREATE TABLE body (
  digest TEXT PRIMARY KEY,
  salt BLOB NOT NULL,
  bytes BLOB NOT NULL,
  erased INTEGER NOT NULL CHECK (erased IN (0, 1))
) STRICT;

-- An open run has no ref; of a closed one, what is asked of it later.
CREATE TABLE run (
  run TEXT PRIMARY KEY,
  ref TEXT UNIQUE,
  at INTEGER,
  runbook TEXT,
  mode TEXT,
  result TEXT,
  watch INTEGER,
  facts TEXT
) STRICT;
CREATE INDEX run_open ON run (run) WHERE ref IS NULL;
CREATE INDEX run_closed ON run (runbook, mode, result, at) WHERE ref IS NOT NULL;
CREATE INDEX run_watch ON run (watch) WHERE ref IS NOT NULL;

CREATE TABLE folder (
  digest TEXT NOT NULL,
  path TEXT NOT NULL,
  mode TEXT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (digest, path)
) STRICT;

CREATE TABLE person (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;

CREATE TABLE session (
  secret TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  kind TEXT NOT NULL,
  expires INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
CREATE TRIGGER node_no_update BEFORE UPDATE ON node BEGIN SELECT RAISE(ABORT, 'tree nodes are never changed'); END;
CREATE TRIGGER node_no_delete BEFORE DELETE ON node BEGIN SELECT RAISE(ABORT, 'tree nodes are never deleted'); END;
