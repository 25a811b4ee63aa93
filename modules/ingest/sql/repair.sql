-- Where the chain of a refused row begins (itself unless it was sent to mend another), and of which resource it is.
-- name: find_refused_root
SELECT coalesce(r.root_batch, r.batch), coalesce(r.root_line, r.line), b.resource
FROM refused_row r JOIN batch b ON b.id = r.batch WHERE r.batch = $1 AND r.line = $2

-- name: find_refused_row
SELECT r.line, r.field, r.reason, r.arguments, r.original, r.state, r.root_batch, r.root_line, r.mended_batch, r.mended_line,
       r.closed_at, r.batch, b.resource, r.sealed_as
FROM refused_row r JOIN batch b ON b.id = r.batch WHERE r.batch = $1 AND r.line = $2

-- Rows from before each resource had keys of its own for them.
-- name: shared_refused_rows
-- scatter: rows of all batches
SELECT r.batch, r.line, r.arguments, r.original, b.resource FROM refused_row r JOIN batch b ON b.id = r.batch
WHERE r.sealed_as IS NULL ORDER BY r.batch, r.line LIMIT $1

-- name: seal_refused_row_anew
UPDATE refused_row SET arguments = $3, original = $4, sealed_as = 1 WHERE batch = $1 AND line = $2 AND sealed_as IS NULL

-- Nothing opens it any more, its key was destroyed or its bytes are damaged: it is left as it is.
-- name: leave_refused_row
UPDATE refused_row SET sealed_as = 0 WHERE batch = $1 AND line = $2 AND sealed_as IS NULL

-- Closes a first try and every later try of it.
-- name: mend_chain
-- scatter: later tries of a row are in other batches
UPDATE refused_row SET state = 'mended', mended_batch = $3, mended_line = $4, closed_at = $5
WHERE state <> 'mended' AND ((batch = $1 AND line = $2) OR (root_batch = $1 AND root_line = $2))

-- Writes nothing; expects that the batch is not withdrawn, nor will be before this is committed.
-- name: hold_standing_batch
UPDATE batch SET withdrawal = withdrawal WHERE id = $1 AND withdrawal = ''

-- name: mend_open_row
UPDATE refused_row SET state = 'mended', mended_batch = 0, mended_line = 0, closed_at = $3
WHERE batch = $1 AND line = $2 AND state = 'open'

-- name: chain_refused_row
UPDATE refused_row SET root_batch = $3, root_line = $4 WHERE batch = $1 AND line = $2

-- A later try whose first try was mended meanwhile.
-- name: close_late_try
-- scatter: the first try is in another batch
UPDATE refused_row SET state = 'mended', closed_at = $5,
  mended_batch = (SELECT f.mended_batch FROM refused_row f WHERE f.batch = $3 AND f.line = $4),
  mended_line = (SELECT f.mended_line FROM refused_row f WHERE f.batch = $3 AND f.line = $4)
WHERE batch = $1 AND line = $2 AND EXISTS (SELECT 1 FROM refused_row f WHERE f.batch = $3 AND f.line = $4 AND f.state = 'mended')

-- Counts a batch's mended rows anew, and those of the batches that mend it.
-- name: recount_mended
-- scatter: a batch and those that repair it
UPDATE batch SET mended = (SELECT count(*) FROM refused_row r WHERE r.batch = batch.id AND r.state = 'mended')
WHERE id = $1 OR id IN (SELECT t.batch FROM refused_row t WHERE t.root_batch = $1)

-- name: mark_repairing
UPDATE batch SET repairs = $2 WHERE id = $1 AND repairs IS NULL
