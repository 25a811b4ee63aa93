-- Other GeoReport v2 servers that the hub works with, and which of their requests are which of its cases. Instants are
-- microseconds since 1970 in UTC.

-- `terms` is a JSON object: address, what is mapped to what; `secret` is sealed: the key the other server gave. Requests
-- opened before `seen_until` have been read. `error` is a JSON object, or empty.
-- reference
CREATE TABLE open311_connection (
  id BIGINT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  terms TEXT NOT NULL,
  secret BYTEA NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'removed')),
  version BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_until BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  failures BIGINT NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '',
  error_at BIGINT,
  last_run_at BIGINT,
  last_ok_at BIGINT,
  taken BIGINT NOT NULL DEFAULT 0,
  sent BIGINT NOT NULL DEFAULT 0,
  told BIGINT NOT NULL DEFAULT 0
);

-- One request there and one case here. `remote` is its id there (empty: it has none yet), `token` what stands for an id
-- meanwhile; case_id is 0 while no case could be opened. `ours`: the case was there first. `mark` is a digest of how
-- the request stood when it was last looked at; case_version is the case's newest version, `told` the newest that the
-- other server knows of.
-- reference
CREATE TABLE open311_link (
  id BIGINT NOT NULL PRIMARY KEY,
  connection BIGINT NOT NULL,
  service TEXT NOT NULL,
  remote TEXT NOT NULL,
  token TEXT NOT NULL,
  case_id BIGINT NOT NULL,
  ours BIGINT NOT NULL CHECK (ours IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'unsure', 'linked', 'refused', 'conflict')),
  status TEXT NOT NULL,
  mark TEXT NOT NULL,
  case_version BIGINT NOT NULL,
  told BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  problem TEXT NOT NULL,
  checked_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX open311_link_remote ON open311_link (connection, remote) WHERE remote <> '';
CREATE UNIQUE INDEX open311_link_case ON open311_link (connection, case_id) WHERE case_id > 0;
CREATE INDEX open311_link_of_case ON open311_link (case_id);
CREATE INDEX open311_link_state ON open311_link (connection, state, checked_at);
CREATE INDEX open311_link_untold ON open311_link (connection, id) WHERE case_version > told;
