-- The Merkle log over audit_entry (docs/formats/audit-log.md). Positions count from 0 without gaps.

-- One leaf per entry: which entry, and the salted commitment that the tree holds. A destroyed entry leaves an empty salt.
-- distributed by: position
CREATE TABLE audit_leaf (
  position BIGINT NOT NULL PRIMARY KEY,
  xact BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  shard BIGINT NOT NULL,
  salt BYTEA NOT NULL,
  commitment BYTEA NOT NULL
);
CREATE INDEX audit_leaf_entry ON audit_leaf (xact, sequence);

-- The tree's hashes, 256 to a tile (crypto/merkle.h).
-- reference
CREATE TABLE audit_tile (
  level BIGINT NOT NULL,
  tile BIGINT NOT NULL,
  hashes BYTEA NOT NULL,
  PRIMARY KEY (level, tile)
);

-- Signed tree heads, one a minute at most.
-- reference
CREATE TABLE audit_head (
  size BIGINT NOT NULL PRIMARY KEY,
  root BYTEA NOT NULL,
  signed_at BIGINT NOT NULL,
  public_key BYTEA NOT NULL,
  signature BYTEA NOT NULL
);
