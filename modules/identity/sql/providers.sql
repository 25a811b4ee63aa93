-- name: all_providers
SELECT id, title_zh, title_en, audience, issuer, client_id, client_secret, scopes, return_address, account_claim, name_claim,
       document_kind_claim, document_number_claim, document_words, first_login, second_factor, enabled, changed_at, changed_by,
       row_version
FROM identity_provider ORDER BY id

-- name: add_provider
INSERT INTO identity_provider (id, row_version, title_zh, title_en, audience, issuer, client_id, client_secret, scopes, return_address,
                               account_claim, name_claim, document_kind_claim, document_number_claim, document_words, first_login,
                               second_factor, enabled, changed_at, changed_by)
VALUES ($1, $2 + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)

-- name: change_provider
UPDATE identity_provider SET row_version = row_version + 1, title_zh = $3, title_en = $4, audience = $5, issuer = $6, client_id = $7,
  client_secret = $8, scopes = $9, return_address = $10, account_claim = $11, name_claim = $12, document_kind_claim = $13,
  document_number_claim = $14, document_words = $15, first_login = $16, second_factor = $17, enabled = $18, changed_at = $19,
  changed_by = $20
WHERE id = $1 AND row_version = $2

-- name: drop_provider
DELETE FROM identity_provider WHERE id = $1 AND row_version = $2

-- name: drop_links_of_provider
DELETE FROM identity_link WHERE provider = $1

-- name: account_of_link
SELECT account FROM identity_link WHERE subject_hash = $1

-- name: add_link
INSERT INTO identity_link (subject_hash, provider, account, linked_at) VALUES ($1, $2, $3, $4)

-- name: account_of_document
SELECT account FROM identity_document WHERE number_hash = $1

-- name: documents_of_account
SELECT id, account, kind, number, name, provider, verified_at FROM identity_document WHERE account = $1 ORDER BY id

-- name: put_document
INSERT INTO identity_document (number_hash, id, account, kind, number, name, provider, verified_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (number_hash) DO UPDATE SET id = excluded.id, kind = excluded.kind, number = excluded.number, name = excluded.name,
  provider = excluded.provider, verified_at = excluded.verified_at
WHERE identity_document.account = excluded.account

-- name: name_account
UPDATE identity_account SET row_version = row_version + 1, name = $2 WHERE id = $1

-- name: spend
INSERT INTO identity_spent (mark, ends_at) VALUES ($1, $2)

-- name: drop_old_spent
DELETE FROM identity_spent WHERE ends_at < $1
