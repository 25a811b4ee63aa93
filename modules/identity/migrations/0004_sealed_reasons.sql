-- Reasons of grants, of breaking the glass and of what a second administrator confirms, sealed. `reason` is empty from now
-- on; what stands in it is sealed at the next start.
ALTER TABLE identity_grant ADD COLUMN sealed_reason BYTEA;
ALTER TABLE identity_order ADD COLUMN sealed_reason BYTEA;
