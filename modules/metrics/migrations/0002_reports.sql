-- How many records report a figure; null where it was saved before they were counted.
ALTER TABLE metric_value ADD COLUMN reports BIGINT;
