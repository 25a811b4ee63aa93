-- name: put_case
INSERT INTO case_file (id, version, process, process_version, state, state_before, stage, open_mark, place, longitude, latitude,
                       owner, department, assignee, had_before, waits_for, reporter, category, urgency, opened_at, entered_at,
                       changed_at, closed_at, due_at, rung_at, wake_at, left_us, overdue, touched, escalated, supervised, reopened,
                       not_ours, score, parent, photos, tasks_open, content)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26,
        $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38)

-- Expects the version and the deadline it was decided on. What an opening fixes stays: place, reporter, form.
-- name: change_case
UPDATE case_file
SET version = $3, process_version = $4, state = $5, state_before = $6, stage = $7, open_mark = $8, owner = $9, department = $10,
    assignee = $11, had_before = $12, waits_for = $13, entered_at = $14, changed_at = $15, closed_at = $16, due_at = $17,
    rung_at = $18, wake_at = $19, left_us = $20, overdue = $21, touched = $22, escalated = $23, supervised = $24, reopened = $25,
    not_ours = $26, score = $27, photos = $28, tasks_open = $29
WHERE id = $1 AND version = $2 AND due_at = $30

-- name: set_parent
UPDATE case_file SET parent = $3 WHERE id = $1 AND version = $2

-- Still open and under nobody. It writes what stands, so that of two mergers that meet at this case one waits for the other.
-- name: keep_parent
UPDATE case_file SET parent = 0 WHERE id = $1 AND open_mark = 1 AND parent = 0

-- After set_parent has the row of the first: who came under it meanwhile comes along.
-- name: move_children
-- scatter: the cases merged under one stand on their own shards
UPDATE case_file SET parent = $2 WHERE parent = $1 AND parent > 0

-- As CaseRows::read takes them.
-- part: case_columns
id, version, process, process_version, state, state_before, stage, open_mark, place, longitude, latitude, owner, department,
       assignee, had_before, waits_for, reporter, category, urgency, opened_at, entered_at, changed_at, closed_at, due_at, rung_at,
       wake_at, left_us, overdue, touched, escalated, supervised, reopened, not_ours, score, parent, photos, tasks_open, content

-- name: case_by_id
SELECT {case_columns} FROM case_file WHERE id = $1

-- name: put_step
INSERT INTO case_step (case_id, sequence, kind, action, actor, at, from_state, to_state, owner, department, assignee, late, content)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)

-- part: step_columns
sequence, kind, action, actor, at, from_state, to_state, owner, department, assignee, late, content

-- name: steps_of_case
SELECT {step_columns} FROM case_step WHERE case_id = $1 ORDER BY sequence

-- name: last_step
SELECT {step_columns} FROM case_step WHERE case_id = $1 ORDER BY sequence DESC LIMIT 1

-- name: last_step_of_kind
SELECT at FROM case_step WHERE case_id = $1 AND kind = $2 ORDER BY sequence DESC LIMIT 1

-- name: count_children
-- scatter: the cases merged under one stand on their own shards
SELECT count(*) FROM case_file WHERE parent = $1 AND parent > 0

-- name: children_of
-- scatter: as above
SELECT {case_columns} FROM case_file WHERE parent = $1 AND parent > 0 ORDER BY id LIMIT $2

-- name: cases_to_wake
-- scatter: the hub's own look at what is due
SELECT id, wake_at FROM case_file WHERE wake_at <= $1 AND wake_at IS NOT NULL AND (wake_at, id) > ($2, $3)
ORDER BY wake_at, id LIMIT $4

-- Open cases with a deadline, in the order of their ids, to be laid anew.
-- name: open_cases_after
-- scatter: a new calendar or a new version concerns all of them
SELECT id FROM case_file WHERE open_mark = 1 AND id > $1 ORDER BY id LIMIT $2

-- name: open_owners
-- scatter: which regions own open cases, when regions have changed
SELECT DISTINCT owner FROM case_file WHERE open_mark = 1

-- name: open_of_owner
-- scatter: to be given to the region that stands for it now
SELECT id FROM case_file WHERE open_mark = 1 AND owner = $1 AND id > $2 ORDER BY id LIMIT $3

-- name: occupied_states
-- scatter: which states open cases of earlier versions are in
SELECT DISTINCT process_version, state FROM case_file WHERE open_mark = 1 AND process = $1 AND process_version < $2

-- name: open_of_version
-- scatter: to be moved to the new version
SELECT id FROM case_file WHERE open_mark = 1 AND process = $1 AND process_version < $2 AND id > $3 ORDER BY id LIMIT $4

-- name: open_by_assignee
-- scatter: once at the start
SELECT assignee, count(*) FROM case_file WHERE open_mark = 1 AND assignee <> '' GROUP BY assignee

-- name: figures_now
-- scatter: once at the start
SELECT process, state, place, department, count(*), coalesce(sum(overdue), 0) FROM case_file WHERE open_mark = 1
GROUP BY process, state, place, department
