-- Versions of the linkage model. `body` is sealed: it holds hashes from which common values can be guessed. `changes`: what
-- it would change of the links that stood when it was compared, as a JSON array of counts.
-- reference
CREATE TABLE registry_model (
  version BIGINT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('learning', 'ready', 'comparing', 'compared', 'failed')),
  name TEXT NOT NULL,
  actor TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  records BIGINT NOT NULL,
  seconds DOUBLE PRECISION NOT NULL,
  certain DOUBLE PRECISION NOT NULL,
  probable DOUBLE PRECISION NOT NULL,
  possible DOUBLE PRECISION NOT NULL,
  changes TEXT NOT NULL,
  activated_at BIGINT,
  fault TEXT NOT NULL,
  body BYTEA
);

-- Fields of records entered by hand, and how many of them were known already, by day of the hub's zone.
-- reference
CREATE TABLE registry_typed (
  resource TEXT NOT NULL,
  day BIGINT NOT NULL,
  fields BIGINT NOT NULL,
  known BIGINT NOT NULL,
  PRIMARY KEY (resource, day)
);
