-- Figures as counted, one row per metric, region and day; folded from the feed and saved with the consumer's cursor.
-- reference
CREATE TABLE metric_value (
  metric TEXT NOT NULL,
  region BIGINT NOT NULL,
  day BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (metric, region, day)
);

-- When the newest event that the saved figures hold was committed.
-- reference
CREATE TABLE metric_moment (
  consumer TEXT NOT NULL PRIMARY KEY,
  as_of BIGINT NOT NULL
);

-- How the rows of each source fared. `reason` is empty for the outcomes accepted, cleaned, unchanged and refused themselves.
-- reference
CREATE TABLE source_quality (
  resource TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  rows_counted BIGINT NOT NULL,
  PRIMARY KEY (resource, outcome, reason)
);
