-- name: put_region
INSERT INTO region (id, code, version) VALUES ($1, $2, 1)

-- name: change_region
UPDATE region SET code = $2, version = version + 1 WHERE id = $1 AND version = $3

-- name: put_version
INSERT INTO region_version (region_id, valid_from, valid_to, code, parent_id, name, level, kind, synthetic, boundary, successors)
VALUES ($1, $2, NULL, $3, $4, $5, $6, $7, $8, $9, '')

-- name: end_version
UPDATE region_version SET valid_to = $2, successors = $3 WHERE region_id = $1 AND valid_to IS NULL AND valid_from < $2

-- name: replace_version
UPDATE region_version SET code = $2, parent_id = $3, name = $4, level = $5, kind = $6, synthetic = $7, boundary = $8
WHERE region_id = $1 AND valid_to IS NULL

-- name: put_known_boundary
INSERT INTO region_known_boundary (region_id, boundary) VALUES ($1, $2)
ON CONFLICT (region_id) DO UPDATE SET boundary = excluded.boundary

-- name: put_zone
INSERT INTO region_zone (id, code, name, kind) VALUES ($1, $2, $3, $4)

-- name: put_zone_member
INSERT INTO region_zone_member (zone_id, region_id) VALUES ($1, $2)

-- name: drop_zone
DELETE FROM region_zone WHERE id = $1

-- name: drop_zone_members
DELETE FROM region_zone_member WHERE zone_id = $1

-- name: read_versions
SELECT v.region_id, v.valid_from, v.valid_to, v.code, v.parent_id, v.name, v.level, v.kind, v.synthetic, v.boundary, v.successors,
       r.version
FROM region_version v JOIN region r ON r.id = v.region_id
ORDER BY v.region_id, v.valid_from

-- name: read_known_boundaries
SELECT region_id, boundary FROM region_known_boundary ORDER BY region_id

-- name: read_zones
SELECT id, code, name, kind FROM region_zone ORDER BY code

-- name: read_zone_members
SELECT zone_id, region_id FROM region_zone_member ORDER BY zone_id, region_id
