-- The header grows while a JSON Lines file shows new keys.
-- name: put_batch_columns
INSERT INTO batch_columns (batch, columns) VALUES ($1, $2) ON CONFLICT (batch) DO UPDATE SET columns = excluded.columns

-- name: find_batch_columns
SELECT columns FROM batch_columns WHERE batch = $1
