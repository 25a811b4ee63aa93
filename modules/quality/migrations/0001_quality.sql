-- What came of a resource on one day of the hub's zone, folded from the feed with the consumer's cursor. `provider` is the
-- department that supplied the resource when the event was taken; `on_time` and `late` are rounds of its rhythm.
-- reference
CREATE TABLE quality_day (
  resource TEXT NOT NULL,
  provider TEXT NOT NULL,
  day BIGINT NOT NULL,
  accepted BIGINT NOT NULL,
  updated BIGINT NOT NULL,
  unchanged BIGINT NOT NULL,
  cleaned BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  mended BIGINT NOT NULL,
  loads BIGINT NOT NULL,
  on_time BIGINT NOT NULL,
  late BIGINT NOT NULL,
  objected BIGINT NOT NULL,
  upheld BIGINT NOT NULL,
  declined BIGINT NOT NULL,
  withdrawn BIGINT NOT NULL,
  answered_in_time BIGINT NOT NULL,
  answers_missed BIGINT NOT NULL,
  PRIMARY KEY (resource, provider, day)
);
CREATE INDEX quality_day_of_day ON quality_day (day);

-- Rows refused on that day, by the group of their reasons ("phone", "date").
-- reference
CREATE TABLE quality_refused (
  resource TEXT NOT NULL,
  provider TEXT NOT NULL,
  day BIGINT NOT NULL,
  reason_group TEXT NOT NULL,
  rows_counted BIGINT NOT NULL,
  PRIMARY KEY (resource, provider, day, reason_group)
);
CREATE INDEX quality_refused_of_day ON quality_refused (day);

-- When a resource last received anything, as far as the consumer has come.
-- reference
CREATE TABLE quality_receipt (
  resource TEXT NOT NULL PRIMARY KEY,
  received_at BIGINT NOT NULL
);

-- An objection to one datum of a record. `reason`, `proposed` and `answer` are sealed. `open_mark` is 0 while it is open and
-- the id once it is closed, so that one datum has one open objection at most.
-- reference
CREATE TABLE objection (
  id BIGINT NOT NULL PRIMARY KEY,
  resource TEXT NOT NULL,
  record BIGINT NOT NULL,
  record_version BIGINT NOT NULL,
  field TEXT NOT NULL,
  provider TEXT NOT NULL,
  reason BYTEA NOT NULL,
  proposed BYTEA,
  state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn')),
  objector TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  overdue BIGINT NOT NULL,
  reminders BIGINT NOT NULL,
  reminded_at BIGINT,
  closed_by TEXT NOT NULL,
  closed_at BIGINT,
  answer BYTEA,
  open_mark BIGINT NOT NULL,
  row_version BIGINT NOT NULL,
  UNIQUE (resource, record, field, open_mark),
  CHECK (state NOT IN ('accepted', 'declined') OR closed_by <> objector)
);
CREATE INDEX objection_state ON objection (state, due_at);
