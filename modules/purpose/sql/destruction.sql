-- name: resources_under_destruction
SELECT resource FROM destruction_item WHERE state = 'running' AND action = 'destroy' AND before IS NULL

-- Resources about which something is decided already and not yet done.
-- name: resources_awaiting_destruction
SELECT resource, action FROM destruction_item WHERE state IN ('waiting', 'running') AND before IS NULL

-- Resources whose last decided item sealed them.
-- name: sealed_items
SELECT i.resource, i.destruction, i.basis_zh, i.basis_en, d.finished_at, d.order_number, d.cause
FROM destruction_item i JOIN destruction d ON d.id = i.destruction
WHERE i.action = 'seal' AND i.state = 'done' ORDER BY i.destruction

-- name: page_of_destructions
SELECT id, cause, ordered_by, order_number, purposes, state, foretold, ordered_at, due_at, started_at, finished_at, report, hash,
       row_version
FROM destruction WHERE id < $1 ORDER BY id DESC LIMIT $2

-- name: destruction_by_id
SELECT id, cause, ordered_by, order_number, purposes, state, foretold, ordered_at, due_at, started_at, finished_at, report, hash,
       row_version
FROM destruction WHERE id = $1

-- name: next_destruction
SELECT id, cause, ordered_by, order_number, purposes, state, foretold, ordered_at, due_at, started_at, finished_at, report, hash,
       row_version
FROM destruction WHERE state IN ('waiting', 'running') AND due_at <= $1 ORDER BY due_at, id LIMIT 1

-- name: items_of_destruction
SELECT resource, action, state, stage, basis_zh, basis_en, before, records, versions, refused, batches, files, answers,
       keys_destroyed, key_ids, row_version, cases, photos
FROM destruction_item WHERE destruction = $1 ORDER BY resource

-- name: add_destruction
INSERT INTO destruction (id, cause, ordered_by, order_number, purposes, state, foretold, ordered_at, due_at, started_at,
                         finished_at, report, hash, row_version)
VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7, $8, NULL, NULL, '', '', 1)

-- name: add_destruction_item
INSERT INTO destruction_item (destruction, resource, action, state, stage, basis_zh, basis_en, before, records, versions,
                              refused, batches, files, answers, keys_destroyed, key_ids, row_version)
VALUES ($1, $2, $3, 'waiting', '', $4, $5, $6, 0, 0, 0, 0, 0, 0, 0, '', 1)

-- name: start_destruction
UPDATE destruction SET state = 'running', started_at = $3, row_version = row_version + 1
WHERE id = $1 AND row_version = $2 AND state = 'waiting'

-- name: finish_destruction
UPDATE destruction SET state = 'done', finished_at = $3, report = $4, hash = $5, row_version = row_version + 1
WHERE id = $1 AND row_version = $2 AND state = 'running'

-- name: move_item
UPDATE destruction_item SET state = $4, stage = $5, records = $6, versions = $7, refused = $8, batches = $9, files = $10,
  answers = $11, keys_destroyed = $12, key_ids = $13, cases = $14, photos = $15, row_version = row_version + 1
WHERE destruction = $1 AND resource = $2 AND row_version = $3
