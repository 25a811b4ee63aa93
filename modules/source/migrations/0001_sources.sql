-- A way in which data come by themselves. `settings`, `terms` and `last_error` are JSON objects; `secrets` is sealed.
-- `wanted_at` stands while a run is asked for (by its timer or by hand) and not yet done.
-- reference
CREATE TABLE source (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('folder', 'mqtt', 'postgres', 'sqlite', 'odbc')),
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
  repeated BIGINT NOT NULL DEFAULT 0
);

-- One intake of a source: a file, a group of messages, a pull. `detail` names the file; `error` is JSON.
-- reference
CREATE TABLE source_run (
  id BIGINT NOT NULL PRIMARY KEY,
  source BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  outcome TEXT NOT NULL CHECK (outcome IN ('loading', 'taken', 'repeated', 'nothing', 'failed')),
  detail TEXT NOT NULL,
  batch BIGINT,
  items BIGINT NOT NULL DEFAULT 0,
  taken BIGINT NOT NULL DEFAULT 0,
  refused BIGINT NOT NULL DEFAULT 0,
  repeated BIGINT NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX source_run_of_source ON source_run (source, id);

-- Which messages have been taken: 16-byte hashes one after the other, written with the batch that holds them.
-- reference
CREATE TABLE source_message_group (
  run BIGINT NOT NULL PRIMARY KEY,
  source BIGINT NOT NULL,
  messages BIGINT NOT NULL,
  identities BYTEA NOT NULL
);
CREATE INDEX source_message_group_of_source ON source_message_group (source, run);
