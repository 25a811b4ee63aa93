-- name: note_subject
INSERT INTO audit_subject (subject, xact, sequence) VALUES ($1, $2, $3) ON CONFLICT (subject, xact, sequence) DO NOTHING

-- name: forget_subject
DELETE FROM audit_subject WHERE subject = $1 AND xact = $2 AND sequence = $3

-- Newest first, before ($2, $3).
-- name: entries_of_subject
-- scatter: entries are spread by their own shards
SELECT e.xact, e.sequence, e.committed_at, e.actor, e.event, e.subject, e.detail
FROM audit_subject AS s JOIN audit_entry AS e ON e.xact = s.xact AND e.sequence = s.sequence
WHERE s.subject = $1 AND (s.xact, s.sequence) < ($2, $3) ORDER BY s.xact DESC, s.sequence DESC LIMIT $4

-- name: is_listed
SELECT 1 FROM audit_subject WHERE subject = $1 AND xact = $2 AND sequence = $3

-- name: add_delay
INSERT INTO audit_delay (id, subject, department, authority, order_number, begins_at, ends_at, ordered_by, ordered_at, lifted_by,
                         lifted_at, salt)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', NULL, $10)

-- name: lift_delay
UPDATE audit_delay SET lifted_by = $2, lifted_at = $3 WHERE id = $1 AND lifted_at IS NULL AND ends_at > $3

-- name: delay_by_id
SELECT id, subject, department, authority, order_number, begins_at, ends_at, ordered_by, ordered_at, lifted_by, lifted_at
FROM audit_delay WHERE id = $1

-- name: delays_of_subject
SELECT id, subject, department, authority, order_number, begins_at, ends_at, ordered_by, ordered_at, lifted_by, lifted_at
FROM audit_delay WHERE subject = $1 ORDER BY id

-- name: page_of_delays
SELECT id, subject, department, authority, order_number, begins_at, ends_at, ordered_by, ordered_at, lifted_by, lifted_at
FROM audit_delay WHERE id < $1 ORDER BY id DESC LIMIT $2

-- name: count_delays
SELECT count(*), CAST(coalesce(sum(CASE WHEN lifted_at IS NULL AND ends_at > $1 THEN 1 ELSE 0 END), 0) AS BIGINT),
       coalesce(max(CASE WHEN lifted_at IS NULL THEN ends_at ELSE 0 END), 0)
FROM audit_delay

-- Beside their entries; with the salt of the mark that binds both.
-- name: every_delay
SELECT id, subject, department, authority, order_number, begins_at, ends_at, ordered_by, ordered_at, lifted_by, lifted_at, salt
FROM audit_delay ORDER BY id

-- Entries of delays that wait for their leaves.
-- name: delays_after
-- scatter: verification
SELECT xact, sequence, committed_at, actor, event, subject, detail FROM audit_entry
WHERE (xact, sequence) > ($1, $2) AND event IN ('audit.delay', 'audit.delay.lift') ORDER BY xact, sequence

-- name: add_order
INSERT INTO audit_order (id, position, order_number, reason, state, asked_by, asked_at, decided_by, decided_at, sealed_reason)
VALUES ($1, $2, $3, '', 'asked', $5, $6, '', NULL, $4)

-- name: decide_order
UPDATE audit_order SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 'asked'

-- name: order_by_id
SELECT id, position, order_number, reason, state, asked_by, asked_at, decided_by, decided_at, sealed_reason
FROM audit_order WHERE id = $1

-- name: page_of_orders
SELECT id, position, order_number, reason, state, asked_by, asked_at, decided_by, decided_at, sealed_reason
FROM audit_order WHERE id < $1 ORDER BY id DESC LIMIT $2

-- name: open_orders_of_position
SELECT count(*) FROM audit_order WHERE position = $1 AND state = 'asked'

-- Rows of before reasons were sealed.
-- name: bare_reasons
SELECT id, reason FROM audit_order WHERE reason <> '' ORDER BY id LIMIT $1

-- name: seal_reason
UPDATE audit_order SET reason = '', sealed_reason = $2 WHERE id = $1 AND reason <> ''
