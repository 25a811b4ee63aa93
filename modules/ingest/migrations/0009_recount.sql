-- Figures that were declared when records of their resource stood already, and how far those have been counted (recount.h).
-- Whatever was written at a slice number above `since` was counted by its writer; below the two cursors nothing has been
-- counted yet. INT64_MAX as cursor: nothing at all; 0: all. `version` of the definition is the least a writer must know.
-- distributed by: resource
CREATE TABLE metric_recount (
  resource TEXT NOT NULL,
  metric TEXT NOT NULL,
  meaning TEXT NOT NULL,
  version BIGINT NOT NULL,
  since BIGINT NOT NULL,
  slices_below BIGINT NOT NULL,
  rows_below BIGINT NOT NULL,
  begun_at BIGINT NOT NULL,
  PRIMARY KEY (resource, metric)
);
