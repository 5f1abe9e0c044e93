-- The lease of each pipeline instance, and the numbers that it has given out.
CREATE TABLE instances (
  id         INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE,
  fence      INTEGER NOT NULL, -- grows with each change of holder
  owner      TEXT    NOT NULL,
  host       TEXT    NOT NULL,
  process    TEXT    NOT NULL,
  pid        INTEGER NOT NULL,
  held_until INTEGER NOT NULL, -- 0 when nobody holds it
  last_row   INTEGER NOT NULL,
  last_run   INTEGER NOT NULL,
  last_chunk INTEGER NOT NULL
);

CREATE TABLE runs (
  instance     INTEGER NOT NULL REFERENCES instances (id),
  run          INTEGER NOT NULL,
  trigger_name TEXT    NOT NULL,
  logical_time INTEGER NOT NULL,
  config       TEXT    NOT NULL,
  began_at     INTEGER NOT NULL,
  ended_at     INTEGER,
  listed       INTEGER NOT NULL, -- records that the source showed
  unchanged    INTEGER NOT NULL, -- of these, known and unchanged
  passed       INTEGER NOT NULL, -- of these, passed on without an entry
  counts       TEXT    NOT NULL,
  requests     TEXT    NOT NULL,
  error        TEXT    NOT NULL,
  PRIMARY KEY (instance, run)
) WITHOUT ROWID;

-- What a run asked the source for, so that a record never seen can be explained.
CREATE TABLE windows (
  instance  INTEGER NOT NULL,
  run       INTEGER NOT NULL,
  number    INTEGER NOT NULL,
  stream    TEXT    NOT NULL,
  from_text TEXT    NOT NULL,
  to_text   TEXT    NOT NULL,
  filters   TEXT    NOT NULL,
  pages     INTEGER NOT NULL,
  records   INTEGER NOT NULL,
  complete  INTEGER NOT NULL,
  cut       TEXT    NOT NULL,
  PRIMARY KEY (instance, run, number),
  FOREIGN KEY (instance, run) REFERENCES runs (instance, run)
) WITHOUT ROWID;

CREATE TABLE cursors (
  instance INTEGER NOT NULL REFERENCES instances (id),
  stream   TEXT    NOT NULL,
  position BLOB    NOT NULL,
  run      INTEGER NOT NULL,
  set_at   INTEGER NOT NULL,
  PRIMARY KEY (instance, stream)
) WITHOUT ROWID;

-- One row for each version of a record (main = 0), and one for each further
-- write of it (main = the number of the record's own row).
CREATE TABLE entries (
  instance    INTEGER NOT NULL,
  row         INTEGER NOT NULL,
  main        INTEGER NOT NULL,
  key         TEXT    NOT NULL,
  version     TEXT    NOT NULL,
  source      TEXT    NOT NULL,
  target      TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  idempotency TEXT    NOT NULL,
  reference   TEXT,
  reason      TEXT,
  place       TEXT,
  error       TEXT,
  attempts    INTEGER NOT NULL,
  next_at     INTEGER,
  run         INTEGER NOT NULL,
  decided_run INTEGER NOT NULL,
  seen_at     INTEGER NOT NULL,
  decided_at  INTEGER NOT NULL,
  PRIMARY KEY (instance, row)
) WITHOUT ROWID;

CREATE INDEX entries_key ON entries (instance, key, row);
CREATE INDEX entries_open ON entries (instance, row)
  WHERE state IN ('pending', 'sending', 'dead', 'in doubt');

-- The bytes of records and of what was made of them, many to a chunk, because
-- orders compress far better together. They go when their time is over.
CREATE TABLE payloads (
  instance  INTEGER NOT NULL,
  first_row INTEGER NOT NULL,
  chunk     INTEGER NOT NULL,
  last_row  INTEGER NOT NULL,
  kept_at   INTEGER NOT NULL,
  data      BLOB    NOT NULL,
  PRIMARY KEY (instance, first_row, chunk)
) WITHOUT ROWID;

-- What the planner is to take for granted. Without it, it takes an instance to
-- have about ten entries, and reads all of them to find one by its key.
ANALYZE;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('entries', 'entries', '1000000 100000 1'),
  ('entries', 'entries_key', '1000000 100000 2 1'),
  ('entries', 'entries_open', '1000 100 1'),
  ('payloads', 'payloads', '10000 1000 1 1'),
  ('runs', 'runs', '10000 1000 1');
