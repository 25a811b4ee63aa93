-- To all it was addressed to.
-- name: add_deliveries
INSERT INTO notice_delivery (notice, account, channel, state, attempts, handed_at)
SELECT notice, account, CAST($2 AS TEXT), 'waiting', 0, NULL FROM notice_receipt WHERE notice = $1

-- name: deliver_again
UPDATE notice_delivery SET state = 'waiting', attempts = 0
WHERE notice = $1 AND state = 'handed' AND account IN
  (SELECT account FROM notice_receipt WHERE notice = $1 AND (read_at IS NULL OR ($2 = 1 AND answered_at IS NULL)))

-- name: waiting_deliveries
SELECT account, channel, attempts FROM notice_delivery WHERE notice = $1 AND state = 'waiting' AND channel = $2 ORDER BY account LIMIT $3

-- name: change_delivery
UPDATE notice_delivery SET state = $4, attempts = $5, handed_at = $6
WHERE notice = $1 AND account = $2 AND channel = $3 AND state = 'waiting'

-- name: count_deliveries
SELECT channel, state, count(*) FROM notice_delivery WHERE notice = $1 GROUP BY channel, state ORDER BY channel, state
