-- name: add_notice
INSERT INTO catalog_notice (id, kind, resource, about, department, title, actor, detail, mark, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: newest_notices
SELECT id, kind, resource, about, department, title, actor, detail, at FROM catalog_notice ORDER BY at DESC, id DESC LIMIT $1

-- name: drop_old_notices
DELETE FROM catalog_notice WHERE at < $1

-- name: unwatched_responsibilities
SELECT id FROM responsibility WHERE watched = 0 ORDER BY id LIMIT $1

-- name: watch_responsibility
UPDATE responsibility SET watched = 1 WHERE id = $1 AND watched = 0

-- name: demands_on_resource
SELECT id, department, title FROM demand
WHERE (answer_resource = $1 AND answer <> 'refused') OR (resource = $1 AND state <> 'closed') ORDER BY id LIMIT $2
