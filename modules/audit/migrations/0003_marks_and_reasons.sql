-- Binds an order of delay to its entry of the log, which does not name whom it is about; none in older rows.
ALTER TABLE audit_delay ADD COLUMN salt BYTEA;

-- Why words are to be destroyed, sealed. `reason` is empty from now on; what stands in it is sealed at the next start.
ALTER TABLE audit_order ADD COLUMN sealed_reason BYTEA;
