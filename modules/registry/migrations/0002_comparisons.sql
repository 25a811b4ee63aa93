-- Comparisons of two resources' people, or of a list with one resource's. `areas`: ids of the regions that the asker saw
-- when asking, "*" for everywhere. `reason` and `answer` are sealed.
-- reference
CREATE TABLE registry_comparison (
  id BIGINT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  purpose TEXT NOT NULL,
  left_resource TEXT NOT NULL,
  right_resource TEXT NOT NULL,
  region TEXT NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('list', 'regions', 'flags')),
  keep_days BIGINT NOT NULL,
  areas TEXT NOT NULL,
  reason BYTEA NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'declined', 'done', 'failed', 'expired')),
  asked_by TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at BIGINT,
  answer BYTEA,
  left_count BIGINT NOT NULL,
  right_count BIGINT NOT NULL,
  matched BIGINT NOT NULL,
  finished_at BIGINT,
  expires_at BIGINT,
  row_version BIGINT NOT NULL,
  CHECK (decided_by <> asked_by)
);

-- An uploaded list: keyed hashes of its numbers, by their line.
-- reference
CREATE TABLE registry_comparison_item (
  comparison BIGINT NOT NULL,
  line BIGINT NOT NULL,
  identifier BYTEA NOT NULL,
  PRIMARY KEY (comparison, line)
);

-- Who was met: of a list also by line, where left_record is 0.
-- reference
CREATE TABLE registry_comparison_match (
  comparison BIGINT NOT NULL,
  number BIGINT NOT NULL,
  subject BIGINT NOT NULL,
  left_record BIGINT NOT NULL,
  left_line BIGINT NOT NULL,
  right_record BIGINT NOT NULL,
  region BIGINT NOT NULL,
  certainty BIGINT NOT NULL,
  PRIMARY KEY (comparison, number)
);
