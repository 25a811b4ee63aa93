-- Codes sent to phones: the newest of each asker, so that nobody makes those void that somebody else has asked for, nor
-- uses up their tries. `asker_hash` is a keyed hash of what was given to whoever asked (sign_in.h). Earlier codes, good for
-- five minutes, go.
DROP TABLE identity_code;

-- reference
CREATE TABLE identity_phone_code (
  phone_hash BYTEA NOT NULL,
  asker_hash BYTEA NOT NULL,
  code_hash BYTEA NOT NULL,
  sent_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  tries_left BIGINT NOT NULL,
  PRIMARY KEY (phone_hash, asker_hash)
);

-- How many text messages with codes went out in an hour that began at `since`; `mark` is a keyed hash of a phone, or of a
-- phone and a device that its account knows.
-- reference
CREATE TABLE identity_text_count (
  mark BYTEA NOT NULL PRIMARY KEY,
  since BIGINT NOT NULL,
  sent BIGINT NOT NULL
);

-- `place` becomes a keyed hash; what was counted before goes, a day earlier than it would have.
DELETE FROM identity_failure;

-- What one administrator asks for and another confirms before it is done: a reset of an account that holds one of the
-- three administrations, or a grant of one. The columns from `role` to `reason` are a grant's; `region` is a code.
-- reference
CREATE TABLE identity_order (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('reset', 'grant')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'dropped')),
  account BIGINT NOT NULL,
  role TEXT NOT NULL,
  region TEXT NOT NULL,
  department TEXT NOT NULL,
  valid_from BIGINT,
  valid_until BIGINT,
  reason TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at BIGINT
);
CREATE INDEX identity_order_account ON identity_order (account);
