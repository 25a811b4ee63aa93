-- name: find_withdrawal
SELECT batch, resource, reason, actor, state, expected, ended, restored, reopened, asked_at, finished_at
FROM batch_withdrawal WHERE batch = $1

-- name: unfinished_withdrawals
SELECT batch, resource, reason, actor, state, expected, ended, restored, reopened, asked_at, finished_at
FROM batch_withdrawal WHERE state = 'running' ORDER BY asked_at, batch

-- Batches of a resource whose records are about to end.
-- name: withdrawing_batches
SELECT batch FROM batch_withdrawal WHERE resource = $1 AND state = 'running'

-- Batches of a resource whose versions must not stand again.
-- name: withdrawn_batches
SELECT batch FROM batch_withdrawal WHERE resource = $1

-- name: add_withdrawal
INSERT INTO batch_withdrawal (batch, resource, reason, actor, state, expected, asked_at)
VALUES ($1, $2, $3, $4, 'running', $5, $6)

-- name: mark_withdrawing
UPDATE batch SET withdrawal = 'running' WHERE id = $1 AND state IN ('done', 'failed') AND withdrawal = ''

-- Expects that nobody else moved it since it was read.
-- name: move_withdrawal
UPDATE batch_withdrawal SET ended = $4, restored = $5
WHERE batch = $1 AND state = 'running' AND ended = $2 AND restored = $3

-- name: finish_withdrawal
UPDATE batch_withdrawal SET state = 'done', reopened = $2, finished_at = $3 WHERE batch = $1 AND state = 'running'

-- name: mark_withdrawn
UPDATE batch SET withdrawal = 'done' WHERE id = $1 AND withdrawal = 'running'

-- The withdrawn file may come again, and later ones that told the same as records which ended now.
-- name: free_contents @sqlite
UPDATE batch SET content = CAST('withdrawn ' || id AS BLOB)
WHERE resource = $1 AND (id = $2 OR (state = 'done' AND unchanged > 0 AND started_at >= $3))
-- name: free_contents @postgres
UPDATE batch SET content = convert_to('withdrawn ' || id, 'UTF8')
WHERE resource = $1 AND (id = $2 OR (state = 'done' AND unchanged > 0 AND started_at >= $3))

-- Batches received since that told the same of some records.
-- name: batches_repeating
SELECT id FROM batch WHERE resource = $1 AND id <> $2 AND state = 'done' AND unchanged > 0 AND started_at >= $3 AND withdrawal = ''
ORDER BY id

-- name: batches_repairing
SELECT id FROM batch WHERE repairs = $1 AND withdrawal = '' ORDER BY id

-- Refused rows of other files that rows of this batch mended.
-- name: count_mended_by
-- scatter: the rows it mended are in other batches
SELECT count(*) FROM refused_row WHERE mended_batch = $1

-- name: reopen_mended_by
-- scatter: the rows it mended are in other batches
UPDATE refused_row SET state = 'open', mended_batch = NULL, mended_line = NULL, closed_at = NULL WHERE mended_batch = $1

-- name: recount_mended_of_resource
-- scatter: every batch that had mended rows
UPDATE batch SET mended = (SELECT count(*) FROM refused_row r WHERE r.batch = batch.id AND r.state = 'mended')
WHERE resource = $1 AND mended > 0
