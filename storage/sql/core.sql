-- The core's statements. On PostgreSQL a transaction's number in the feed is its xid plus the database's offset
-- (feed_offset): $1 of put_event and put_audit and $6 of put_idempotency are the whole number on SQLite, the offset there.

-- name: put_event @sqlite
INSERT INTO feed (xact, sequence, shard, committed_at, kind, body) VALUES ($1, $2, $3, $4, $5, $6)
-- name: put_event @postgres
INSERT INTO feed (xact, sequence, shard, committed_at, kind, body)
VALUES (pg_current_xact_id()::text::bigint + $1, $2, $3, $4, $5, $6) RETURNING xact

-- name: put_audit @sqlite
INSERT INTO audit_entry (xact, sequence, shard, committed_at, actor, event, subject, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
-- name: put_audit @postgres
INSERT INTO audit_entry (xact, sequence, shard, committed_at, actor, event, subject, detail)
VALUES (pg_current_xact_id()::text::bigint + $1, $2, $3, $4, $5, $6, $7, $8)

-- name: find_idempotency
SELECT body_hash, answer, xact, sequence FROM idempotency WHERE actor = $1 AND operation = $2 AND request_key = $3

-- name: put_idempotency @sqlite
INSERT INTO idempotency (actor, operation, request_key, body_hash, answer, xact, sequence, committed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
-- name: put_idempotency @postgres
INSERT INTO idempotency (actor, operation, request_key, body_hash, answer, xact, sequence, committed_at)
VALUES ($1, $2, $3, $4, $5, pg_current_xact_id()::text::bigint + $6, $7, $8)
ON CONFLICT (actor, operation, request_key) DO NOTHING

-- name: feed_head @sqlite
SELECT xact, sequence FROM feed ORDER BY xact DESC, sequence DESC LIMIT 1
-- name: feed_head @postgres
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT xact_offset FROM feed_offset), 0

-- name: last_xact @sqlite
SELECT max(coalesce((SELECT max(xact) FROM feed), 0), coalesce((SELECT max(xact) FROM audit_entry), 0))
-- name: last_xact @postgres
SELECT pg_current_xact_id()::text::bigint

-- name: read_offset
SELECT xact_offset FROM feed_offset WHERE name = 'feed'

-- Rows numbered beyond what the server has reached came from another one: what is written from now on comes behind them.
-- name: settle_offset @sqlite
UPDATE feed_offset SET xact_offset = 0 WHERE name = 'feed' AND xact_offset <> 0
-- name: settle_offset @postgres
-- scatter: looks at the whole feed once, at the start
UPDATE feed_offset SET xact_offset = seen.last + 1
FROM (SELECT greatest((SELECT coalesce(max(xact), 0) FROM feed), (SELECT coalesce(max(xact), 0) FROM audit_entry),
                      (SELECT coalesce(max(xact), 0) FROM consumer_cursor)) AS last) AS seen
WHERE name = 'feed' AND seen.last >= xact_offset + pg_snapshot_xmax(pg_current_snapshot())::text::bigint

-- name: feed_after @sqlite
-- scatter: consumers read the whole feed
SELECT xact, sequence, committed_at, shard, kind, body FROM feed
WHERE (xact, sequence) > ($1, $2) ORDER BY xact, sequence LIMIT $3
-- name: feed_after @postgres
-- scatter: consumers read the whole feed
SELECT xact, sequence, committed_at, shard, kind, body FROM feed
WHERE (xact, sequence) > ($1, $2)
  AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT xact_offset FROM feed_offset)
ORDER BY xact, sequence LIMIT $3

-- name: newest_readable @sqlite
-- scatter: consumers read the whole feed
SELECT xact, sequence FROM feed ORDER BY xact DESC, sequence DESC LIMIT 1
-- name: newest_readable @postgres
-- scatter: consumers read the whole feed
SELECT xact, sequence FROM feed
WHERE xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT xact_offset FROM feed_offset)
ORDER BY xact DESC, sequence DESC LIMIT 1

-- name: read_cursor
SELECT xact, sequence FROM consumer_cursor WHERE name = $1

-- The row is born by a consumer that starts at the beginning; from then on the old position must stand.
-- name: move_cursor
INSERT INTO consumer_cursor (name, xact, sequence)
SELECT CAST($1 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT)
WHERE (CAST($2 AS BIGINT) = 0 AND CAST($3 AS BIGINT) = 0)
   OR EXISTS (SELECT 1 FROM consumer_cursor WHERE name = CAST($1 AS TEXT))
ON CONFLICT (name) DO UPDATE SET xact = excluded.xact, sequence = excluded.sequence
WHERE consumer_cursor.xact = CAST($2 AS BIGINT) AND consumer_cursor.sequence = CAST($3 AS BIGINT)

-- name: add_timer
INSERT INTO timer (id, due, kind, body, attempt, lease_owner, lease_until) VALUES ($1, $2, $3, $4, 0, '', 0)

-- name: complete_timer
DELETE FROM timer WHERE id = $1 AND lease_owner = $2 AND attempt = $3

-- name: postpone_timer
UPDATE timer SET due = $4, lease_owner = '', lease_until = 0 WHERE id = $1 AND lease_owner = $2 AND attempt = $3

-- name: claim_timers @sqlite
UPDATE timer SET lease_owner = $1, lease_until = $2, attempt = attempt + 1
WHERE id IN (SELECT id FROM timer WHERE kind = $3 AND due <= $4 AND lease_until <= $4 ORDER BY due, id LIMIT $5)
RETURNING id, due, kind, body, attempt
-- name: claim_timers @postgres
UPDATE timer SET lease_owner = $1, lease_until = $2, attempt = attempt + 1
WHERE id IN (SELECT id FROM timer WHERE kind = $3 AND due <= $4 AND lease_until <= $4 ORDER BY due, id LIMIT $5
             FOR UPDATE SKIP LOCKED)
RETURNING id, due, kind, body, attempt

-- name: take_lease
INSERT INTO lease (name, owner, lease_until) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until
WHERE lease.owner = excluded.owner OR lease.lease_until <= $4
RETURNING name

-- name: take_ids
UPDATE id_block SET next_id = next_id + $1 WHERE name = 'ids' RETURNING next_id

-- Which steps have landed. The row with the empty module is the lock that processes starting at once stand in line for.
-- name: create_landed
-- reference
CREATE TABLE IF NOT EXISTS landed_migration (
  module TEXT NOT NULL,
  number BIGINT NOT NULL,
  title TEXT NOT NULL,
  digest TEXT NOT NULL,
  landed_at BIGINT NOT NULL,
  PRIMARY KEY (module, number)
)

-- name: create_landing_lock
INSERT INTO landed_migration (module, number, title, digest, landed_at) VALUES ('', 0, 'lock', '', 0)
ON CONFLICT (module, number) DO NOTHING

-- name: lock_landing @sqlite
SELECT module FROM landed_migration WHERE module = '' AND number = 0
-- name: lock_landing @postgres
SELECT module FROM landed_migration WHERE module = '' AND number = 0 FOR UPDATE

-- name: find_landed
SELECT number, digest FROM landed_migration WHERE module = $1

-- name: put_landed
INSERT INTO landed_migration (module, number, title, digest, landed_at) VALUES ($1, $2, $3, $4, $5)
