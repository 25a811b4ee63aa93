-- The day by which a purpose is to be renewed; after it it is shut, and keeps what it has, until somebody renews or ends it.
ALTER TABLE purpose ADD COLUMN review_by BIGINT;
-- Each has an end of some kind from now on. Those from before without one are to be looked at within a year.
UPDATE purpose SET review_by = CAST(strftime('%s', 'now') AS INTEGER) / 86400 + 365 WHERE ends IS NULL AND emergency_only = 0 AND state = 'active'; --@sqlite
UPDATE purpose SET review_by = CAST(floor(extract(epoch FROM now()) / 86400) AS BIGINT) + 365 WHERE ends IS NULL AND emergency_only = 0 AND state = 'active'; --@postgres
