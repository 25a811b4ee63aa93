-- name: add_rumour
INSERT INTO notice_rumour (id, state, claim, seen_at, claimed_on, verdict, explanation, sources, written_by, written_at, decided_by,
                           published_at, withdrawn_at, row_version)
VALUES ($1, 'draft', $2, $3, $4, $5, $6, $7, $8, $9, '', NULL, NULL, 1)

-- name: change_rumour
UPDATE notice_rumour SET row_version = row_version + 1, state = $3, decided_by = $4, published_at = $5, withdrawn_at = $6
WHERE id = $1 AND row_version = $2

-- name: rumour_by_id
SELECT id, state, claim, seen_at, claimed_on, verdict, explanation, sources, written_by, written_at, decided_by, published_at,
       withdrawn_at, row_version
FROM notice_rumour WHERE id = $1

-- name: page_of_rumours
SELECT id, state, claim, seen_at, claimed_on, verdict, explanation, sources, written_by, written_at, decided_by, published_at,
       withdrawn_at, row_version
FROM notice_rumour WHERE id < $1 AND ($3 = '' OR state = $3) ORDER BY id DESC LIMIT $2

-- name: add_alert
INSERT INTO notice_alert (id, identifier, kind, status, category, event, urgency, severity, certainty, headline, description,
                          instruction, areas, effective_at, expires_at, sent_at, sent_by, update_of, replaced_by, row_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, NULL, 1)

-- name: replace_alert
UPDATE notice_alert SET row_version = row_version + 1, replaced_by = $3 WHERE id = $1 AND row_version = $2 AND replaced_by IS NULL

-- name: alert_by_id
SELECT id, identifier, kind, status, category, event, urgency, severity, certainty, headline, description, instruction, areas,
       effective_at, expires_at, sent_at, sent_by, update_of, replaced_by, row_version
FROM notice_alert WHERE id = $1

-- name: alert_by_identifier
SELECT id, identifier, kind, status, category, event, urgency, severity, certainty, headline, description, instruction, areas,
       effective_at, expires_at, sent_at, sent_by, update_of, replaced_by, row_version
FROM notice_alert WHERE identifier = $1

-- name: alerts_not_expired
SELECT id, identifier, kind, status, category, event, urgency, severity, certainty, headline, description, instruction, areas,
       effective_at, expires_at, sent_at, sent_by, update_of, replaced_by, row_version
FROM notice_alert WHERE expires_at > $1 ORDER BY id DESC LIMIT $2
