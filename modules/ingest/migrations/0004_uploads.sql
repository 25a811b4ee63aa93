-- A file that comes in pieces. `received` bytes of it are on disk and synced. `batch` is set when it has become one; `content`
-- (SHA-256) from the moment it is complete, so that completing may come again.
-- reference
CREATE TABLE upload (
  id BIGINT NOT NULL PRIMARY KEY,
  resource TEXT NOT NULL,
  filename TEXT NOT NULL,
  bytes BIGINT NOT NULL CHECK (bytes > 0),
  sha256 TEXT NOT NULL,
  received BIGINT NOT NULL DEFAULT 0,
  content BYTEA,
  batch BIGINT,
  started_at BIGINT NOT NULL,
  touched_at BIGINT NOT NULL
);
