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

-- name: code_of_phone
SELECT code_hash, sent_at, ends_at, tries_left FROM identity_phone_code WHERE phone_hash = $1 AND asker_hash = $2

-- name: put_code
INSERT INTO identity_phone_code (phone_hash, asker_hash, code_hash, sent_at, ends_at, tries_left) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (phone_hash, asker_hash) DO UPDATE SET code_hash = excluded.code_hash, sent_at = excluded.sent_at,
  ends_at = excluded.ends_at, tries_left = excluded.tries_left

-- name: try_code
UPDATE identity_phone_code SET tries_left = tries_left - 1 WHERE phone_hash = $1 AND asker_hash = $2 AND tries_left > 0

-- name: drop_code
DELETE FROM identity_phone_code WHERE phone_hash = $1 AND asker_hash = $2 AND code_hash = $3

-- name: drop_old_codes
DELETE FROM identity_phone_code WHERE ends_at < $1

-- $3: an hour that began before this is over. Nothing is written where $4 have gone out in this one.
-- name: count_text
INSERT INTO identity_text_count (mark, since, sent) VALUES ($1, $2, 1)
ON CONFLICT (mark) DO UPDATE SET
  sent = CASE WHEN identity_text_count.since <= $3 THEN 1 ELSE identity_text_count.sent + 1 END,
  since = CASE WHEN identity_text_count.since <= $3 THEN excluded.since ELSE identity_text_count.since END
WHERE identity_text_count.since <= $3 OR identity_text_count.sent < $4

-- name: text_count
SELECT since, sent FROM identity_text_count WHERE mark = $1

-- name: drop_old_text_counts
DELETE FROM identity_text_count WHERE since <= $1
