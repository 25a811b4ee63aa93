-- Who speaks for a child (监护人) until the child's fourteenth birthday, by a request that was granted and carried out; `id` is the
-- request's, in which names and numbers stand sealed. Hashes are those of rights_request.person_hash.
-- reference
CREATE TABLE guardianship (
  id BIGINT NOT NULL PRIMARY KEY,
  guardian_hash BYTEA NOT NULL,
  child_hash BYTEA NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL,
  ended_at BIGINT,
  ended_by TEXT NOT NULL,
  row_version BIGINT NOT NULL,
  CHECK (until > since)
);
CREATE INDEX guardianship_guardian ON guardianship (guardian_hash, id);
