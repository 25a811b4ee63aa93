-- name: process_versions
SELECT id, version, package, text FROM process_version ORDER BY id, version

-- name: process_heads
SELECT id, version, retired, migration, row_version FROM process_head ORDER BY id

-- name: put_process_version
INSERT INTO process_version (id, version, package, text, published_at) VALUES ($1, $2, $3, $4, $5)

-- name: put_process_head
INSERT INTO process_head (id, version, retired, migration, row_version) VALUES ($1, $2, 0, '', 1)

-- name: change_process_head
UPDATE process_head SET version = $3, retired = $4, migration = $5, row_version = row_version + 1 WHERE id = $1 AND row_version = $2

-- name: put_task
INSERT INTO case_task (case_id, id, region, department, assignee, state, opened_by, opened_at, due_at, closed_by, closed_at,
                       row_version, content, for_role)
VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8, '', NULL, 1, $9, $10)

-- name: change_task
UPDATE case_task SET state = $4, closed_by = $5, closed_at = $6, content = $7, assignee = $8, row_version = row_version + 1
WHERE case_id = $1 AND id = $2 AND row_version = $3

-- part: task_columns
case_id, id, region, department, assignee, state, opened_by, opened_at, due_at, closed_by, closed_at, row_version, content, for_role

-- name: tasks_of_case
SELECT {task_columns} FROM case_task WHERE case_id = $1 ORDER BY id

-- name: task_by_id
-- scatter: a task's number does not tell its case
SELECT {task_columns} FROM case_task WHERE id = $1

-- name: tasks_of_assignee
-- scatter: what somebody has to do is of many cases
SELECT {task_columns} FROM case_task WHERE state = 'open' AND assignee <> '' AND assignee = $1 ORDER BY id LIMIT $2

-- Given to nobody, offered to whoever holds a role; cut to the regions of who asks afterwards.
-- name: tasks_for_role
-- scatter: what a role is offered is of many cases
SELECT {task_columns} FROM case_task
WHERE state = 'open' AND assignee = '' AND for_role = $1 AND id > $2 ORDER BY id LIMIT $3

-- name: put_photo
INSERT INTO case_photo (id, case_id, media, bytes, actor, at, stage) VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: put_photo_body
INSERT INTO case_photo_body (photo, kind, body) VALUES ($1, $2, $3)

-- name: photos_of_case
SELECT id, case_id, media, bytes, actor, at, stage FROM case_photo WHERE case_id = $1 ORDER BY id

-- name: photo_by_id
SELECT id, case_id, media, bytes, actor, at, stage FROM case_photo WHERE id = $1

-- name: photo_body
SELECT body FROM case_photo_body WHERE photo = $1 AND kind = $2

-- Its sender names it for a case, once.
-- name: claim_photo
UPDATE case_photo SET case_id = $3, stage = $4 WHERE id = $1 AND case_id = 0 AND actor = $2

-- Whoever has open conflicts may still need the pictures that were queued with them.
-- name: unclaimed_photos
SELECT id FROM case_photo WHERE case_id = 0 AND at < $1
  AND actor NOT IN (SELECT actor FROM case_conflict WHERE settled_at IS NULL)
ORDER BY id LIMIT $2

-- name: drop_photo
DELETE FROM case_photo WHERE id = $1 AND case_id = 0

-- name: drop_photo_bodies
DELETE FROM case_photo_body WHERE photo = $1

-- name: all_duties
SELECT id, duty, region, department, person, from_at, until_at, days, hours FROM duty WHERE ended_at IS NULL ORDER BY id

-- name: put_duty
INSERT INTO duty (id, duty, region, department, person, from_at, until_at, days, hours, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)

-- name: end_duty
UPDATE duty SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL

-- name: newest_calendar
SELECT version, hours, days, set_by, set_at FROM calendar_version ORDER BY version DESC LIMIT 1

-- name: put_calendar
INSERT INTO calendar_version (version, hours, days, set_by, set_at) VALUES ($1, $2, $3, $4, $5)

-- name: noted_holidays
SELECT digest FROM calendar_holidays WHERE id = 1

-- name: note_holidays
INSERT INTO calendar_holidays (id, digest, noted_at) VALUES (1, $1, $2)

-- name: change_noted_holidays
UPDATE calendar_holidays SET digest = $2, noted_at = $3 WHERE id = 1 AND digest = $1

-- name: put_conflict
INSERT INTO case_conflict (id, device, sequence, kind, case_id, actor, at, done_at, settled_at, content)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9)

-- name: conflicts_of
SELECT id, device, sequence, kind, case_id, actor, at, done_at, content FROM case_conflict
WHERE actor = $1 AND settled_at IS NULL ORDER BY id LIMIT $2

-- name: settle_conflict
UPDATE case_conflict SET settled_at = $3 WHERE id = $1 AND actor = $2 AND settled_at IS NULL

-- name: conflict_of_device
SELECT id, device, sequence, kind, case_id, actor, at, done_at, content FROM case_conflict
WHERE device = $1 AND sequence = $2 AND actor = $3

-- name: opened_under_key
SELECT answer FROM idempotency WHERE actor = $1 AND operation = 'open_case' AND request_key = $2
