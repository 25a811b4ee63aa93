-- Pages of cases. Filters that are not asked for are empty or 0.

-- part: case_filter
($3 = '' OR process = $3) AND ($4 = '' OR state = $4) AND ($5 < 0 OR stage = $5) AND ($6 < 0 OR open_mark = $6)
  AND ($7 = '' OR department = $7) AND ($8 = '' OR category = $8) AND ($9 = '' OR urgency = $9)
  AND ($10 = '' OR assignee = $10) AND ($11 = 0 OR (overdue = 1 AND open_mark = 1)) AND ($12 = 0 OR supervised > 0)
  AND opened_at >= $13 AND opened_at < $14

-- name: newest_cases
-- scatter: a list over all cases
SELECT {case_columns}
FROM case_file
WHERE id < $1 AND {case_filter}
ORDER BY id DESC LIMIT $2

-- name: newest_open_cases
-- scatter: a list over all open cases
SELECT {case_columns}
FROM case_file
WHERE open_mark = 1 AND id < $1 AND {case_filter}
ORDER BY id DESC LIMIT $2

-- name: newest_of_place
-- scatter: a list over the cases of one region
SELECT {case_columns}
FROM case_file
WHERE place = $15 AND id < $1 AND {case_filter}
ORDER BY id DESC LIMIT $2

-- name: newest_of_owner
-- scatter: a list over the cases that one region owns
SELECT {case_columns}
FROM case_file
WHERE owner = $15 AND id < $1 AND {case_filter}
ORDER BY id DESC LIMIT $2

-- name: newest_of_reporter
-- scatter: a list over the cases of one person
SELECT {case_columns}
FROM case_file WHERE reporter = $1 AND id < $2 ORDER BY id DESC LIMIT $3

-- name: inbox_of_role
-- scatter: an inbox is of a role in a region
SELECT {case_columns}
FROM case_file
WHERE open_mark = 1 AND waits_for = $1 AND owner = $2 AND (due_at, id) > ($3, $4) AND assignee IN ('', $5)
  AND ($6 = '' OR department = $6) AND ($7 = '' OR process = $7)
ORDER BY due_at, id LIMIT $8

-- Of a role wherever it is; who asks is cut to their regions afterwards.
-- name: inbox_anywhere
-- scatter: an inbox is of a role
SELECT id, due_at, place, owner, department, assignee, process
FROM case_file
WHERE open_mark = 1 AND waits_for = $1 AND (due_at, id) > ($2, $3)
ORDER BY due_at, id LIMIT $4

-- name: inbox_of_person
-- scatter: an inbox is of a person
SELECT {case_columns}
FROM case_file
WHERE open_mark = 1 AND assignee = $1 AND (due_at, id) > ($2, $3) AND ($4 = '' OR process = $4)
ORDER BY due_at, id LIMIT $5

-- name: count_role
-- scatter: an inbox is of a role in a region
SELECT count(*), coalesce(sum(overdue), 0) FROM (
  SELECT overdue FROM case_file
  WHERE open_mark = 1 AND waits_for = $1 AND owner = $2 AND assignee = '' AND ($3 = '' OR department = $3) LIMIT $4) AS waiting

-- name: count_role_anywhere
-- scatter: an inbox is of a role
SELECT count(*), coalesce(sum(overdue), 0) FROM (
  SELECT overdue FROM case_file
  WHERE open_mark = 1 AND waits_for = $1 AND assignee = '' AND ($2 = '' OR department = $2) LIMIT $3) AS waiting

-- name: count_person
-- scatter: an inbox is of a person
SELECT count(*), coalesce(sum(overdue), 0) FROM (
  SELECT overdue FROM case_file WHERE open_mark = 1 AND assignee = $1 LIMIT $2) AS waiting

-- name: board_column
-- scatter: a board is over all open cases of a process
SELECT {case_columns}
FROM case_file
WHERE open_mark = 1 AND process = $1 AND state = $2 AND (due_at, id) > ($3, $4)
ORDER BY due_at, id LIMIT $5

-- name: open_points
-- scatter: a map is over all open cases
SELECT {case_columns}
FROM case_file
WHERE open_mark = 1 AND longitude IS NOT NULL AND id < $1 AND ($2 = '' OR process = $2)
  AND longitude BETWEEN $3 AND $4 AND latitude BETWEEN $5 AND $6
ORDER BY id DESC LIMIT $7

-- name: open_of_place
-- scatter: what else is open at one place
SELECT {case_columns}
FROM case_file
WHERE place = $1 AND id < $2 AND open_mark = 1 AND process = $3 AND opened_at >= $4 ORDER BY id DESC LIMIT $5
