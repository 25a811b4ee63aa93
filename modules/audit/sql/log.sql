-- name: entries_after @sqlite
-- scatter: the sequencer reads all entries
SELECT xact, sequence, shard, committed_at, actor, event, subject, detail FROM audit_entry
WHERE (xact, sequence) > ($1, $2) ORDER BY xact, sequence LIMIT $3
-- name: entries_after @postgres
-- scatter: the sequencer reads all entries
SELECT xact, sequence, shard, committed_at, actor, event, subject, detail FROM audit_entry
WHERE (xact, sequence) > ($1, $2) AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY xact, sequence LIMIT $3

-- name: log_size
-- scatter: one number of the whole log
SELECT coalesce(max(position) + 1, 0) FROM audit_leaf

-- name: find_tile
SELECT hashes FROM audit_tile WHERE level = $1 AND tile = $2

-- name: put_tile
INSERT INTO audit_tile (level, tile, hashes) VALUES ($1, $2, $3)
ON CONFLICT (level, tile) DO UPDATE SET hashes = $3

-- name: last_head
SELECT size, root, signed_at, public_key, signature FROM audit_head ORDER BY size DESC LIMIT 1

-- name: heads_from
SELECT size, root, signed_at, public_key, signature FROM audit_head WHERE size >= $1 ORDER BY size LIMIT $2

-- name: put_head
INSERT INTO audit_head (size, root, signed_at, public_key, signature) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (size) DO NOTHING

-- Entries with their place in the log; a leaf without its entry has NULL in the entry's columns.
-- name: leaves_from
-- scatter: the log is read in its order
SELECT l.position, l.salt, l.commitment, l.xact, l.sequence, e.committed_at, e.actor, e.event, e.subject, e.detail
FROM audit_leaf AS l LEFT JOIN audit_entry AS e ON e.xact = l.xact AND e.sequence = l.sequence AND e.shard = l.shard
WHERE l.position >= $1 ORDER BY l.position LIMIT $2

-- Newest first. Texts are compared whole; an event ending in a dot stands for all that begin with it. $1, $2: before.
-- name: search_entries
-- scatter: auditors look at everything
SELECT e.xact, e.sequence, e.committed_at, e.actor, e.event, e.subject, e.detail, l.position
FROM audit_entry AS e LEFT JOIN audit_leaf AS l ON l.xact = e.xact AND l.sequence = e.sequence AND l.shard = e.shard
WHERE (e.xact, e.sequence) < ($1, $2)
  AND (CAST($3 AS TEXT) = '' OR e.actor = CAST($3 AS TEXT))
  AND (CAST($4 AS TEXT) = '' OR e.event = CAST($4 AS TEXT)
       OR (CAST($4 AS TEXT) LIKE '%.' AND substr(e.event, 1, length(CAST($4 AS TEXT))) = CAST($4 AS TEXT)))
  AND (CAST($5 AS TEXT) = '' OR e.subject = CAST($5 AS TEXT))
  AND e.committed_at >= $6 AND e.committed_at < $7
ORDER BY e.xact DESC, e.sequence DESC LIMIT $8

-- name: count_unlogged
-- scatter: verification
SELECT count(*) FROM audit_entry AS e
WHERE (e.xact, e.sequence) <= ($1, $2)
  AND NOT EXISTS (SELECT 1 FROM audit_leaf AS l WHERE l.xact = e.xact AND l.sequence = e.sequence AND l.shard = e.shard)

-- name: forget_entry
DELETE FROM audit_entry WHERE xact = $1 AND sequence = $2 AND shard = $3

-- name: forget_salt
UPDATE audit_leaf SET salt = $2 WHERE position = $1 AND salt <> $2

-- name: leaf_shard
SELECT shard FROM audit_leaf WHERE position = $1

-- name: count_waiting
-- scatter: verification
SELECT count(*) FROM audit_entry WHERE (xact, sequence) > ($1, $2)
