-- name: entries_after @sqlite
-- scatter: the sequencer reads all entries
SELECT xact, sequence, shard, committed_at, actor, event, subject, detail FROM audit_entry
WHERE (xact, sequence) > ($1, $2) ORDER BY xact, sequence LIMIT $3
-- name: entries_after @postgres
-- scatter: the sequencer reads all entries
SELECT xact, sequence, shard, committed_at, actor, event, subject, detail FROM audit_entry
WHERE (xact, sequence) > ($1, $2) AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT xact_offset FROM feed_offset)
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

-- name: find_head
SELECT size, root, signed_at, public_key, signature FROM audit_head WHERE size = $1

-- Newest first.
-- name: heads_before
SELECT size, root, signed_at, public_key, signature FROM audit_head WHERE size < $1 ORDER BY size DESC LIMIT $2

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

-- Newest first, among the $8 entries before ($1, $2). Texts are compared whole; an event ending in a dot stands for all
-- that begin with it.
-- name: search_entries
-- scatter: auditors look at everything
SELECT xact, sequence, committed_at, actor, event, subject, detail
FROM (SELECT xact, sequence, committed_at, actor, event, subject, detail FROM audit_entry
      WHERE (xact, sequence) < ($1, $2) ORDER BY xact DESC, sequence DESC LIMIT $8) AS looked_at
WHERE (CAST($3 AS TEXT) = '' OR actor = CAST($3 AS TEXT))
  AND (CAST($4 AS TEXT) = '' OR event = CAST($4 AS TEXT)
       OR (CAST($4 AS TEXT) LIKE '%.' AND substr(event, 1, length(CAST($4 AS TEXT))) = CAST($4 AS TEXT)))
  AND (CAST($5 AS TEXT) = '' OR subject = CAST($5 AS TEXT))
  AND committed_at >= $6 AND committed_at < $7
ORDER BY xact DESC, sequence DESC

-- The last of the entries that search_entries looked at; none when they are fewer. $3: how many but one.
-- name: search_end
-- scatter: auditors look at everything
SELECT xact, sequence, committed_at FROM audit_entry
WHERE (xact, sequence) < ($1, $2) ORDER BY xact DESC, sequence DESC LIMIT 1 OFFSET $3

-- name: position_of_entry
-- scatter: the log is spread by position
SELECT position FROM audit_leaf WHERE xact = $1 AND sequence = $2

-- name: unlogged
-- scatter: verification
SELECT e.xact, e.sequence FROM audit_entry AS e
WHERE (e.xact, e.sequence) <= ($1, $2)
  AND NOT EXISTS (SELECT 1 FROM audit_leaf AS l WHERE l.xact = e.xact AND l.sequence = e.sequence AND l.shard = e.shard)
ORDER BY e.xact, e.sequence LIMIT $3

-- name: forget_entry
DELETE FROM audit_entry WHERE xact = $1 AND sequence = $2 AND shard = $3

-- name: forget_salt
UPDATE audit_leaf SET salt = $2 WHERE position = $1 AND salt <> $2

-- name: leaf_shard
SELECT shard FROM audit_leaf WHERE position = $1

-- name: last_leaf
-- scatter: one row of the whole log
SELECT xact, sequence FROM audit_leaf ORDER BY position DESC LIMIT 1

-- name: orders_after
-- scatter: verification
SELECT subject FROM audit_entry WHERE (xact, sequence) > ($1, $2) AND event = 'audit.destroy'

-- name: count_waiting
-- scatter: verification
SELECT count(*) FROM audit_entry WHERE (xact, sequence) > ($1, $2)
