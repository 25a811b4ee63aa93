-- A batch that was withdrawn (or is being): its records end, what they replaced stands again.
-- reference
CREATE TABLE batch_withdrawal (
  batch BIGINT NOT NULL PRIMARY KEY,
  resource TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'done')),
  expected BIGINT NOT NULL,
  ended BIGINT NOT NULL DEFAULT 0,
  restored BIGINT NOT NULL DEFAULT 0,
  reopened BIGINT NOT NULL DEFAULT 0,
  asked_at BIGINT NOT NULL,
  finished_at BIGINT
);

-- '', 'running' or 'done'.
ALTER TABLE batch ADD COLUMN withdrawal TEXT NOT NULL DEFAULT '';
