-- An account whose suspension stands lets nobody in; once it is over it does again.
ALTER TABLE identity_account ADD COLUMN suspended_until BIGINT;

-- Orders also end a grant of one of the three administrations, or close an account that holds one. `of_grant` is the grant to
-- be ended. `reason` is empty where `sealed_reason` holds it.
-- reference
CREATE TABLE identity_account_order (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('reset', 'grant', 'end_grant', 'close')),
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
  decided_at BIGINT,
  of_grant BIGINT,
  sealed_reason BYTEA
);
CREATE INDEX identity_account_order_account ON identity_account_order (account);
INSERT INTO identity_account_order (id, kind, state, account, role, region, department, valid_from, valid_until, reason, asked_by,
                                    asked_at, ends_at, decided_by, decided_at, of_grant, sealed_reason)
SELECT id, kind, state, account, role, region, department, valid_from, valid_until, reason, asked_by, asked_at, ends_at, decided_by,
       decided_at, NULL, NULL
FROM identity_order;
DROP TABLE identity_order;
