-- The one person a department names for its data (数据专员, 云长).
-- reference
CREATE TABLE data_steward (
  department TEXT NOT NULL PRIMARY KEY,
  department_zh TEXT NOT NULL,
  department_en TEXT NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  appointed_by TEXT NOT NULL,
  appointed_at BIGINT NOT NULL
);

-- Who must collect which resource, or which of its fields, and how often.
-- reference
CREATE TABLE responsibility (
  id BIGINT NOT NULL PRIMARY KEY,
  department TEXT NOT NULL,
  department_zh TEXT NOT NULL,
  department_en TEXT NOT NULL,
  resource TEXT NOT NULL,
  fields TEXT NOT NULL,
  rhythm TEXT NOT NULL CHECK (rhythm IN ('realtime', 'daily', 'weekly', 'monthly', 'once')),
  basis TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('package', 'desk')),
  since BIGINT NOT NULL,
  reminders BIGINT NOT NULL DEFAULT 0,
  reminded_at BIGINT,
  row_version BIGINT NOT NULL,
  UNIQUE (resource, fields)
);

-- What a department asks for that it does not have, and what became of it. Fields are names separated by commas.
-- reference
CREATE TABLE demand (
  id BIGINT NOT NULL PRIMARY KEY,
  department TEXT NOT NULL,
  department_zh TEXT NOT NULL,
  department_en TEXT NOT NULL,
  title TEXT NOT NULL,
  words TEXT NOT NULL,
  resource TEXT NOT NULL,
  fields TEXT NOT NULL,
  purpose TEXT NOT NULL,
  legal_basis TEXT NOT NULL CHECK (legal_basis <> ''),
  wanted_by BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'answered', 'delivered', 'closed')),
  answer TEXT NOT NULL CHECK (answer IN ('', 'matched', 'promised', 'refused')),
  answer_resource TEXT NOT NULL,
  answer_reason TEXT NOT NULL,
  promised_for BIGINT,
  asked_by TEXT NOT NULL,
  answered_by TEXT NOT NULL,
  delivered_by TEXT NOT NULL,
  closed_by TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  answer_due BIGINT NOT NULL,
  answered_at BIGINT,
  delivered_at BIGINT,
  closed_at BIGINT,
  origin TEXT NOT NULL CHECK (origin IN ('package', 'desk')),
  row_version BIGINT NOT NULL,
  CHECK (answered_by = '' OR answered_by <> asked_by)
);
CREATE INDEX demand_state ON demand (state, asked_at);
