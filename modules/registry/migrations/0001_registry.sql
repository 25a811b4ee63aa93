-- One row. `number` is the registry's number: whoever decides which records are one subject takes the next, whoever only
-- adds links holds it, so that neither decides on what the other has just changed. `model` is the version in force; 0 links
-- by identifiers alone.
-- reference
CREATE TABLE registry_state (
  id BIGINT NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL,
  model BIGINT NOT NULL
);
INSERT INTO registry_state (id, number, model) VALUES (1, 1, 0);

-- Resources by the short number that links name them with. `before_id`: of the records that stood before the registry did,
-- those from here on are linked; `done` when all are.
-- reference
CREATE TABLE registry_resource (
  resource TEXT NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  before_id BIGINT NOT NULL,
  done BIGINT NOT NULL
);

-- Which subject a record tells of, version by version; the one without known_to stands. `role` says as what (kinds.h),
-- `home` the subject the record had first, `identifier` the keyed hash of the document or number it gives, `name` eight
-- bytes of that of the name. certainty: 2 certain, 1 probable.
-- reference
CREATE TABLE registry_link (
  record BIGINT NOT NULL,
  role BIGINT NOT NULL,
  version BIGINT NOT NULL,
  resource BIGINT NOT NULL,
  subject BIGINT NOT NULL,
  home BIGINT NOT NULL,
  certainty BIGINT NOT NULL,
  model BIGINT NOT NULL,
  identifier BYTEA,
  name BIGINT NOT NULL,
  batch BIGINT NOT NULL,
  region BIGINT NOT NULL,
  known_from BIGINT NOT NULL,
  known_to BIGINT,
  PRIMARY KEY (record, role, version)
);
CREATE INDEX registry_link_subject ON registry_link (subject) WHERE known_to IS NULL;
CREATE INDEX registry_link_identifier ON registry_link (identifier) WHERE known_to IS NULL AND identifier IS NOT NULL;

-- Two records that are one subject, or are not, whatever the model says: what a person decided. `ended_at` when it was
-- taken back.
-- reference
CREATE TABLE registry_constraint (
  id BIGINT NOT NULL PRIMARY KEY,
  a BIGINT NOT NULL,
  b BIGINT NOT NULL,
  role BIGINT NOT NULL,
  same BIGINT NOT NULL,
  event BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  ended_at BIGINT,
  CHECK (a < b)
);
CREATE INDEX registry_constraint_a ON registry_constraint (a) WHERE ended_at IS NULL;
CREATE INDEX registry_constraint_event ON registry_constraint (event) WHERE ended_at IS NULL;
CREATE INDEX registry_constraint_b ON registry_constraint (b) WHERE ended_at IS NULL;

-- Merges and what took them back. `gone` became `kept`; `weights` tells each field's part (JSON, no values), `reason` is
-- sealed.
-- reference
CREATE TABLE registry_event (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('merge', 'split')),
  kept BIGINT NOT NULL,
  gone BIGINT NOT NULL,
  actor TEXT NOT NULL,
  model BIGINT NOT NULL,
  weights TEXT NOT NULL,
  reason BYTEA NOT NULL,
  made_at BIGINT NOT NULL,
  undone_at BIGINT,
  undone_by TEXT NOT NULL
);
CREATE INDEX registry_event_kept ON registry_event (kept);
CREATE INDEX registry_event_gone ON registry_event (gone);

-- A subject that is another now; without the row it is itself.
-- reference
CREATE TABLE registry_alias (
  subject BIGINT NOT NULL PRIMARY KEY,
  kept BIGINT NOT NULL,
  event BIGINT NOT NULL,
  CHECK (subject <> kept)
);
CREATE INDEX registry_alias_kept ON registry_alias (kept);

-- Pairs of records that a person is to look at. `weights` as registry_event's.
-- reference
CREATE TABLE registry_review (
  id BIGINT NOT NULL PRIMARY KEY,
  a BIGINT NOT NULL,
  b BIGINT NOT NULL,
  role BIGINT NOT NULL,
  resource_a BIGINT NOT NULL,
  resource_b BIGINT NOT NULL,
  region_a BIGINT NOT NULL,
  region_b BIGINT NOT NULL,
  probability DOUBLE PRECISION NOT NULL,
  weights TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'same', 'different', 'unsure')),
  lease_owner TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at BIGINT,
  event BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  UNIQUE (a, b, role)
);
CREATE INDEX registry_review_state ON registry_review (state, probability);

-- Relations that somebody entered; those that records tell are not kept here.
-- reference
CREATE TABLE registry_relation (
  id BIGINT NOT NULL PRIMARY KEY,
  subject BIGINT NOT NULL,
  other BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('member', 'tenant', 'employee', 'owner', 'guardian', 'carer')),
  valid_from BIGINT,
  valid_to BIGINT,
  actor TEXT NOT NULL,
  known_from BIGINT NOT NULL,
  known_to BIGINT
);
CREATE INDEX registry_relation_subject ON registry_relation (subject) WHERE known_to IS NULL;
CREATE INDEX registry_relation_other ON registry_relation (other) WHERE known_to IS NULL;
