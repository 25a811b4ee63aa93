-- What the doctor asks a database; without parameters, since it looks through a snapshot (storage/snapshot.h).

-- name: landed_steps
SELECT module, number FROM landed_migration WHERE module <> '' ORDER BY module, number

-- name: engine_version @sqlite
SELECT 'SQLite ' || sqlite_version(), 0
-- name: engine_version @postgres
SELECT 'PostgreSQL ' || current_setting('server_version'), CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)

-- name: newest_event
-- scatter: looks at the end of the whole feed
SELECT committed_at FROM feed ORDER BY xact DESC, sequence DESC LIMIT 1

-- How many events each consumer has still to take (counted up to 100,001) and when the oldest of them was committed.
-- name: consumers_behind
-- scatter: consumers read the whole feed
SELECT c.name,
       (SELECT count(*) FROM (SELECT 1 FROM feed f WHERE (f.xact, f.sequence) > (c.xact, c.sequence) LIMIT 100001) AS newer),
       (SELECT f.committed_at FROM feed f WHERE (f.xact, f.sequence) > (c.xact, c.sequence) ORDER BY f.xact, f.sequence LIMIT 1)
FROM consumer_cursor c ORDER BY c.name

-- name: record_tables
SELECT resource, shape FROM resource_table ORDER BY resource

-- Waiting, running, failed; a running one that nobody holds was interrupted.
-- name: unfinished_batches
SELECT b.id, b.state, coalesce((SELECT l.lease_until FROM lease l WHERE l.name = 'batch:' || b.id), 0)
FROM batch b WHERE b.state IN ('queued', 'running', 'failed') ORDER BY b.id

-- name: open_uploads
SELECT id FROM upload WHERE batch IS NULL ORDER BY id

-- name: losing_settings @sqlite
SELECT '' AS name, '' AS setting WHERE 1 = 0
-- name: losing_settings @postgres
SELECT name, setting FROM pg_settings
WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name

-- Transactions that have written and stay open: nobody reads the feed past them.
-- name: long_transactions @sqlite
SELECT 0 AS pid, '' AS who, 0 AS seconds WHERE 1 = 0
-- name: long_transactions @postgres
SELECT pid, coalesce(usename, '') || ' ' || coalesce(application_name, ''),
       CAST(extract(epoch FROM clock_timestamp() - xact_start) AS BIGINT)
FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND clock_timestamp() - xact_start > interval '10 seconds'
ORDER BY xact_start LIMIT 20

-- name: connections_left @sqlite
SELECT 1000 AS connections
-- name: connections_left @postgres
SELECT CAST(current_setting('max_connections') AS BIGINT) - CAST(current_setting('superuser_reserved_connections') AS BIGINT)
       - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
