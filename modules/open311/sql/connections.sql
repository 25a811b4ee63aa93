-- name: add_connection
INSERT INTO open311_connection (id, title, terms, secret, state, version, created_by, created_at, seen_until, next_at)
VALUES ($1, $2, $3, $4, 'active', 1, $5, $6, $7, $8)

-- name: connection_by_id
SELECT id, title, terms, secret, state, version, created_by, created_at, seen_until, next_at, failures, error, error_at,
       last_run_at, last_ok_at, taken, sent, told
FROM open311_connection WHERE id = $1 AND state <> 'removed'

-- name: all_connections
SELECT id, title, terms, secret, state, version, created_by, created_at, seen_until, next_at, failures, error, error_at,
       last_run_at, last_ok_at, taken, sent, told
FROM open311_connection WHERE state <> 'removed' ORDER BY id

-- name: change_connection
UPDATE open311_connection SET title = $3, terms = $4, secret = $5, state = $6, next_at = $7, seen_until = $8, version = version + 1
WHERE id = $1 AND version = $2 AND state <> 'removed'

-- How a round went; what an officer changed meanwhile stays.
-- name: note_round
UPDATE open311_connection SET next_at = $2, failures = $3, error = $4, error_at = $5, last_run_at = $6, last_ok_at = $7
WHERE id = $1

-- name: note_seen
UPDATE open311_connection SET seen_until = $2 WHERE id = $1 AND seen_until < $2

-- name: count_work
UPDATE open311_connection SET taken = taken + $2, sent = sent + $3, told = told + $4 WHERE id = $1

-- name: add_link
INSERT INTO open311_link (id, connection, service, remote, token, case_id, ours, state, status, mark, case_version, told,
                          attempts, problem, checked_at, changed_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1)

-- name: change_link
UPDATE open311_link SET remote = $3, token = $4, case_id = $5, state = $6, status = $7, mark = $8, told = $9, attempts = $10,
       problem = $11, checked_at = $12, changed_at = $13, version = version + 1
WHERE id = $1 AND version = $2

-- A case has moved on; how the link stands is not touched.
-- name: mark_case
UPDATE open311_link SET case_version = $2 WHERE case_id = $1 AND case_version < $2

-- name: link_by_id
SELECT id, connection, service, remote, token, case_id, ours, state, status, mark, case_version, told, attempts, problem,
       checked_at, changed_at, version
FROM open311_link WHERE connection = $1 AND id = $2

-- name: link_by_remote
SELECT id, connection, service, remote, token, case_id, ours, state, status, mark, case_version, told, attempts, problem,
       checked_at, changed_at, version
FROM open311_link WHERE connection = $1 AND remote = $2

-- name: link_by_case
SELECT id, connection, service, remote, token, case_id, ours, state, status, mark, case_version, told, attempts, problem,
       checked_at, changed_at, version
FROM open311_link WHERE connection = $1 AND case_id = $2

-- Those whose requests were not looked at for longest.
-- name: links_to_check
SELECT id, connection, service, remote, token, case_id, ours, state, status, mark, case_version, told, attempts, problem,
       checked_at, changed_at, version
FROM open311_link
WHERE connection = $1 AND (state IN ('linked', 'conflict') OR (state = 'refused' AND ours = 0)) AND checked_at < $2
  AND (status <> 'closed' OR changed_at > $3)
ORDER BY checked_at, id LIMIT $4

-- name: links_to_send
SELECT id, connection, service, remote, token, case_id, ours, state, status, mark, case_version, told, attempts, problem,
       checked_at, changed_at, version
FROM open311_link WHERE connection = $1 AND state IN ('waiting', 'unsure') ORDER BY id LIMIT $2

-- name: links_to_tell
SELECT id, connection, service, remote, token, case_id, ours, state, status, mark, case_version, told, attempts, problem,
       checked_at, changed_at, version
FROM open311_link
WHERE connection = $1 AND case_version > told AND state IN ('linked', 'conflict') AND remote <> '' ORDER BY id LIMIT $2

-- name: page_of_links
SELECT id, connection, service, remote, token, case_id, ours, state, status, mark, case_version, told, attempts, problem,
       checked_at, changed_at, version
FROM open311_link WHERE connection = $1 AND id < $2 AND ($3 = '' OR state = $3) ORDER BY id DESC LIMIT $4

-- name: count_links
SELECT state, count(*) FROM open311_link WHERE connection = $1 GROUP BY state
