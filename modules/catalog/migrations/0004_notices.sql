-- Why a version breaks what stands, in the words of whoever submitted it; empty: it breaks nothing.
ALTER TABLE resource_definition ADD COLUMN breaking TEXT NOT NULL DEFAULT '';

-- 1 once a timer looks after it (responsibility_reminders.cpp).
ALTER TABLE responsibility ADD COLUMN watched BIGINT NOT NULL DEFAULT 0;

-- What the catalogue told whom: a collection that is overdue, a version that breaks what they use. `about` is
-- "responsibility:17", "demand:5", "source:3" or "metric:residents"; `mark` the round or the version, so that
-- each is told once.
-- reference
CREATE TABLE catalog_notice (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('overdue', 'breaking')),
  resource TEXT NOT NULL,
  about TEXT NOT NULL,
  department TEXT NOT NULL,
  title TEXT NOT NULL,
  actor TEXT NOT NULL,
  detail TEXT NOT NULL,
  mark TEXT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (kind, about, mark)
);
CREATE INDEX catalog_notice_at ON catalog_notice (at, id);
