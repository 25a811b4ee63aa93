-- The core's own tables (docs/decisions/003). Instants are microseconds since 1970 in UTC.

-- What happened, ordered by (xact, sequence). On PostgreSQL xact is the writing transaction's xid; on SQLite a counter.
-- distributed by: shard
CREATE TABLE feed (
  xact BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  shard BIGINT NOT NULL,
  committed_at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (xact, sequence, shard)
) WITHOUT ROWID; --@sqlite
); --@postgres

-- How far each consumer has come; moved in the same transaction as its effect.
-- reference
CREATE TABLE consumer_cursor (
  name TEXT NOT NULL PRIMARY KEY,
  xact BIGINT NOT NULL,
  sequence BIGINT NOT NULL
);

-- What is to be done at a time. A claim raises attempt, which fences off the claimer before.
-- distributed by: id
CREATE TABLE timer (
  id BIGINT NOT NULL PRIMARY KEY,
  due BIGINT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  attempt BIGINT NOT NULL,
  lease_owner TEXT NOT NULL,
  lease_until BIGINT NOT NULL
);
CREATE INDEX timer_due ON timer (kind, due);

-- Which process does what only one may do at a time.
-- reference
CREATE TABLE lease (
  name TEXT NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL,
  lease_until BIGINT NOT NULL
);

-- Ids below next_id have been handed out in blocks.
-- reference
CREATE TABLE id_block (
  name TEXT NOT NULL PRIMARY KEY,
  next_id BIGINT NOT NULL
);
INSERT INTO id_block (name, next_id) VALUES ('ids', 1);

-- Writes that may come again, with the answer they were given.
-- distributed by: actor
CREATE TABLE idempotency (
  actor TEXT NOT NULL,
  operation TEXT NOT NULL,
  request_key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  answer TEXT NOT NULL,
  xact BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  committed_at BIGINT NOT NULL,
  PRIMARY KEY (actor, operation, request_key)
) WITHOUT ROWID; --@sqlite
); --@postgres

-- Who did what; committed with the Change it tells of, sequenced into the log later.
-- distributed by: shard
CREATE TABLE audit_entry (
  xact BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  shard BIGINT NOT NULL,
  committed_at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  event TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (xact, sequence, shard)
) WITHOUT ROWID; --@sqlite
); --@postgres
