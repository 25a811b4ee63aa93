-- One file or upload. `content` is the SHA-256 of its bytes: the same bytes for the same resource are one batch.
-- reference
CREATE TABLE batch (
  id BIGINT NOT NULL PRIMARY KEY,
  resource TEXT NOT NULL,
  content BYTEA NOT NULL,
  filename TEXT NOT NULL,
  path TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
  format TEXT NOT NULL,
  encoding TEXT NOT NULL,
  rows_read BIGINT NOT NULL DEFAULT 0,
  accepted BIGINT NOT NULL DEFAULT 0,
  cleaned BIGINT NOT NULL DEFAULT 0,
  unchanged BIGINT NOT NULL DEFAULT 0,
  updated BIGINT NOT NULL DEFAULT 0,
  refused BIGINT NOT NULL DEFAULT 0,
  bytes_done BIGINT NOT NULL DEFAULT 0,
  bytes_total BIGINT NOT NULL DEFAULT 0,
  resume_offset BIGINT NOT NULL DEFAULT 0,
  resume_line BIGINT NOT NULL DEFAULT 1,
  reasons TEXT NOT NULL DEFAULT '',
  error TEXT NOT NULL DEFAULT '',
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  UNIQUE (resource, content)
);

-- Rows that were not taken, with why and what they said. `arguments` and `original` are sealed.
-- distributed by: batch
CREATE TABLE refused_row (
  batch BIGINT NOT NULL,
  line BIGINT NOT NULL,
  field TEXT NOT NULL,
  reason TEXT NOT NULL,
  arguments BYTEA NOT NULL,
  original BYTEA NOT NULL,
  PRIMARY KEY (batch, line)
);
