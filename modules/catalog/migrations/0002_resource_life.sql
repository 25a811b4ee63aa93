-- The table version that takes rows now: moves on before the rows are copied, so that a load of the older version
-- cannot add behind the copy (catalog_service.h: Entry::fence). Absent: the one the shape names.
ALTER TABLE resource_table ADD COLUMN takes BIGINT;

-- Every version of every resource's definition, with who took it through which step.
-- reference
CREATE TABLE resource_definition (
  resource TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  row_version BIGINT NOT NULL CHECK (row_version > 0),
  state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'reviewed', 'published', 'replaced', 'retired', 'refused')),
  origin TEXT NOT NULL CHECK (origin IN ('package', 'desk')),
  package TEXT NOT NULL,
  definition TEXT NOT NULL,
  author TEXT NOT NULL,
  submitted_by TEXT NOT NULL DEFAULT '',
  reviewed_by TEXT NOT NULL DEFAULT '',
  published_by TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  published_at BIGINT,
  PRIMARY KEY (resource, version),
  CHECK (reviewed_by = '' OR reviewed_by <> submitted_by),
  CHECK (published_by = '' OR origin = 'package' OR (published_by <> submitted_by AND published_by <> reviewed_by))
);
-- One version stands published, one is under way.
CREATE UNIQUE INDEX resource_definition_standing ON resource_definition (resource) WHERE state = 'published';
CREATE UNIQUE INDEX resource_definition_open ON resource_definition (resource)
  WHERE state IN ('draft', 'submitted', 'reviewed', 'refused');

-- What was done to a version, a demand or a responsibility: "resource:notes:2", "demand:17".
-- reference
CREATE TABLE catalog_step (
  id BIGINT NOT NULL PRIMARY KEY,
  thing TEXT NOT NULL,
  step TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX catalog_step_thing ON catalog_step (thing, at, id);

-- A field that may be asked again although another resource asks it already: why, and who allowed it.
-- reference
CREATE TABLE overlap_exemption (
  resource TEXT NOT NULL,
  field TEXT NOT NULL,
  other_resource TEXT NOT NULL,
  other_field TEXT NOT NULL,
  reason TEXT NOT NULL,
  authority TEXT NOT NULL,
  actor TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (resource, field, other_resource, other_field)
);
