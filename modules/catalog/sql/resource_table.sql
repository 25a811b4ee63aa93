-- name: find_resource_table
SELECT step, shape, takes FROM resource_table WHERE resource = $1

-- name: put_resource_table
INSERT INTO resource_table (resource, step, shape, changed_at, takes) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (resource) DO UPDATE SET step = $2, shape = $3, changed_at = $4, takes = $5

-- name: move_resource_table
UPDATE resource_table SET takes = $2 WHERE resource = $1 AND COALESCE(takes, 0) <> $2
