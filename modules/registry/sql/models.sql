-- name: all_models
SELECT version, state, name, actor, made_at, records, seconds, certain, probable, possible, changes, activated_at, fault, warnings
FROM registry_model ORDER BY version DESC

-- name: last_model
SELECT version FROM registry_model ORDER BY version DESC LIMIT 1

-- name: model_body
SELECT body FROM registry_model WHERE version = $1 AND body IS NOT NULL

-- name: add_model
INSERT INTO registry_model (version, state, name, actor, made_at, records, seconds, certain, probable, possible, changes, activated_at,
  fault, body)
VALUES ($1, 'learning', '', $2, $3, 0, 0, 0, 0, 0, '', NULL, '', NULL)

-- name: put_model
UPDATE registry_model SET state = 'ready', name = $2, records = $3, seconds = $4, certain = $5, probable = $6, possible = $7, body = $8,
  warnings = $9
WHERE version = $1

-- name: begin_comparing
UPDATE registry_model SET state = 'comparing' WHERE version = $1 AND state IN ('ready', 'comparing', 'compared')

-- name: fail_model
UPDATE registry_model SET state = CASE WHEN body IS NULL THEN 'failed' ELSE 'ready' END, fault = $2 WHERE version = $1

-- name: put_model_changes
UPDATE registry_model SET state = 'compared', changes = $2, fault = '' WHERE version = $1

-- name: activate_model
UPDATE registry_model SET activated_at = $2 WHERE version = $1

-- name: standing_constraints
SELECT a, b, same FROM registry_constraint WHERE ended_at IS NULL ORDER BY made_at, id

-- name: count_person_links
SELECT count(*) FROM registry_link WHERE role IN (0, 6) AND known_to IS NULL

-- name: person_links
SELECT record, subject FROM registry_link WHERE role IN (0, 6) AND known_to IS NULL

-- name: all_constraints
SELECT a, b, same, ended_at FROM registry_constraint ORDER BY CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END, made_at, id

-- name: add_typed
INSERT INTO registry_typed (resource, day, fields, known) VALUES ($1, $2, $3, $4)
ON CONFLICT (resource, day) DO UPDATE SET fields = registry_typed.fields + excluded.fields, known = registry_typed.known + excluded.known

-- name: typed_since
SELECT resource, CAST(sum(fields) AS BIGINT), CAST(sum(known) AS BIGINT) FROM registry_typed WHERE day >= $1 GROUP BY resource ORDER BY resource
