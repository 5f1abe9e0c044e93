-- A ledger as version 1 wrote it. Never change this file: it stands for the
-- files that are out there.
PRAGMA journal_mode = WAL;
CREATE TABLE sluice_ledger (version INTEGER NOT NULL);
INSERT INTO sluice_ledger VALUES (1);

CREATE TABLE instances (
  id         INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE,
  fence      INTEGER NOT NULL,
  owner      TEXT    NOT NULL,
  host       TEXT    NOT NULL,
  process    TEXT    NOT NULL,
  pid        INTEGER NOT NULL,
  held_until INTEGER NOT NULL,
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
  listed       INTEGER NOT NULL,
  unchanged    INTEGER NOT NULL,
  passed       INTEGER NOT NULL,
  counts       TEXT    NOT NULL,
  requests     TEXT    NOT NULL,
  error        TEXT    NOT NULL,
  PRIMARY KEY (instance, run)
) WITHOUT ROWID;

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

CREATE TABLE payloads (
  instance  INTEGER NOT NULL,
  first_row INTEGER NOT NULL,
  chunk     INTEGER NOT NULL,
  last_row  INTEGER NOT NULL,
  kept_at   INTEGER NOT NULL,
  data      BLOB    NOT NULL,
  PRIMARY KEY (instance, first_row, chunk)
) WITHOUT ROWID;

ANALYZE;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('entries', 'entries', '1000000 100000 1'),
  ('entries', 'entries_key', '1000000 100000 2 1'),
  ('entries', 'entries_open', '1000 100 1'),
  ('payloads', 'payloads', '10000 1000 1 1'),
  ('runs', 'runs', '10000 1000 1');

INSERT INTO instances VALUES (1, 'acme/orders', 3, 'sluice run', 'shop-1', 'boot pid:[4026531836]/8812', 4711, 0, 2, 1, 1);
INSERT INTO runs VALUES (1, 1, 'cron', 1767225600000000, 'c1', 1767225600100000, 1767225601000000, 3, 1, 0,
  '{"sent":1,"filtered":1}', '{"desk":1,"shop":1}', '');
INSERT INTO windows VALUES (1, 1, 1, 'shop.orders', '', '2026-01-01T00:00:00Z', '{"status":"paid"}', 1, 3, 1, '');
INSERT INTO cursors VALUES (1, 'shop.orders', x'323032362d30312d3031', 1, 1767225600200000);
INSERT INTO entries VALUES (1, 1, 0, '1001', '5f2d', '2025-12-31', 'sink', 'sent', 'k1', '{"id":77}', NULL, NULL, NULL,
  1, NULL, 1, 1, 1767225600200000, 1767225600300000);
INSERT INTO entries VALUES (1, 2, 0, '1002', '77aa', '2025-12-31', 'sink', 'filtered', 'k2', NULL, 'not paid', 'orders.yaml:9:5', NULL,
  0, NULL, 1, 1, 1767225600200000, 1767225600200000);
