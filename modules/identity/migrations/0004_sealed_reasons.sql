-- Reasons of grants and of breaking the glass, sealed. `reason` is empty from now
-- on; what stands in it is sealed at the next start.
ALTER TABLE identity_grant ADD COLUMN sealed_reason BYTEA;
