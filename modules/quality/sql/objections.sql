-- name: page_of_objections
SELECT id, resource, record, record_version, field, provider, state, objector, opened_at, due_at, overdue, reminders, reminded_at,
       closed_by, closed_at, row_version, unmended
FROM objection
WHERE id < $1 AND ($3 = '' OR state = $3) AND ($4 = '' OR resource = $4) AND ($5 = '' OR provider = $5)
  AND ($6 = 0 OR overdue = 1) AND ($7 = '' OR objector = $7)
ORDER BY id DESC LIMIT $2

-- name: objection_by_id
SELECT id, resource, record, record_version, field, provider, state, objector, opened_at, due_at, overdue, reminders, reminded_at,
       closed_by, closed_at, row_version, unmended, reason, proposed, answer, said
FROM objection WHERE id = $1

-- name: open_objection_to
SELECT id FROM objection WHERE resource = $1 AND record = $2 AND field = $3 AND open_mark = 0

-- name: count_open_objections
SELECT count(*), coalesce(sum(overdue), 0) FROM objection WHERE state = 'open'

-- name: add_objection
INSERT INTO objection (id, resource, record, record_version, field, provider, reason, proposed, state, objector, opened_at,
                       due_at, overdue, reminders, reminded_at, closed_by, closed_at, answer, open_mark, row_version, said)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, 0, 0, NULL, '', NULL, NULL, 0, 1, $12)

-- name: change_objection
UPDATE objection
SET row_version = row_version + 1, state = $3, overdue = $4, reminders = $5, reminded_at = $6, closed_by = $7, closed_at = $8,
    answer = $9, open_mark = $10
WHERE id = $1 AND row_version = $2

-- name: mark_objection
UPDATE objection SET row_version = row_version + 1, unmended = $3 WHERE id = $1 AND row_version = $2

-- Its words are gone; that there was an objection, and what became of it, stays.
-- name: erase_words
UPDATE objection SET reason = $2, proposed = NULL, answer = NULL, said = NULL WHERE resource = $1
