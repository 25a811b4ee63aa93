-- Who speaks for which child.

-- name: add_guardianship
INSERT INTO guardianship (id, guardian_hash, child_hash, since, until, ended_at, ended_by, row_version)
VALUES ($1, $2, $3, $4, $5, NULL, '', 1)

-- name: guardianship_by_id
SELECT id, since, until, ended_at, ended_by, row_version FROM guardianship WHERE id = $1

-- name: guardianships_of
SELECT id, since, until, ended_at, ended_by, row_version FROM guardianship
WHERE guardian_hash = $1 AND ended_at IS NULL AND until > $2 ORDER BY id

-- name: end_guardianship
UPDATE guardianship SET ended_at = $3, ended_by = $4, row_version = row_version + 1
WHERE id = $1 AND row_version = $2 AND ended_at IS NULL
