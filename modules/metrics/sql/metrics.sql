-- name: all_values
SELECT metric, region, day, value, reports FROM metric_value

-- name: put_value
INSERT INTO metric_value (metric, region, day, value, reports) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (metric, region, day) DO UPDATE SET value = $4, reports = $5

-- name: put_eight_values
INSERT INTO metric_value (metric, region, day, value, reports) VALUES
  ($1, $2, $3, $4, $5),
  ($6, $7, $8, $9, $10),
  ($11, $12, $13, $14, $15),
  ($16, $17, $18, $19, $20),
  ($21, $22, $23, $24, $25),
  ($26, $27, $28, $29, $30),
  ($31, $32, $33, $34, $35),
  ($36, $37, $38, $39, $40)
ON CONFLICT (metric, region, day) DO UPDATE SET value = excluded.value, reports = excluded.reports

-- name: drop_metric
DELETE FROM metric_value WHERE metric = $1

-- name: drop_value
DELETE FROM metric_value WHERE metric = $1 AND region = $2 AND day = $3

-- name: all_quality
SELECT resource, outcome, reason, rows_counted FROM source_quality

-- name: put_quality
INSERT INTO source_quality (resource, outcome, reason, rows_counted) VALUES ($1, $2, $3, $4)
ON CONFLICT (resource, outcome, reason) DO UPDATE SET rows_counted = $4

-- name: find_moment
SELECT as_of FROM metric_moment WHERE consumer = $1

-- name: put_moment
INSERT INTO metric_moment (consumer, as_of) VALUES ($1, $2)
ON CONFLICT (consumer) DO UPDATE SET as_of = $2
