-- Where each write of a run went, so that what it left open is not taken for a
-- write to somewhere else.
ALTER TABLE runs ADD COLUMN targets TEXT NOT NULL DEFAULT '{}';
