-- name: purpose_revision
SELECT revision FROM purpose_revision WHERE one = 1

-- name: move_purpose_revision
UPDATE purpose_revision SET revision = revision + 1 WHERE one = 1 AND revision = $1

-- name: hold_purpose_revision
UPDATE purpose_revision SET revision = revision WHERE one = 1 AND revision = $1

-- name: all_purposes
SELECT id, title_zh, title_en, basis_zh, basis_en, resources, classes, starts, ends, emergency_only, state, version, origin,
       declared, changed_by, changed_at, end_order, review_by
FROM purpose ORDER BY id

-- name: add_purpose
INSERT INTO purpose (id, title_zh, title_en, basis_zh, basis_en, resources, classes, starts, ends, emergency_only, state,
                     version, origin, declared, changed_by, changed_at, end_order, review_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)

-- name: change_purpose
UPDATE purpose SET title_zh = $2, title_en = $3, basis_zh = $4, basis_en = $5, resources = $6, classes = $7, starts = $8,
  ends = $9, emergency_only = $10, state = $11, version = version + 1, origin = $13, declared = $14, changed_by = $15,
  changed_at = $16, end_order = $17, review_by = $18
WHERE id = $1 AND version = $12

-- name: all_assessments
SELECT purpose, necessity, risk, measures, approved_by, approved_on, version, changed_by, changed_at FROM purpose_assessment

-- name: add_assessment
INSERT INTO purpose_assessment (purpose, necessity, risk, measures, approved_by, approved_on, version, changed_by, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8)

-- name: change_assessment
UPDATE purpose_assessment SET necessity = $2, risk = $3, measures = $4, approved_by = $5, approved_on = $6,
  version = version + 1, changed_by = $7, changed_at = $8
WHERE purpose = $1 AND version = $9

-- name: all_kept_by_law
SELECT resource, basis_zh, basis_en, origin FROM kept_by_law ORDER BY resource

-- name: put_kept_by_law
INSERT INTO kept_by_law (resource, basis_zh, basis_en, origin) VALUES ($1, $2, $3, $4)
ON CONFLICT (resource) DO UPDATE SET basis_zh = excluded.basis_zh, basis_en = excluded.basis_en, origin = excluded.origin

-- name: drop_kept_by_law
DELETE FROM kept_by_law WHERE resource = $1

-- name: steps_of_thing
SELECT step, actor, order_number, until, at FROM purpose_step WHERE thing = $1 ORDER BY id

-- name: add_purpose_step
INSERT INTO purpose_step (id, thing, step, actor, order_number, until, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
