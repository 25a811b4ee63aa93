-- What the datum said when it was objected to, sealed: an accepted objection whose datum still says it when the answer
-- time has passed once more is `unmended`.
ALTER TABLE objection ADD COLUMN said BYTEA;
ALTER TABLE objection ADD COLUMN unmended BIGINT NOT NULL DEFAULT 0;
CREATE INDEX objection_objector ON objection (objector, id);
