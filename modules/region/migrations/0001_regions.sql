-- The hub's own regions: surrogate ids that outlive codes, and dated versions.
-- reference
CREATE TABLE region (
  id BIGINT PRIMARY KEY,
  code TEXT UNIQUE,
  version BIGINT NOT NULL CHECK (version > 0)
);
-- What held from a day to the day before valid_to; the present version has no valid_to. Days since 1970.
-- reference
CREATE TABLE region_version (
  region_id BIGINT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to BIGINT CHECK (valid_to IS NULL OR valid_to > valid_from),
  code TEXT NOT NULL,
  parent_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  level BIGINT NOT NULL CHECK (level BETWEEN 0 AND 9),
  kind TEXT NOT NULL,
  synthetic BIGINT NOT NULL,
  boundary TEXT,
  successors TEXT NOT NULL,
  PRIMARY KEY (region_id, valid_from)
);
-- Boundaries the hub knows for regions of the national file.
-- reference
CREATE TABLE region_known_boundary (
  region_id BIGINT PRIMARY KEY,
  boundary TEXT NOT NULL
);
-- Functional zones: named sets of regions.
-- reference
CREATE TABLE region_zone (
  id BIGINT PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL
);
-- reference
CREATE TABLE region_zone_member (
  zone_id BIGINT NOT NULL,
  region_id BIGINT NOT NULL,
  PRIMARY KEY (zone_id, region_id)
);
