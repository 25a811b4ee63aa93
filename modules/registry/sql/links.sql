-- name: state
SELECT number, model FROM registry_state WHERE id = 1

-- name: take_number
UPDATE registry_state SET number = $1 + 1 WHERE id = 1 AND number = $1

-- name: hold_number @sqlite
UPDATE registry_state SET id = id WHERE id = 1 AND number = $1
-- name: hold_number @postgres
SELECT 1 FROM registry_state WHERE id = 1 AND number = $1 FOR SHARE

-- name: set_model
UPDATE registry_state SET model = $2, number = $1 + 1 WHERE id = 1 AND number = $1

-- name: all_resources
SELECT resource, number, before_id, done FROM registry_resource ORDER BY number

-- name: add_resource
INSERT INTO registry_resource (resource, number, before_id, done) VALUES ($1, $2, $3, $4)

-- name: move_backfill
UPDATE registry_resource SET before_id = $3, done = $4 WHERE number = $1 AND before_id = $2

-- name: restart_backfill
UPDATE registry_resource SET before_id = $1, done = 0

-- name: restart_backfill_of
UPDATE registry_resource SET before_id = $2, done = 0 WHERE number = $1

-- name: links_of_record
SELECT record, role, version, resource, subject, home, certainty, model, identifier, name, batch, region, known_from
FROM registry_link WHERE record = $1 AND known_to IS NULL

-- name: last_version_of_link
SELECT version, home FROM registry_link WHERE record = $1 AND role = $2 ORDER BY version DESC LIMIT 1

-- name: links_of_identifier
SELECT record, role, version, resource, subject, home, certainty, model, identifier, name, batch, region, known_from
FROM registry_link WHERE identifier = $1 AND known_to IS NULL ORDER BY record LIMIT $2

-- name: links_of_subject
SELECT record, role, version, resource, subject, home, certainty, model, identifier, name, batch, region, known_from
FROM registry_link WHERE subject = $1 AND known_to IS NULL ORDER BY record DESC LIMIT $2

-- name: links_of_subject_in
SELECT record, role, version, resource, subject, home, certainty, model, identifier, name, batch, region, known_from
FROM registry_link WHERE subject = $1 AND resource = $2 AND known_to IS NULL ORDER BY record DESC LIMIT $3

-- name: links_between
SELECT record, role, version, resource, subject, home, certainty, model, identifier, name, batch, region, known_from
FROM registry_link WHERE record >= $1 AND record <= $2 AND known_to IS NULL ORDER BY record, role LIMIT $3

-- name: links_of_resource_between
SELECT record, role, version, resource, subject, home, certainty, model, identifier, name, batch, region, known_from
FROM registry_link WHERE record >= $1 AND record < $2 AND resource = $3 AND known_to IS NULL ORDER BY record, role LIMIT $4

-- name: links_of_batch
SELECT record, role, version, resource, subject, home, certainty, model, identifier, name, batch, region, known_from
FROM registry_link WHERE record > $1 AND batch = $2 AND known_to IS NULL ORDER BY record, role LIMIT $3

-- name: end_link
UPDATE registry_link SET known_to = $4 WHERE record = $1 AND role = $2 AND version = $3 AND known_to IS NULL

-- name: add_link
INSERT INTO registry_link (record, role, version, resource, subject, home, certainty, model, identifier, name, batch, region, known_from, known_to)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL)

-- name: count_links
SELECT count(*), count(DISTINCT subject) FROM registry_link WHERE known_to IS NULL

-- name: count_links_by_certainty
SELECT resource, role, certainty, count(*) FROM registry_link WHERE known_to IS NULL GROUP BY resource, role, certainty ORDER BY resource, role, certainty

-- name: history_of_record
SELECT record, role, version, resource, subject, home, certainty, model, identifier, name, batch, region, known_from, known_to
FROM registry_link WHERE record = $1 ORDER BY role, version

-- name: history_between
SELECT record, role, version, resource, subject, home, certainty, model, identifier, name, batch, region, known_from, known_to
FROM registry_link WHERE record >= $1 AND record <= $2 ORDER BY record, role, version

-- name: first_link_of_subject
SELECT record, role, version, resource, subject, home, certainty, model, identifier, name, batch, region, known_from
FROM registry_link WHERE subject = $1 AND known_to IS NULL ORDER BY CASE WHEN home = subject THEN 0 ELSE 1 END, record LIMIT 1

-- name: links_at_home
SELECT record, role, version, resource, subject, home, certainty, model, identifier, name, batch, region, known_from
FROM registry_link WHERE subject = $1 AND home = $2 AND record > $3 AND known_to IS NULL ORDER BY record LIMIT $4

-- name: ended_links_of_subject
SELECT record, role, version, resource, subject, home, certainty, model, identifier, name, batch, region, known_from, known_to
FROM registry_link WHERE subject = $1 AND known_to IS NOT NULL ORDER BY known_to DESC, record DESC LIMIT $2
