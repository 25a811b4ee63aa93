-- name: add_comparison
INSERT INTO registry_comparison (id, title, sealed_title, purpose, left_resource, right_resource, region, left_region, right_region,
  mode, keep_days, areas, reason, state, asked_by, asked_at, decided_by, decided_at, answer, left_count, right_count, matched,
  finished_at, expires_at, row_version)
VALUES ($1, '', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'asked', $13, $14, '', NULL, NULL, 0, 0, 0, NULL, NULL, 1)

-- part: comparison_columns
id, title, purpose, left_resource, right_resource, region, mode, keep_days, areas, reason, state, asked_by, asked_at, decided_by,
  decided_at, answer, left_count, right_count, matched, finished_at, expires_at, row_version, failure,
  sealed_title, left_region, right_region, certain

-- name: comparison_by_id
SELECT {comparison_columns} FROM registry_comparison WHERE id = $1

-- name: page_of_comparisons
SELECT {comparison_columns} FROM registry_comparison WHERE id < $1 AND ($3 = '' OR asked_by = $3) ORDER BY id DESC LIMIT $2

-- name: decide_comparison
UPDATE registry_comparison SET state = $3, decided_by = $4, decided_at = $5, answer = $6, row_version = row_version + 1
WHERE id = $1 AND row_version = $2

-- name: take_comparison
UPDATE registry_comparison SET row_version = row_version + 1 WHERE id = $1 AND row_version = $2 AND state = 'approved'

-- name: hold_comparison @sqlite
UPDATE registry_comparison SET id = id WHERE id = $1 AND row_version = $2 AND state = 'approved'
-- name: hold_comparison @postgres
SELECT 1 FROM registry_comparison WHERE id = $1 AND row_version = $2 AND state = 'approved' FOR SHARE

-- name: finish_comparison
UPDATE registry_comparison SET state = $3, left_count = $4, right_count = $5, matched = $6, finished_at = $7, expires_at = $8,
  failure = $9, certain = $10, row_version = row_version + 1
WHERE id = $1 AND row_version = $2

-- name: expire_comparison
UPDATE registry_comparison SET state = 'expired', row_version = row_version + 1 WHERE id = $1 AND row_version = $2

-- name: add_comparison_item
INSERT INTO registry_comparison_item (comparison, line, identifier) VALUES ($1, $2, $3)

-- name: comparison_items
SELECT line, identifier FROM registry_comparison_item WHERE comparison = $1 AND line > $2 ORDER BY line LIMIT $3

-- name: drop_comparison_items
DELETE FROM registry_comparison_item WHERE comparison = $1

-- name: comparison_matches
SELECT number, subject, left_record, left_line, right_record, region, certainty FROM registry_comparison_match
WHERE comparison = $1 AND number > $2 ORDER BY number LIMIT $3

-- name: count_matches_by_region
SELECT region, count(*) FROM registry_comparison_match WHERE comparison = $1 GROUP BY region ORDER BY region

-- name: drop_comparison_matches
DELETE FROM registry_comparison_match WHERE comparison = $1
