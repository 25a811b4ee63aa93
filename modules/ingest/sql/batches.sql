-- name: add_batch
INSERT INTO batch (id, resource, content, filename, path, state, format, encoding, bytes_total, started_at)
VALUES ($1, $2, $3, $4, $5, 'queued', '', '', $6, $7)

-- name: find_batch
SELECT id, resource, content, filename, path, state, format, encoding, rows_read, accepted, cleaned, unchanged, updated, refused,
       bytes_done, bytes_total, resume_offset, resume_line, reasons, error, started_at, finished_at, notes,
       repairs, mended, withdrawal
FROM batch WHERE id = $1

-- name: find_batch_of_content
SELECT id, resource, content, filename, path, state, format, encoding, rows_read, accepted, cleaned, unchanged, updated, refused,
       bytes_done, bytes_total, resume_offset, resume_line, reasons, error, started_at, finished_at, notes,
       repairs, mended, withdrawal
FROM batch WHERE resource = $1 AND content = $2

-- name: page_of_batches
SELECT id, resource, content, filename, path, state, format, encoding, rows_read, accepted, cleaned, unchanged, updated, refused,
       bytes_done, bytes_total, resume_offset, resume_line, reasons, error, started_at, finished_at, notes,
       repairs, mended, withdrawal
FROM batch WHERE id < $1 AND ($2 = '' OR resource = $2) ORDER BY id DESC LIMIT $3

-- name: unfinished_batches
SELECT id, resource, content, filename, path, state, format, encoding, rows_read, accepted, cleaned, unchanged, updated, refused,
       bytes_done, bytes_total, resume_offset, resume_line, reasons, error, started_at, finished_at, notes,
       repairs, mended, withdrawal
FROM batch WHERE state IN ('queued', 'running') ORDER BY id

-- Moves a batch on; expects that nobody else did since it was read (resume_offset and state as they were).
-- name: move_batch
UPDATE batch SET state = $2, format = $3, encoding = $4, rows_read = $5, accepted = $6, cleaned = $7, unchanged = $8, updated = $9,
  refused = $10, bytes_done = $11, resume_offset = $12, resume_line = $13, reasons = $14, started_at = $16
WHERE id = $1 AND resume_offset = $15 AND state IN ('queued', 'running')

-- name: note_batch
UPDATE batch SET notes = $2 WHERE id = $1

-- name: finish_batch
UPDATE batch SET state = $2, error = $3, finished_at = $4 WHERE id = $1 AND state IN ('queued', 'running')

-- A failed batch may be sent again: it starts anew under the same id.
-- name: requeue_batch
UPDATE batch SET state = 'queued', path = $2, error = '', finished_at = NULL, started_at = $3
WHERE id = $1 AND state = 'failed' AND withdrawal = ''

-- name: add_refused_row
INSERT INTO refused_row (batch, line, field, reason, arguments, original, sealed_as) VALUES ($1, $2, $3, $4, $5, $6, 1)

-- name: page_of_refused_rows
SELECT r.line, r.field, r.reason, r.arguments, r.original, r.state, r.root_batch, r.root_line, r.mended_batch, r.mended_line,
       r.closed_at, r.batch, b.resource, r.sealed_as
FROM refused_row r JOIN batch b ON b.id = r.batch
WHERE r.batch = $1 AND r.line > $2 AND ($4 = '' OR r.state = $4) ORDER BY r.line LIMIT $3
