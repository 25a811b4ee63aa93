-- Records of a slice stand sealed block by block, so that one record is read without opening its whole slice: `block_rows`
-- records in a block, the last block what is left. NULL: a slice from before, sealed as one in record_slice_body.
ALTER TABLE record_slice ADD COLUMN block_rows BIGINT;

-- Written once with its slice, and gone with it.
-- distributed by: resource
CREATE TABLE record_slice_block (
  resource TEXT NOT NULL,
  first_id BIGINT NOT NULL,
  block BIGINT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (resource, first_id, block)
);
