-- name: account_by_id
SELECT id, kind, state, login, name, phone, department, password, must_change, second_factor, used_step, created_at, created_by,
       row_version, suspended_until
FROM identity_account WHERE id = $1

-- name: account_by_login
SELECT id, kind, state, login, name, phone, department, password, must_change, second_factor, used_step, created_at, created_by,
       row_version, suspended_until
FROM identity_account WHERE login_hash = $1

-- name: account_by_phone
SELECT id, kind, state, login, name, phone, department, password, must_change, second_factor, used_step, created_at, created_by,
       row_version, suspended_until
FROM identity_account WHERE phone_hash = $1

-- name: page_of_accounts
SELECT id, kind, state, login, name, phone, department, password, must_change, second_factor, used_step, created_at, created_by,
       row_version, suspended_until
FROM identity_account
WHERE id < $1 AND ($3 = '' OR kind = $3) AND ($4 = '' OR state = $4)
ORDER BY id DESC LIMIT $2

-- name: add_account
INSERT INTO identity_account (id, kind, state, login_hash, login, name, phone_hash, phone, department, password, must_change,
                              second_factor, used_step, created_at, created_by, row_version)
VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9, $10, NULL, 0, $11, $12, 1)

-- name: change_account
UPDATE identity_account SET row_version = row_version + 1, state = $3, name = $4, department = $5
WHERE id = $1 AND row_version = $2

-- name: suspend_account
UPDATE identity_account SET row_version = row_version + 1, suspended_until = $3 WHERE id = $1 AND row_version = $2

-- name: change_password
UPDATE identity_account SET row_version = row_version + 1, password = $3, must_change = $4 WHERE id = $1 AND row_version = $2

-- name: change_second_factor
UPDATE identity_account SET row_version = row_version + 1, second_factor = $3, used_step = $4
WHERE id = $1 AND row_version = $2

-- name: use_step
UPDATE identity_account SET used_step = $2 WHERE id = $1 AND used_step < $2

-- name: count_accounts
SELECT count(*) FROM identity_account WHERE state = 'open' AND kind = $1

-- name: all_roles
SELECT id, title_zh, title_en, permissions, classes, purposes, changed_at, changed_by, row_version FROM identity_role ORDER BY id

-- name: add_role
INSERT INTO identity_role (id, title_zh, title_en, permissions, classes, purposes, changed_at, changed_by, row_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)

-- name: change_role
UPDATE identity_role SET row_version = row_version + 1, title_zh = $3, title_en = $4, permissions = $5, classes = $6, purposes = $7,
                         changed_at = $8, changed_by = $9
WHERE id = $1 AND row_version = $2

-- name: drop_role
DELETE FROM identity_role WHERE id = $1 AND row_version = $2

-- name: count_grants_of_role
SELECT count(*) FROM identity_grant WHERE role = $1 AND ended_at IS NULL

-- name: count_grants_of_role_to
SELECT count(*) FROM identity_grant WHERE role = $1 AND account = $2 AND ended_at IS NULL

-- A grant that stands; an account as it was read. Whoever decides something upon them holds them.
-- name: hold_grant
UPDATE identity_grant SET reason = reason WHERE id = $1 AND ended_at IS NULL

-- name: touch_account
UPDATE identity_account SET row_version = row_version + 1 WHERE id = $1 AND row_version = $2

-- name: hold_account
UPDATE identity_account SET used_step = used_step WHERE id = $1 AND state = 'open' AND password = $2

-- name: grants_of_account
SELECT id, account, role, region, department, valid_from, valid_until, kind, of_grant, reason, granted_by, granted_at, ended_at,
       ended_by, reviewed_at, reviewed_by, sealed_reason
FROM identity_grant WHERE account = $1 ORDER BY id

-- name: grant_by_id
SELECT id, account, role, region, department, valid_from, valid_until, kind, of_grant, reason, granted_by, granted_at, ended_at,
       ended_by, reviewed_at, reviewed_by, sealed_reason
FROM identity_grant WHERE id = $1

-- name: page_of_grants
SELECT id, account, role, region, department, valid_from, valid_until, kind, of_grant, reason, granted_by, granted_at, ended_at,
       ended_by, reviewed_at, reviewed_by, sealed_reason
FROM identity_grant
WHERE id < $1 AND ($3 = '' OR kind = $3) AND ($4 = 0 OR reviewed_at IS NULL)
ORDER BY id DESC LIMIT $2

-- name: lent_of_grant
SELECT id, account FROM identity_grant WHERE of_grant = $1 AND ended_at IS NULL

-- name: add_grant
INSERT INTO identity_grant (id, account, role, region, department, valid_from, valid_until, kind, of_grant, reason, granted_by,
                            granted_at, ended_at, ended_by, reviewed_at, reviewed_by, sealed_reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $11, $12, NULL, '', NULL, '', $10)

-- Grants of before reasons were sealed.
-- name: bare_grant_reasons
SELECT id, reason FROM identity_grant WHERE reason <> '' ORDER BY id LIMIT $1

-- name: seal_grant_reason
UPDATE identity_grant SET reason = '', sealed_reason = $2 WHERE id = $1 AND reason <> ''

-- name: end_grant
UPDATE identity_grant SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL

-- name: review_grant
UPDATE identity_grant SET reviewed_at = $2, reviewed_by = $3 WHERE id = $1 AND reviewed_at IS NULL

-- name: token_by_hash
SELECT id, kind, token_hash, account, label, opened_at, seen_at, ends_at, ended_at, manner FROM identity_token WHERE token_hash = $1

-- name: tokens_of_account
SELECT id, kind, token_hash, account, label, opened_at, seen_at, ends_at, ended_at, manner FROM identity_token
WHERE account = $1 AND ended_at IS NULL ORDER BY id DESC

-- name: add_token
INSERT INTO identity_token (id, kind, token_hash, account, label, opened_at, seen_at, ends_at, ended_at, manner)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7, NULL, $8)

-- name: see_token
UPDATE identity_token SET seen_at = $2 WHERE id = $1 AND seen_at < $2

-- name: extend_token
UPDATE identity_token SET ends_at = $2 WHERE id = $1 AND ends_at < $2 AND ended_at IS NULL

-- name: end_token
UPDATE identity_token SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL

-- name: end_tokens_of_account
UPDATE identity_token SET ended_at = $2 WHERE account = $1 AND id <> $3 AND ended_at IS NULL

-- name: drop_old_tokens
DELETE FROM identity_token WHERE ends_at < $1 OR ended_at < $1
