-- name: add_upload
INSERT INTO upload (id, resource, filename, bytes, sha256, started_at, touched_at) VALUES ($1, $2, $3, $4, $5, $6, $6)

-- name: find_upload
SELECT id, resource, filename, bytes, sha256, received, content, batch, started_at, touched_at FROM upload WHERE id = $1

-- One of the same file that is still under way.
-- name: find_same_upload
SELECT id, resource, filename, bytes, sha256, received, content, batch, started_at, touched_at FROM upload
WHERE resource = $1 AND sha256 = $2 AND bytes = $3 AND batch IS NULL ORDER BY id LIMIT 1

-- name: count_open_uploads
SELECT count(*), coalesce(sum(bytes - received), 0) FROM upload WHERE batch IS NULL

-- Acknowledges a piece; expects that nobody else did meanwhile.
-- name: move_upload
UPDATE upload SET received = $3, touched_at = $4 WHERE id = $1 AND received = $2 AND batch IS NULL

-- name: note_upload_content
UPDATE upload SET content = $2, touched_at = $3 WHERE id = $1 AND received = bytes

-- name: end_upload
UPDATE upload SET batch = $2, touched_at = $3 WHERE id = $1

-- name: remove_upload
DELETE FROM upload WHERE id = $1

-- Expects that nobody has touched it since.
-- name: remove_abandoned_upload
DELETE FROM upload WHERE id = $1 AND touched_at < $2

-- name: abandoned_uploads
SELECT id, resource, filename, bytes, sha256, received, content, batch, started_at, touched_at FROM upload
WHERE touched_at < $1 ORDER BY id LIMIT 100

-- What a backup takes along beside the rows: whole files of batches that wait (-1), and of an upload what has been received.
-- name: waiting_files
SELECT id, path, -1 FROM batch WHERE state IN ('queued', 'running') ORDER BY id

-- name: move_waiting_file
UPDATE batch SET path = $2 WHERE id = $1

-- Pieces stand in the uploads folder under this name, or by the id alone (from before, or restored).
-- name: upload_files
SELECT id, id || '.' || resource || '.pieces', received FROM upload WHERE batch IS NULL AND received > 0 ORDER BY id
