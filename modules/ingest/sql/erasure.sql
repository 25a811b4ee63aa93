-- Batches of which more is known than their counts. `$4` 0 takes those that wait too.
-- name: batches_to_empty
SELECT id, path FROM batch
WHERE resource = $1 AND path <> '' AND started_at < $2 AND ($4 = 0 OR state IN ('done', 'failed')) ORDER BY id LIMIT $3

-- name: count_batches_to_empty
SELECT count(*) FROM batch
WHERE resource = $1 AND path <> '' AND started_at < $2 AND ($3 = 0 OR state IN ('done', 'failed'))

-- The counts stay. What waits is not loaded any more; the same file may come again.
-- name: empty_batch @sqlite
UPDATE batch SET path = '', filename = '', content = CAST('destroyed ' || id AS BLOB), notes = '',
  error = CASE WHEN state IN ('queued', 'running') THEN $2 ELSE error END,
  finished_at = CASE WHEN state IN ('queued', 'running') THEN $3 ELSE finished_at END,
  state = CASE WHEN state IN ('queued', 'running') THEN 'failed' ELSE state END
WHERE id = $1 AND path <> ''
-- name: empty_batch @postgres
UPDATE batch SET path = '', filename = '', content = convert_to('destroyed ' || id, 'UTF8'), notes = '',
  error = CASE WHEN state IN ('queued', 'running') THEN $2 ELSE error END,
  finished_at = CASE WHEN state IN ('queued', 'running') THEN $3 ELSE finished_at END,
  state = CASE WHEN state IN ('queued', 'running') THEN 'failed' ELSE state END
WHERE id = $1 AND path <> ''

-- name: drop_batch_columns
DELETE FROM batch_columns WHERE batch = $1

-- name: uploads_of_resource
SELECT id FROM upload WHERE resource = $1 AND started_at < $2 ORDER BY id LIMIT $3

-- name: count_uploads_of_resource
SELECT count(*) FROM upload WHERE resource = $1 AND started_at < $2

-- name: refused_of_resource
-- scatter: its batches have them
SELECT batch, line FROM refused_row
WHERE batch IN (SELECT id FROM batch WHERE resource = $1 AND started_at < $2 AND ($4 = 0 OR state IN ('done', 'failed')))
ORDER BY batch, line LIMIT $3

-- name: count_refused_of_resource
-- scatter: its batches have them
SELECT count(*) FROM refused_row
WHERE batch IN (SELECT id FROM batch WHERE resource = $1 AND started_at < $2 AND ($3 = 0 OR state IN ('done', 'failed')))

-- name: erase_refused
DELETE FROM refused_row WHERE batch = $1 AND line <= $2

-- name: is_emptied_batch
SELECT 1 FROM batch WHERE id = $1 AND path = ''

-- name: count_restored
SELECT count(*) FROM batch_withdrawal WHERE resource = $1 AND restored > 0

-- name: is_upload
SELECT 1 FROM upload WHERE id = $1
