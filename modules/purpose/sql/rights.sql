-- name: page_of_rights
SELECT id, kind, resource, state, opened_by, opened_at, due_at, overdue, closed_by, closed_at, row_version,
       carried_by, carried_at, outcome
FROM rights_request
WHERE id < $1 AND ($3 = '' OR state = $3) AND ($4 = '' OR kind = $4) AND ($5 = 0 OR overdue = 1)
ORDER BY id DESC LIMIT $2

-- name: rights_of_person
SELECT id, kind, resource, state, opened_by, opened_at, due_at, overdue, closed_by, closed_at, row_version,
       carried_by, carried_at, outcome
FROM rights_request WHERE person_hash = $1 ORDER BY id DESC LIMIT $2

-- name: rights_of_opener
SELECT id, kind, resource, state, opened_by, opened_at, due_at, overdue, closed_by, closed_at, row_version,
       carried_by, carried_at, outcome
FROM rights_request WHERE opened_by = $1 AND id < $2 ORDER BY id DESC LIMIT $3

-- name: carry_rights
UPDATE rights_request SET carried_by = $3, carried_at = $4, outcome = $5, row_version = row_version + 1
WHERE id = $1 AND row_version = $2 AND carried_at IS NULL

-- name: rights_by_id
SELECT id, kind, resource, state, opened_by, opened_at, due_at, overdue, closed_by, closed_at, row_version,
       carried_by, carried_at, outcome, person, guardian, words, answer
FROM rights_request WHERE id = $1

-- name: add_rights
INSERT INTO rights_request (id, kind, resource, person, person_hash, guardian, words, state, opened_by, opened_at, due_at,
                            overdue, closed_by, closed_at, answer, row_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, 0, '', NULL, NULL, 1)

-- name: change_rights
UPDATE rights_request SET state = $3, overdue = $4, closed_by = $5, closed_at = $6, answer = $7, row_version = row_version + 1
WHERE id = $1 AND row_version = $2

-- name: rights_counts
SELECT count(*), CAST(coalesce(sum(overdue), 0) AS BIGINT) FROM rights_request WHERE state = 'open'
