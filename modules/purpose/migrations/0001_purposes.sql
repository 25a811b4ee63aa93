-- Grows with every decision about purposes, emergencies and what they keep: whoever decides expects it, so that nothing is
-- destroyed by what was true a moment ago.
-- reference
CREATE TABLE purpose_revision (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  revision BIGINT NOT NULL
);
INSERT INTO purpose_revision (one, revision) VALUES (1, 1);

-- Why personal data are used. Lists are words parted by commas; days count from 1970-01-01. `declared` is what its package
-- last said.
-- reference
CREATE TABLE purpose (
  id TEXT NOT NULL PRIMARY KEY,
  title_zh TEXT NOT NULL,
  title_en TEXT NOT NULL,
  basis_zh TEXT NOT NULL,
  basis_en TEXT NOT NULL,
  resources TEXT NOT NULL,
  classes TEXT NOT NULL,
  starts BIGINT NOT NULL,
  ends BIGINT,
  emergency_only BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'ended')),
  version BIGINT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('package', 'desk')),
  declared TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  end_order TEXT NOT NULL,
  CHECK (ends IS NULL OR ends >= starts)
);

-- The impact assessment of a purpose, as it stands.
-- reference
CREATE TABLE purpose_assessment (
  purpose TEXT NOT NULL PRIMARY KEY,
  necessity TEXT NOT NULL,
  risk TEXT NOT NULL,
  measures TEXT NOT NULL,
  approved_by TEXT NOT NULL,
  approved_on BIGINT,
  version BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- Resources that a law keeps when their purposes are over, with the law. `origin` names the package, or is 'desk'.
-- reference
CREATE TABLE kept_by_law (
  resource TEXT NOT NULL PRIMARY KEY,
  basis_zh TEXT NOT NULL,
  basis_en TEXT NOT NULL,
  origin TEXT NOT NULL
);

-- A declared period for a region and all under it.
-- reference
CREATE TABLE emergency (
  id BIGINT NOT NULL PRIMARY KEY,
  region BIGINT NOT NULL,
  name TEXT NOT NULL,
  order_number TEXT NOT NULL,
  level BIGINT NOT NULL CHECK (level BETWEEN 1 AND 4),
  purposes TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('standing', 'ended')),
  declared_by TEXT NOT NULL,
  declared_at BIGINT NOT NULL,
  planned_end BIGINT NOT NULL,
  ended_by TEXT NOT NULL,
  end_order TEXT NOT NULL,
  ended_at BIGINT,
  row_version BIGINT NOT NULL,
  CHECK (planned_end > declared_at)
);

-- What was done about purposes, emergencies and requests, oldest first: `thing` is "purpose:ID", "emergency:ID", "rights:ID".
-- reference
CREATE TABLE purpose_step (
  id BIGINT NOT NULL PRIMARY KEY,
  thing TEXT NOT NULL,
  step TEXT NOT NULL,
  actor TEXT NOT NULL,
  order_number TEXT NOT NULL,
  until BIGINT,
  at BIGINT NOT NULL
);
CREATE INDEX purpose_step_thing ON purpose_step (thing, id);

-- What is destroyed because its purposes are over or its time is up. `cause` is "emergency:ID", "purpose:ID", "sweep" or
-- "retention"; `ordered_by` is empty when the hub's own clock ordered it. `report` is the JSON that `hash` (SHA-256, hex) is of.
-- reference
CREATE TABLE destruction (
  id BIGINT NOT NULL PRIMARY KEY,
  cause TEXT NOT NULL,
  ordered_by TEXT NOT NULL,
  order_number TEXT NOT NULL,
  purposes TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done')),
  foretold BIGINT NOT NULL,
  ordered_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT,
  report TEXT NOT NULL,
  hash TEXT NOT NULL,
  row_version BIGINT NOT NULL
);
CREATE INDEX destruction_state ON destruction (state, due_at);

-- One resource of it. `before` bounds what goes by when it was received (retention). `stage` is the work under way; what a
-- stage will do that cannot be undone with a transaction (files, keys) is written down before it is done.
-- reference
CREATE TABLE destruction_item (
  destruction BIGINT NOT NULL,
  resource TEXT NOT NULL,
  action TEXT NOT NULL CHECK (action IN ('destroy', 'seal')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'spared')),
  stage TEXT NOT NULL,
  basis_zh TEXT NOT NULL,
  basis_en TEXT NOT NULL,
  before BIGINT,
  records BIGINT NOT NULL,
  versions BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  batches BIGINT NOT NULL,
  files BIGINT NOT NULL,
  answers BIGINT NOT NULL,
  keys_destroyed BIGINT NOT NULL,
  key_ids TEXT NOT NULL,
  row_version BIGINT NOT NULL,
  PRIMARY KEY (destruction, resource)
);
CREATE INDEX destruction_item_state ON destruction_item (state, resource);

-- A request of a resident about their data. Everything that names or quotes them is sealed; `person_hash` is a keyed hash of
-- the identifier, by which the requests of one person are found.
-- reference
CREATE TABLE rights_request (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('copy', 'correct', 'delete', 'object', 'guardian')),
  resource TEXT NOT NULL,
  person BYTEA NOT NULL,
  person_hash BYTEA NOT NULL,
  guardian BYTEA,
  words BYTEA NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'granted', 'declined', 'withdrawn')),
  opened_by TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  overdue BIGINT NOT NULL,
  closed_by TEXT NOT NULL,
  closed_at BIGINT,
  answer BYTEA,
  row_version BIGINT NOT NULL,
  CHECK (state NOT IN ('granted', 'declined') OR closed_by <> opened_by)
);
CREATE INDEX rights_request_state ON rights_request (state, due_at);
CREATE INDEX rights_request_person ON rights_request (person_hash, id);
