-- name: slice_number
SELECT slices FROM resource_table WHERE resource = $1

-- name: take_slice_number
UPDATE resource_table SET slices = $2 + 1 WHERE resource = $1 AND slices = $2 AND COALESCE(takes, $3) = $3

-- name: hold_slice_number @sqlite
UPDATE resource_table SET resource = resource WHERE resource = $1 AND slices = $2 AND COALESCE(takes, $3) = $3
-- name: hold_slice_number @postgres
SELECT 1 FROM resource_table WHERE resource = $1 AND slices = $2 AND COALESCE(takes, $3) = $3 FOR SHARE

-- name: add_slice
INSERT INTO record_slice (resource, first_id, row_count, live, revision, changed, resource_version, batch, known_from, known_to, gone, block_rows)
VALUES ($1, $2, $3, $3, 1, $4, $5, $6, $7, NULL, $8, $9)

-- name: add_slice_body
INSERT INTO record_slice_body (resource, first_id, row_keys, places, body) VALUES ($1, $2, $3, $4, $5)

-- name: add_slice_block
INSERT INTO record_slice_block (resource, first_id, block, body) VALUES ($1, $2, $3, $4)

-- name: add_eight_slice_blocks
INSERT INTO record_slice_block (resource, first_id, block, body) VALUES
  ($1, $2, $3, $4),
  ($5, $6, $7, $8),
  ($9, $10, $11, $12),
  ($13, $14, $15, $16),
  ($17, $18, $19, $20),
  ($21, $22, $23, $24),
  ($25, $26, $27, $28),
  ($29, $30, $31, $32)

-- name: take_from_slice
UPDATE record_slice SET gone = $4, live = $5, revision = revision + 1
WHERE resource = $1 AND first_id = $2 AND revision = $3 AND known_to IS NULL

-- One row is emptied for good: whoever knows its key learns of it by the slice number.
-- name: empty_slice_row
UPDATE record_slice SET gone = $4, live = $5, changed = $6, revision = revision + 1
WHERE resource = $1 AND first_id = $2 AND revision = $3

-- name: change_slice_body
UPDATE record_slice_body SET row_keys = $3, places = $4, body = $5 WHERE resource = $1 AND first_id = $2

-- name: change_slice_block
UPDATE record_slice_block SET body = $4 WHERE resource = $1 AND first_id = $2 AND block = $3

-- name: hold_slice @sqlite
UPDATE record_slice SET revision = revision WHERE resource = $1 AND first_id = $2 AND revision = $3
-- name: hold_slice @postgres
SELECT 1 FROM record_slice WHERE resource = $1 AND first_id = $2 AND revision = $3 FOR SHARE

-- name: end_slice
UPDATE record_slice SET known_to = $5, live = 0, changed = $4, revision = revision + 1
WHERE resource = $1 AND first_id = $2 AND revision = $3 AND known_to IS NULL

-- name: slices_of_batch
SELECT first_id, row_count, live, revision, changed, resource_version, batch, known_from, known_to, gone, block_rows
FROM record_slice WHERE resource = $1 AND batch = $2 AND live > 0 ORDER BY first_id DESC LIMIT $3

-- name: slice_at
SELECT first_id, row_count, live, revision, changed, resource_version, batch, known_from, known_to, gone, block_rows
FROM record_slice WHERE resource = $1 AND first_id <= $2 ORDER BY first_id DESC LIMIT 1

-- name: page_of_slices
SELECT first_id, row_count, live, revision, changed, resource_version, batch, known_from, known_to, gone, block_rows
FROM record_slice WHERE resource = $1 AND first_id < $2 AND live > 0 ORDER BY first_id DESC LIMIT $3

-- name: changed_slices
SELECT first_id, row_count, live, revision, changed, resource_version, batch, known_from, known_to, gone, block_rows
FROM record_slice WHERE resource = $1 AND changed > $2 ORDER BY first_id

-- name: slice_keys
SELECT row_keys FROM record_slice_body WHERE resource = $1 AND first_id = $2

-- name: slice_body
SELECT places, body FROM record_slice_body WHERE resource = $1 AND first_id = $2

-- name: slice_block
SELECT body FROM record_slice_block WHERE resource = $1 AND first_id = $2 AND block = $3

-- The beginnings of what stands sealed: they name its keys.
-- name: block_marks
SELECT substr(body, 1, $4) FROM record_slice_block WHERE resource = $1 AND first_id = $2 AND (block = 0 OR block = $3)

-- name: body_mark
SELECT substr(body, 1, $3) FROM record_slice_body WHERE resource = $1 AND first_id = $2

-- name: slice_places
SELECT places FROM record_slice_body WHERE resource = $1 AND first_id = $2

-- name: packed_records
SELECT CAST(COALESCE(SUM(live), 0) AS BIGINT) FROM record_slice WHERE resource = $1 AND live > 0

-- name: erase_slice_body
DELETE FROM record_slice_body WHERE resource = $1 AND first_id = $2

-- name: erase_slice_blocks
DELETE FROM record_slice_block WHERE resource = $1 AND first_id = $2

-- name: has_slice_body
SELECT 1 FROM record_slice_body WHERE resource = $1 AND first_id = $2

-- name: standing_slices
SELECT s.first_id, s.row_count, s.live, s.revision, s.changed, s.resource_version, s.batch, s.known_from, s.known_to, s.gone, s.block_rows
FROM record_slice s JOIN record_slice_body b ON b.resource = s.resource AND b.first_id = s.first_id
WHERE s.resource = $1 AND b.resource = $1 AND s.known_from < $2 ORDER BY s.first_id LIMIT $3

-- Slices that ended and whose bytes stand.
-- name: ended_slices
SELECT s.first_id, s.row_count, s.live, s.revision, s.changed, s.resource_version, s.batch, s.known_from, s.known_to, s.gone, s.block_rows
FROM record_slice s JOIN record_slice_body b ON b.resource = s.resource AND b.first_id = s.first_id
WHERE s.resource = $1 AND b.resource = $1 AND s.known_to IS NOT NULL ORDER BY s.first_id

-- name: count_standing_slices
SELECT CAST(COALESCE(SUM(s.row_count), 0) AS BIGINT), CAST(COALESCE(SUM(s.live), 0) AS BIGINT)
FROM record_slice s JOIN record_slice_body b ON b.resource = s.resource AND b.first_id = s.first_id
WHERE s.resource = $1 AND b.resource = $1 AND s.known_from < $2
