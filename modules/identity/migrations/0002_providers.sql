-- Sign-in services of others (OpenID Connect): what they are asked for and whom their answers stand for. `client_secret`
-- is sealed. `audience`: who signs in there. `account_claim` names the claim that holds the login of a staff account
-- that stands already (empty: none does); `first_login` says whether somebody unknown gets an account without grants.
-- `second_factor`: its sign-in counts as two. `document_words`: pairs of its word and ours, "516=home_return_permit".
-- reference
CREATE TABLE identity_provider (
  id TEXT NOT NULL PRIMARY KEY,
  title_zh TEXT NOT NULL,
  title_en TEXT NOT NULL,
  audience TEXT NOT NULL CHECK (audience IN ('staff', 'resident')),
  issuer TEXT NOT NULL,
  client_id TEXT NOT NULL,
  client_secret BYTEA,
  scopes TEXT NOT NULL,
  return_address TEXT NOT NULL,
  account_claim TEXT NOT NULL,
  name_claim TEXT NOT NULL,
  document_kind_claim TEXT NOT NULL,
  document_number_claim TEXT NOT NULL,
  document_words TEXT NOT NULL,
  first_login TEXT NOT NULL CHECK (first_login IN ('refuse', 'create')),
  second_factor BIGINT NOT NULL,
  enabled BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  row_version BIGINT NOT NULL
);

-- Who somebody at a sign-in service is here; `subject_hash` is a keyed hash of service and subject.
-- reference
CREATE TABLE identity_link (
  subject_hash BYTEA NOT NULL PRIMARY KEY,
  provider TEXT NOT NULL,
  account BIGINT NOT NULL,
  linked_at BIGINT NOT NULL
);
CREATE INDEX identity_link_account ON identity_link (account);

-- Papers of residents that a citizen-ID service vouches for; number and name are sealed.
-- reference
CREATE TABLE identity_document (
  number_hash BYTEA NOT NULL PRIMARY KEY,
  id BIGINT NOT NULL,
  account BIGINT NOT NULL,
  kind TEXT NOT NULL,
  number BYTEA NOT NULL,
  name BYTEA NOT NULL,
  provider TEXT NOT NULL,
  verified_at BIGINT NOT NULL
);
CREATE INDEX identity_document_account ON identity_document (account);

-- What serves only once: the state of a sign-in elsewhere, the nonce of a signed request. Forgotten after `ends_at`.
-- reference
CREATE TABLE identity_spent (
  mark BYTEA NOT NULL PRIMARY KEY,
  ends_at BIGINT NOT NULL
);

-- Public keys (Ed25519) by which programs sign their requests.
-- reference
CREATE TABLE identity_signer (
  id BIGINT NOT NULL PRIMARY KEY,
  account BIGINT NOT NULL,
  public_key BYTEA NOT NULL UNIQUE,
  label TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX identity_signer_account ON identity_signer (account);

-- Failed tries to sign in, counted by all processes together; `place` is a keyed hash of what was tried and where from.
-- reference
CREATE TABLE identity_failure (
  place BYTEA NOT NULL PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_at BIGINT NOT NULL
);

-- How a session came to be: '' by password or phone, 'provider', 'vouched' (a service that counts as two factors),
-- 'screen' (a wall screen: long, and for reading figures only).
ALTER TABLE identity_token ADD COLUMN manner TEXT NOT NULL DEFAULT '';
