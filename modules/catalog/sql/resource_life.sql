-- name: standing_definitions
SELECT resource, version, row_version, state, origin, package, definition, author, submitted_by, reviewed_by, published_by,
       reason, created_at, changed_at, published_at, breaking
FROM resource_definition WHERE state <> 'replaced' ORDER BY resource, version

-- name: versions_of_resource
SELECT resource, version, row_version, state, origin, package, definition, author, submitted_by, reviewed_by, published_by,
       reason, created_at, changed_at, published_at, breaking
FROM resource_definition WHERE resource = $1 ORDER BY version DESC

-- name: last_of_package
SELECT resource, version, row_version, state, origin, package, definition, author, submitted_by, reviewed_by, published_by,
       reason, created_at, changed_at, published_at, breaking
FROM resource_definition d WHERE origin = 'package' AND version =
  (SELECT MAX(version) FROM resource_definition o WHERE o.resource = d.resource AND o.origin = 'package')

-- name: last_versions
SELECT resource, MAX(version) FROM resource_definition GROUP BY resource

-- name: add_definition
INSERT INTO resource_definition (resource, version, row_version, state, origin, package, definition, author, submitted_by,
                                 reviewed_by, published_by, reason, created_at, changed_at, published_at)
VALUES ($1, $2, 1, $3, $4, $5, $6, $7, '', '', $8, '', $9, $9, $10)

-- name: change_definition
UPDATE resource_definition
SET row_version = row_version + 1, state = $4, definition = $5, author = $6, submitted_by = $7, reviewed_by = $8,
    published_by = $9, reason = $10, changed_at = $11, published_at = $12, breaking = $13
WHERE resource = $1 AND version = $2 AND row_version = $3

-- name: add_step
INSERT INTO catalog_step (id, thing, step, actor, reason, at) VALUES ($1, $2, $3, $4, $5, $6)

-- name: steps_of
SELECT step, actor, reason, at FROM catalog_step WHERE thing = $1 ORDER BY at, id

-- name: put_exemption
INSERT INTO overlap_exemption (resource, field, other_resource, other_field, reason, authority, actor, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (resource, field, other_resource, other_field) DO UPDATE SET reason = $5, authority = $6, actor = $7, at = $8

-- name: all_exemptions
SELECT resource, field, other_resource, other_field, reason, authority, actor, at FROM overlap_exemption
ORDER BY resource, field, other_resource, other_field

-- name: find_request
SELECT 1 FROM idempotency WHERE actor = $1 AND operation = $2 AND request_key = $3
