-- What became of a refused row. `root_*` names the first try a later one was sent to mend; `mended_*` what took it (0, 0: by hand).
ALTER TABLE refused_row ADD COLUMN state TEXT NOT NULL DEFAULT 'open';
ALTER TABLE refused_row ADD COLUMN root_batch BIGINT;
ALTER TABLE refused_row ADD COLUMN root_line BIGINT;
ALTER TABLE refused_row ADD COLUMN mended_batch BIGINT;
ALTER TABLE refused_row ADD COLUMN mended_line BIGINT;
ALTER TABLE refused_row ADD COLUMN closed_at BIGINT;
CREATE INDEX refused_row_root ON refused_row (root_batch, root_line);

-- The batch whose refused rows this one mends, and how many of its own refused rows were taken meanwhile.
ALTER TABLE batch ADD COLUMN repairs BIGINT;
ALTER TABLE batch ADD COLUMN mended BIGINT NOT NULL DEFAULT 0;
