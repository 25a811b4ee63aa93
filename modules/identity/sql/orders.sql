-- part: orders
SELECT id, kind, state, account, role, region, department, valid_from, valid_until, reason, asked_by, asked_at, ends_at, decided_by,
       decided_at, of_grant, sealed_reason
FROM identity_account_order

-- name: order_by_id
{orders} WHERE id = $1

-- $3: 1 for those that wait and have not lapsed at $4.
-- name: page_of_orders
{orders} WHERE id < $1 AND ($3 = 0 OR (state = 'waiting' AND ends_at > $4)) ORDER BY id DESC LIMIT $2

-- name: count_waiting_orders
SELECT count(*) FROM identity_account_order WHERE account = $1 AND kind = $2 AND role = $3 AND state = 'waiting' AND ends_at > $4

-- name: add_order
INSERT INTO identity_account_order (id, kind, state, account, role, region, department, valid_from, valid_until, reason, asked_by, asked_at,
                            ends_at, decided_by, decided_at, of_grant, sealed_reason)
VALUES ($1, $2, 'waiting', $3, $4, $5, $6, $7, $8, '', $10, $11, $12, '', NULL, $13, $9)

-- Orders of before reasons were sealed.
-- name: bare_order_reasons
SELECT id, reason FROM identity_account_order WHERE reason <> '' ORDER BY id LIMIT $1

-- name: seal_order_reason
UPDATE identity_account_order SET reason = '', sealed_reason = $2 WHERE id = $1 AND reason <> ''

-- name: decide_order
UPDATE identity_account_order SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 'waiting'
