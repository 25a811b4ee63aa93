-- A seventh kind: programs that push with a key of their own; the row holds their terms. SQLite changes no CHECK in
-- place, so the table is made anew and the rows move.
-- reference
CREATE TABLE source_with_programs (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('folder', 'mqtt', 'postgres', 'sqlite', 'odbc', 'question', 'program')),
  title TEXT NOT NULL,
  resource TEXT NOT NULL,
  settings TEXT NOT NULL,
  secrets BYTEA NOT NULL,
  schedule TEXT NOT NULL,
  terms TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'removed')),
  version BIGINT NOT NULL,
  watermark TEXT NOT NULL DEFAULT '',
  last_content TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  wanted_at BIGINT,
  next_due_at BIGINT,
  last_run_at BIGINT,
  last_ok_at BIGINT,
  last_error TEXT NOT NULL DEFAULT '',
  last_error_at BIGINT,
  taken BIGINT NOT NULL DEFAULT 0,
  refused BIGINT NOT NULL DEFAULT 0,
  repeated BIGINT NOT NULL DEFAULT 0,
  department TEXT NOT NULL DEFAULT '',
  CHECK (kind = 'question' OR resource <> '')
);
INSERT INTO source_with_programs (id, kind, title, resource, settings, secrets, schedule, terms, state, version, watermark,
  last_content, created_at, wanted_at, next_due_at, last_run_at, last_ok_at, last_error, last_error_at, taken, refused, repeated,
  department)
SELECT id, kind, title, resource, settings, secrets, schedule, terms, state, version, watermark, last_content, created_at, wanted_at,
  next_due_at, last_run_at, last_ok_at, last_error, last_error_at, taken, refused, repeated, department FROM source;
DROP TABLE source;
ALTER TABLE source_with_programs RENAME TO source;
