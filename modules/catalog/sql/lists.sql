-- name: all_stewards
SELECT department, department_zh, department_en, name, title, appointed_by, appointed_at FROM data_steward ORDER BY department

-- name: put_steward
INSERT INTO data_steward (department, department_zh, department_en, name, title, appointed_by, appointed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: replace_steward
UPDATE data_steward SET department_zh = $2, department_en = $3, name = $4, title = $5, appointed_by = $6, appointed_at = $7
WHERE department = $1 AND name = $8

-- name: all_responsibilities
SELECT id, department, department_zh, department_en, resource, fields, rhythm, basis, origin, since, reminders, reminded_at,
       row_version
FROM responsibility ORDER BY department, resource, fields LIMIT $1

-- name: responsibility_by_id
SELECT id, department, department_zh, department_en, resource, fields, rhythm, basis, origin, since, reminders, reminded_at,
       row_version
FROM responsibility WHERE id = $1

-- name: responsibilities_of_resource
SELECT id, department, department_zh, department_en, resource, fields, rhythm, basis, origin, since, reminders, reminded_at,
       row_version
FROM responsibility WHERE resource = $1 ORDER BY department, fields

-- name: add_responsibility
INSERT INTO responsibility (id, department, department_zh, department_en, resource, fields, rhythm, basis, origin, since,
                            row_version, watched)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, 1)

-- name: change_responsibility
UPDATE responsibility
SET rhythm = $3, basis = $4, reminders = $5, reminded_at = $6, row_version = row_version + 1
WHERE id = $1 AND row_version = $2

-- name: drop_responsibility
DELETE FROM responsibility WHERE id = $1 AND row_version = $2

-- name: page_of_demands
SELECT id, department, department_zh, department_en, title, words, resource, fields, purpose, legal_basis, wanted_by, state,
       answer, answer_resource, answer_reason, promised_for, asked_by, answered_by, delivered_by, closed_by, asked_at,
       answer_due, answered_at, delivered_at, closed_at, origin, row_version
FROM demand ORDER BY asked_at DESC, id DESC LIMIT $1

-- name: demand_by_id
SELECT id, department, department_zh, department_en, title, words, resource, fields, purpose, legal_basis, wanted_by, state,
       answer, answer_resource, answer_reason, promised_for, asked_by, answered_by, delivered_by, closed_by, asked_at,
       answer_due, answered_at, delivered_at, closed_at, origin, row_version
FROM demand WHERE id = $1

-- name: add_demand
INSERT INTO demand (id, department, department_zh, department_en, title, words, resource, fields, purpose, legal_basis,
                    wanted_by, state, answer, answer_resource, answer_reason, promised_for, asked_by, answered_by,
                    delivered_by, closed_by, asked_at, answer_due, answered_at, delivered_at, closed_at, origin, row_version,
                    watched)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'asked', '', '', '', NULL, $12, '', '', '', $13, $14, NULL, NULL, NULL,
        $15, 1, 1)

-- name: change_demand
UPDATE demand
SET row_version = row_version + 1, state = $3, answer = $4, answer_resource = $5, answer_reason = $6, promised_for = $7,
    answered_by = $8, delivered_by = $9, closed_by = $10, answered_at = $11, delivered_at = $12, closed_at = $13, watched = 1
WHERE id = $1 AND row_version = $2

-- name: unwatched_demands
SELECT id, department, department_zh, department_en, title, words, resource, fields, purpose, legal_basis, wanted_by, state,
       answer, answer_resource, answer_reason, promised_for, asked_by, answered_by, delivered_by, closed_by, asked_at,
       answer_due, answered_at, delivered_at, closed_at, origin, row_version
FROM demand WHERE watched = 0 AND state IN ('asked', 'answered') ORDER BY id LIMIT $1

-- name: watch_demand
UPDATE demand SET watched = 1 WHERE id = $1 AND row_version = $2 AND watched = 0
