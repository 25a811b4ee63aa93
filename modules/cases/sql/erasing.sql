-- Cases whose time is over, by process and its version.

-- name: count_closed_before
-- scatter: the daily round counts what it is about to erase
SELECT count(*) FROM case_file WHERE open_mark = 0 AND process = $1 AND closed_at < $3 AND process_version = $2

-- name: count_under_way
-- scatter: as above, where everything goes
SELECT count(*) FROM case_file WHERE open_mark = 1 AND process = $1 AND process_version = $2

-- name: closed_before
-- scatter: the daily round takes a slice, the longest closed first
SELECT id, version, photos, open_mark, state, category, place, assignee, overdue, department FROM case_file
WHERE open_mark = 0 AND process = $1 AND closed_at < $3 AND process_version = $2 ORDER BY closed_at LIMIT $4

-- name: under_way
-- scatter: as above, where everything goes
SELECT id, version, photos, open_mark, state, category, place, assignee, overdue, department FROM case_file
WHERE open_mark = 1 AND process = $1 AND process_version = $2 ORDER BY id LIMIT $3

-- name: oldest_case
-- scatter: the daily round asks since when words of cases are sealed
SELECT opened_at FROM case_file WHERE process = $1 AND process_version = $2 ORDER BY id LIMIT 1

-- name: oldest_photo
SELECT at FROM case_photo ORDER BY id LIMIT 1

-- name: erase_case
DELETE FROM case_file WHERE id = $1 AND version = $2

-- name: erase_steps
DELETE FROM case_step WHERE case_id = $1

-- name: erase_tasks
DELETE FROM case_task WHERE case_id = $1

-- name: erase_conflicts
DELETE FROM case_conflict WHERE case_id = $1 AND case_id > 0

-- name: erase_photos
DELETE FROM case_photo WHERE case_id = $1
