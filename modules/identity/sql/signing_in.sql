-- name: failures_of
SELECT failures, last_at FROM identity_failure WHERE place = $1

-- $3: what is older than this is forgotten.
-- name: count_failure
INSERT INTO identity_failure (place, failures, last_at) VALUES ($1, 1, $2)
ON CONFLICT (place) DO UPDATE SET
  failures = CASE WHEN identity_failure.last_at < $3 THEN 1 ELSE identity_failure.failures + 1 END, last_at = excluded.last_at

-- name: drop_failures
DELETE FROM identity_failure WHERE place = $1

-- name: drop_old_failures
DELETE FROM identity_failure WHERE last_at < $1

-- name: add_signer
INSERT INTO identity_signer (id, account, public_key, label, made_at, ends_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, NULL)

-- name: end_signer
UPDATE identity_signer SET ended_at = $3 WHERE id = $1 AND account = $2 AND ended_at IS NULL

-- name: signer_by_id
SELECT id, account, public_key, label, made_at, ends_at, ended_at FROM identity_signer WHERE id = $1

-- name: signers_of_account
SELECT id, account, public_key, label, made_at, ends_at, ended_at FROM identity_signer WHERE account = $1 ORDER BY id DESC
