-- name: add_batch_day
INSERT INTO quality_batch (resource, batch, day, provider, accepted, updated, unchanged, cleaned, refused, mended, loads, on_time,
                           late, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (resource, batch, day, provider) DO UPDATE SET
  accepted = quality_batch.accepted + excluded.accepted, updated = quality_batch.updated + excluded.updated,
  unchanged = quality_batch.unchanged + excluded.unchanged, cleaned = quality_batch.cleaned + excluded.cleaned,
  refused = quality_batch.refused + excluded.refused, mended = quality_batch.mended + excluded.mended,
  loads = quality_batch.loads + excluded.loads, on_time = quality_batch.on_time + excluded.on_time,
  late = quality_batch.late + excluded.late, received_at = COALESCE(excluded.received_at, quality_batch.received_at)

-- name: add_batch_refused
INSERT INTO quality_batch_refused (resource, batch, day, provider, reason_group, rows_counted) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (resource, batch, day, provider, reason_group)
DO UPDATE SET rows_counted = quality_batch_refused.rows_counted + excluded.rows_counted

-- name: days_of_batch
SELECT day, provider, accepted, updated, unchanged, cleaned, refused, mended, loads, on_time, late
FROM quality_batch WHERE resource = $1 AND batch = $2 ORDER BY day, provider

-- name: refused_of_batch
SELECT day, provider, reason_group, rows_counted FROM quality_batch_refused
WHERE resource = $1 AND batch = $2 ORDER BY day, provider, reason_group

-- name: drop_batch
DELETE FROM quality_batch WHERE resource = $1 AND batch = $2

-- name: drop_batch_refused
DELETE FROM quality_batch_refused WHERE resource = $1 AND batch = $2

-- What came of a resource, the last first.
-- name: newest_receipts
SELECT batch, day, provider, received_at FROM quality_batch WHERE resource = $1 AND received_at IS NOT NULL
ORDER BY received_at DESC, batch DESC LIMIT $2

-- name: receipts_of_day
SELECT batch, day, provider, received_at FROM quality_batch WHERE resource = $1 AND day = $3 AND received_at IS NOT NULL
ORDER BY received_at, batch LIMIT $2

-- name: drop_receipt
DELETE FROM quality_receipt WHERE resource = $1
