-- name: any_constraint
SELECT id FROM registry_constraint WHERE ended_at IS NULL LIMIT 1

-- name: constraints_of_record
SELECT id, a, b, role, same, event, made_at FROM registry_constraint WHERE (a = $1 OR b = $1) AND ended_at IS NULL
ORDER BY made_at, id

-- name: constraints_of_event
SELECT id, a, b, role, same, event, made_at FROM registry_constraint WHERE event = $1 AND ended_at IS NULL ORDER BY made_at, id

-- name: add_constraint
INSERT INTO registry_constraint (id, a, b, role, same, event, made_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)

-- name: end_constraints_of_event
UPDATE registry_constraint SET ended_at = $2 WHERE event = $1 AND ended_at IS NULL

-- name: end_constraint
UPDATE registry_constraint SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL

-- name: add_event
INSERT INTO registry_event (id, kind, kept, gone, actor, model, weights, reason, made_at, undone_at, undone_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, '')

-- name: undo_event
UPDATE registry_event SET undone_at = $2, undone_by = $3 WHERE id = $1 AND undone_at IS NULL

-- name: event_by_id
SELECT id, kind, kept, gone, actor, model, weights, reason, made_at, undone_at, undone_by FROM registry_event WHERE id = $1

-- name: page_of_events
SELECT id, kind, kept, gone, actor, model, weights, reason, made_at, undone_at, undone_by FROM registry_event
WHERE id < $1 ORDER BY id DESC LIMIT $2

-- name: events_of_subject
SELECT id, kind, kept, gone, actor, model, weights, reason, made_at, undone_at, undone_by FROM registry_event
WHERE kept = $1 OR gone = $1 ORDER BY id DESC LIMIT $2

-- name: alias_of
SELECT kept FROM registry_alias WHERE subject = $1

-- name: aliases_to
SELECT subject, event FROM registry_alias WHERE kept = $1 ORDER BY subject

-- name: add_alias
INSERT INTO registry_alias (subject, kept, event) VALUES ($1, $2, $3)

-- name: drop_alias
DELETE FROM registry_alias WHERE subject = $1

-- name: add_review
INSERT INTO registry_review (id, a, b, role, resource_a, resource_b, region_a, region_b, probability, weights, state, lease_owner,
                             lease_until, decided_by, decided_at, event, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', '', 0, '', NULL, 0, $11)
ON CONFLICT (a, b, role) DO UPDATE SET probability = excluded.probability, weights = excluded.weights
WHERE registry_review.state = 'open' AND registry_review.probability <> excluded.probability

-- name: review_by_id
SELECT id, a, b, role, resource_a, resource_b, region_a, region_b, probability, weights, state, lease_owner, lease_until, decided_by,
       decided_at, event, made_at
FROM registry_review WHERE id = $1

-- name: review_of_event
SELECT id, a, b, role, resource_a, resource_b, region_a, region_b, probability, weights, state, lease_owner, lease_until, decided_by,
       decided_at, event, made_at
FROM registry_review WHERE event = $1 AND state = 'same' LIMIT 1

-- name: next_reviews
SELECT id, a, b, role, resource_a, resource_b, region_a, region_b, probability, weights, state, lease_owner, lease_until, decided_by,
       decided_at, event, made_at
FROM registry_review
WHERE state = 'open' AND (lease_until < $1 OR lease_owner = $2) AND (probability < $4 OR (probability = $4 AND id > $5))
ORDER BY probability DESC, id LIMIT $3

-- name: page_of_reviews
SELECT id, a, b, role, resource_a, resource_b, region_a, region_b, probability, weights, state, lease_owner, lease_until, decided_by,
       decided_at, event, made_at
FROM registry_review WHERE id < $1 AND ($3 = '' OR state = $3) ORDER BY id DESC LIMIT $2

-- name: lease_review
UPDATE registry_review SET lease_owner = $2, lease_until = $3 WHERE id = $1 AND state = 'open' AND lease_owner = $4 AND lease_until = $5

-- name: decide_review
UPDATE registry_review SET state = $2, decided_by = $3, decided_at = $4, event = $5, lease_owner = '', lease_until = 0
WHERE id = $1 AND state = $6

-- name: reopen_reviews_of_event
UPDATE registry_review SET state = 'open', decided_by = '', decided_at = NULL, event = 0, lease_owner = '', lease_until = 0
WHERE event = $1 AND state = 'same'

-- name: open_reviews_of_record
SELECT id, a, b, role FROM registry_review WHERE (a = $1 OR b = $1) AND state IN ('open', 'unsure')

-- name: close_review
DELETE FROM registry_review WHERE id = $1 AND state IN ('open', 'unsure')

-- name: count_reviews
SELECT state, count(*) FROM registry_review GROUP BY state ORDER BY state

-- name: relations_of
SELECT id, subject, other, kind, valid_from, valid_to, actor, known_from FROM registry_relation
WHERE (subject = $1 OR other = $1) AND known_to IS NULL ORDER BY id LIMIT $2

-- name: relation_by_id
SELECT id, subject, other, kind, valid_from, valid_to, actor, known_from FROM registry_relation WHERE id = $1 AND known_to IS NULL

-- name: count_reviews_in_state
SELECT count(*) FROM registry_review WHERE state = $1

-- name: add_relation
INSERT INTO registry_relation (id, subject, other, kind, valid_from, valid_to, actor, known_from, known_to)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)

-- name: end_relation
UPDATE registry_relation SET known_to = $2 WHERE id = $1 AND known_to IS NULL
