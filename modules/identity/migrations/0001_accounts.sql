-- Who may sign in: staff, residents, enterprises, programs of departments, devices. `login`, `name`, `phone` and
-- `second_factor` (the secret of an authenticator) are sealed; `login_hash` and `phone_hash` are keyed hashes of whole
-- values. `used_step` is the newest step of the authenticator that served. `password` is an Argon2id string, empty where
-- there is none.
-- reference
CREATE TABLE identity_account (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('staff', 'resident', 'enterprise', 'client', 'device')),
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  login_hash BYTEA UNIQUE,
  login BYTEA,
  name BYTEA NOT NULL,
  phone_hash BYTEA UNIQUE,
  phone BYTEA,
  department TEXT NOT NULL,
  password TEXT NOT NULL,
  must_change BIGINT NOT NULL,
  second_factor BYTEA,
  used_step BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  row_version BIGINT NOT NULL
);

-- Roles made in the editor; built-in ones stand in the program. `permissions`, `classes` and `purposes` are words with
-- spaces between; the purpose '*' stands for whatever a resource serves.
-- reference
CREATE TABLE identity_role (
  id TEXT NOT NULL PRIMARY KEY,
  title_zh TEXT NOT NULL,
  title_en TEXT NOT NULL,
  permissions TEXT NOT NULL,
  classes TEXT NOT NULL,
  purposes TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  row_version BIGINT NOT NULL
);

-- A role held by an account for a region with all below it. `kind`: given by an administrator, lent by a colleague
-- (of_grant), or taken in an emergency (break_glass) and looked at afterwards.
-- reference
CREATE TABLE identity_grant (
  id BIGINT NOT NULL PRIMARY KEY,
  account BIGINT NOT NULL,
  role TEXT NOT NULL,
  region BIGINT NOT NULL,
  department TEXT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_until BIGINT,
  kind TEXT NOT NULL CHECK (kind IN ('given', 'lent', 'break_glass')),
  of_grant BIGINT,
  reason TEXT NOT NULL,
  granted_by TEXT NOT NULL,
  granted_at BIGINT NOT NULL,
  ended_at BIGINT,
  ended_by TEXT NOT NULL,
  reviewed_at BIGINT,
  reviewed_by TEXT NOT NULL
);
CREATE INDEX identity_grant_account ON identity_grant (account);
CREATE INDEX identity_grant_kind ON identity_grant (kind, reviewed_at);

-- What is carried by a cookie or an Authorization header, known by its SHA-256 alone: sessions and the keys of programs.
-- reference
CREATE TABLE identity_token (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('session', 'key')),
  token_hash BYTEA NOT NULL UNIQUE,
  account BIGINT NOT NULL,
  label TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX identity_token_account ON identity_token (account);

-- The newest code sent to a phone.
-- reference
CREATE TABLE identity_code (
  phone_hash BYTEA NOT NULL PRIMARY KEY,
  code_hash BYTEA NOT NULL,
  sent_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  tries_left BIGINT NOT NULL
);
