-- name: all_emergencies
SELECT id, region, name, order_number, level, purposes, state, declared_by, declared_at, planned_end, ended_by, end_order,
       ended_at, row_version
FROM emergency ORDER BY id DESC

-- name: add_emergency
INSERT INTO emergency (id, region, name, order_number, level, purposes, state, declared_by, declared_at, planned_end, ended_by,
                       end_order, ended_at, row_version)
VALUES ($1, $2, $3, $4, $5, $6, 'standing', $7, $8, $9, '', '', NULL, 1)

-- name: extend_emergency
UPDATE emergency SET planned_end = $3, row_version = row_version + 1
WHERE id = $1 AND row_version = $2 AND state = 'standing'

-- name: end_emergency
UPDATE emergency SET state = 'ended', ended_by = $3, end_order = $4, ended_at = $5, row_version = row_version + 1
WHERE id = $1 AND row_version = $2 AND state = 'standing'
