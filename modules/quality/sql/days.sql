-- name: add_day
INSERT INTO quality_day (resource, provider, day, accepted, updated, unchanged, cleaned, refused, mended, loads, on_time, late,
                         objected, upheld, declined, withdrawn, answered_in_time, answers_missed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
ON CONFLICT (resource, provider, day) DO UPDATE SET
  accepted = quality_day.accepted + excluded.accepted, updated = quality_day.updated + excluded.updated,
  unchanged = quality_day.unchanged + excluded.unchanged, cleaned = quality_day.cleaned + excluded.cleaned,
  refused = quality_day.refused + excluded.refused, mended = quality_day.mended + excluded.mended,
  loads = quality_day.loads + excluded.loads, on_time = quality_day.on_time + excluded.on_time,
  late = quality_day.late + excluded.late, objected = quality_day.objected + excluded.objected,
  upheld = quality_day.upheld + excluded.upheld, declined = quality_day.declined + excluded.declined,
  withdrawn = quality_day.withdrawn + excluded.withdrawn,
  answered_in_time = quality_day.answered_in_time + excluded.answered_in_time,
  answers_missed = quality_day.answers_missed + excluded.answers_missed

-- name: add_refused_group
INSERT INTO quality_refused (resource, provider, day, reason_group, rows_counted) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (resource, provider, day, reason_group) DO UPDATE SET rows_counted = quality_refused.rows_counted + excluded.rows_counted

-- name: days_from
SELECT resource, provider, day, accepted, updated, unchanged, cleaned, refused, mended, loads, on_time, late, objected, upheld,
       declined, withdrawn, answered_in_time, answers_missed
FROM quality_day WHERE day >= $1 ORDER BY day, resource, provider

-- name: refused_groups_from
SELECT resource, provider, reason_group, CAST(sum(rows_counted) AS BIGINT) FROM quality_refused WHERE day >= $1
GROUP BY resource, provider, reason_group ORDER BY resource, provider, reason_group

-- name: all_receipts
SELECT resource, received_at FROM quality_receipt

-- name: put_receipt
INSERT INTO quality_receipt (resource, received_at) VALUES ($1, $2)
ON CONFLICT (resource) DO UPDATE SET received_at = excluded.received_at
