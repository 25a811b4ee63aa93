-- The program that is told of every message of the webhook channel; one row. `secret` is sealed.
-- reference
CREATE TABLE notice_webhook (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  url TEXT NOT NULL,
  secret BYTEA NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  handed BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  error TEXT NOT NULL,
  error_at BIGINT,
  last_ok_at BIGINT
);
