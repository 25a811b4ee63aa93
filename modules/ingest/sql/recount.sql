-- name: recounts_of_resource
SELECT metric, meaning, version, since, slices_below, rows_below FROM metric_recount WHERE resource = $1 ORDER BY metric

-- name: forget_recount
DELETE FROM metric_recount WHERE resource = $1 AND metric = $2

-- name: begin_recount
INSERT INTO metric_recount (resource, metric, meaning, version, since, slices_below, rows_below, begun_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- Expects that nobody else went on meanwhile.
-- name: move_recount
UPDATE metric_recount SET slices_below = $5, rows_below = $6
WHERE resource = $1 AND metric = $2 AND slices_below = $3 AND rows_below = $4
