-- Things of other modules that cases are about.

-- name: put_matter
INSERT INTO case_matter (matter, thing, process, case_id) VALUES ($1, $2, $3, $4)

-- name: cases_of_matter
SELECT process, case_id FROM case_matter WHERE matter = $1 AND thing = $2 ORDER BY process

-- name: matter_of_case
SELECT thing FROM case_matter WHERE case_id = $1

-- name: erase_matter
DELETE FROM case_matter WHERE case_id = $1
