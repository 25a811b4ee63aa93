-- 1: sealed under the keys of the row's own resource; NULL: from before, under keys that all resources shared. Those are
-- sealed anew while the hub runs.
ALTER TABLE refused_row ADD COLUMN sealed_as BIGINT;
CREATE INDEX refused_row_shared ON refused_row (batch, line) WHERE sealed_as IS NULL;
