-- A sixth kind: sources that give no copies and answer single questions. SQLite changes no CHECK in place, so the
-- table is made anew and the rows move; `resource` is empty for sources that bring no rows.
-- reference
CREATE TABLE source_with_questions (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('folder', 'mqtt', 'postgres', 'sqlite', 'odbc', 'question')),
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
  CHECK (kind = 'question' OR resource <> '')
);
INSERT INTO source_with_questions (id, kind, title, resource, settings, secrets, schedule, terms, state, version, watermark,
  last_content, created_at, wanted_at, next_due_at, last_run_at, last_ok_at, last_error, last_error_at, taken, refused, repeated)
SELECT id, kind, title, resource, settings, secrets, schedule, terms, state, version, watermark, last_content, created_at, wanted_at,
  next_due_at, last_run_at, last_ok_at, last_error, last_error_at, taken, refused, repeated FROM source;
DROP TABLE source;
ALTER TABLE source_with_questions RENAME TO source;

-- An answer kept for one purpose until it lapses. `inputs` is a keyed hash, `answer` is sealed.
-- reference
CREATE TABLE source_answer (
  id BIGINT NOT NULL PRIMARY KEY,
  source BIGINT NOT NULL,
  question TEXT NOT NULL,
  purpose TEXT NOT NULL,
  inputs BYTEA NOT NULL,
  answer BYTEA NOT NULL,
  answered_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  UNIQUE (source, question, purpose, inputs)
);
CREATE INDEX source_answer_expiry ON source_answer (expires_at);

-- How a question fares: counts, and how long the department took.
-- reference
CREATE TABLE source_question (
  source BIGINT NOT NULL,
  question TEXT NOT NULL,
  answered BIGINT NOT NULL,
  kept BIGINT NOT NULL,
  unknown BIGINT NOT NULL,
  waited_ms BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  last_answered_at BIGINT,
  last_unknown_at BIGINT,
  last_reason TEXT NOT NULL,
  PRIMARY KEY (source, question)
);
