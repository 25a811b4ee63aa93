-- name: all_packages
SELECT id, state, origin, digest, content, revision, changed_at, changed_by, reason FROM scenario_package ORDER BY id

-- name: add_package
INSERT INTO scenario_package (id, state, origin, digest, content, revision, changed_at, changed_by, reason)
VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8)

-- name: change_package
UPDATE scenario_package SET state = $2, origin = $3, digest = $4, content = $5, revision = revision + 1, changed_at = $6,
  changed_by = $7, reason = $8
WHERE id = $1 AND revision = $9

-- name: drop_package
DELETE FROM scenario_package WHERE id = $1 AND revision = $2
