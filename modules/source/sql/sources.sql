-- name: add_source
INSERT INTO source (id, kind, title, resource, settings, secrets, schedule, terms, state, version, created_at, next_due_at,
                    department)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', 1, $9, $10, $11)

-- name: find_source
SELECT id, kind, title, resource, settings, secrets, schedule, terms, state, version, watermark, last_content, created_at, wanted_at,
       next_due_at, last_run_at, last_ok_at, last_error, last_error_at, taken, refused, repeated, department
FROM source WHERE id = $1 AND state <> 'removed'

-- name: all_sources
SELECT id, kind, title, resource, settings, secrets, schedule, terms, state, version, watermark, last_content, created_at, wanted_at,
       next_due_at, last_run_at, last_ok_at, last_error, last_error_at, taken, refused, repeated, department
FROM source WHERE state <> 'removed' ORDER BY id

-- name: programs_of_resource
SELECT id, kind, title, resource, settings, secrets, schedule, terms, state, version, watermark, last_content, created_at, wanted_at,
       next_due_at, last_run_at, last_ok_at, last_error, last_error_at, taken, refused, repeated, department
FROM source WHERE kind = 'program' AND resource = $1 AND state <> 'removed' ORDER BY id

-- State, terms or schedule change: the version tells the timers of the schedule before apart.
-- name: change_source
UPDATE source SET state = $3, terms = $4, next_due_at = $5, version = version + 1
WHERE id = $1 AND version = $2 AND state <> 'removed'

-- name: edit_source
UPDATE source SET title = $3, settings = $4, secrets = $5, schedule = $6, terms = $7, next_due_at = $8, version = version + 1
WHERE id = $1 AND version = $2 AND state <> 'removed'

-- name: want_run
UPDATE source SET wanted_at = $2 WHERE id = $1 AND state = 'active'

-- name: timer_fell
UPDATE source SET wanted_at = $3, next_due_at = $4 WHERE id = $1 AND version = $2 AND state = 'active'

-- A pull's mark moves with the batch it belongs to; expects that nobody pulled meanwhile.
-- name: move_watermark
UPDATE source SET watermark = $3, last_content = $4, wanted_at = CASE WHEN wanted_at = $5 THEN NULL ELSE wanted_at END
WHERE id = $1 AND watermark = $2

-- name: run_answered
UPDATE source SET wanted_at = NULL WHERE id = $1 AND wanted_at = $2

-- name: source_took
UPDATE source SET last_run_at = $2, last_ok_at = $2, last_error = '', taken = taken + $3, refused = refused + $4,
  repeated = repeated + $5
WHERE id = $1

-- name: source_failed
UPDATE source SET last_run_at = $2, last_error = $3, last_error_at = $2 WHERE id = $1

-- name: source_well
UPDATE source SET last_error = '', last_ok_at = $2 WHERE id = $1

-- name: add_run
INSERT INTO source_run (id, source, started_at, finished_at, outcome, detail, batch, items, repeated, error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: end_run
UPDATE source_run SET finished_at = $2, outcome = $3, taken = $4, refused = $5, error = $6 WHERE id = $1 AND outcome = 'loading'

-- name: loading_runs
SELECT id, source, started_at, finished_at, outcome, detail, batch, items, taken, refused, repeated, error
FROM source_run WHERE source = $1 AND outcome = 'loading' ORDER BY id

-- name: page_of_runs
SELECT id, source, started_at, finished_at, outcome, detail, batch, items, taken, refused, repeated, error
FROM source_run WHERE source = $1 AND id < $2 ORDER BY id DESC LIMIT $3

-- name: find_run
SELECT id, source, started_at, finished_at, outcome, detail, batch, items, taken, refused, repeated, error
FROM source_run WHERE source = $1 AND id = $2

-- name: run_of_file
SELECT id, source, started_at, finished_at, outcome, detail, batch, items, taken, refused, repeated, error
FROM source_run WHERE source = $1 AND batch = $2 AND outcome = 'loading' ORDER BY id DESC LIMIT 1

-- name: forget_runs
DELETE FROM source_run WHERE source = $1 AND started_at < $2 AND outcome <> 'loading'

-- name: add_message_group
INSERT INTO source_message_group (run, source, messages, identities) VALUES ($1, $2, $3, $4)

-- name: message_groups
SELECT run, messages, identities FROM source_message_group WHERE source = $1 ORDER BY run DESC LIMIT $2

-- name: forget_message_groups
DELETE FROM source_message_group WHERE source = $1 AND run < $2
