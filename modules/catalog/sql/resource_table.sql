-- name: find_resource_tables
SELECT resource, step, shape FROM resource_table

-- name: put_resource_table
INSERT INTO resource_table (resource, step, shape, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (resource) DO UPDATE SET step = $2, shape = $3, changed_at = $4
