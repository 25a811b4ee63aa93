-- Records that came in bulk stand packed, a slice of them in one row (record_slices.h, docs/formats/store.md).
-- How many slices of a resource were stored or ended: whoever adds records decides at one number and expects it.
ALTER TABLE resource_table ADD COLUMN slices BIGINT NOT NULL DEFAULT 0;

-- Records first_id … first_id + row_count - 1, each in its first version. `gone` has a bit for each that stands in
-- the resource's table now; `changed` is the slice number at which the slice came or ended.
-- distributed by: resource
CREATE TABLE record_slice (
  resource TEXT NOT NULL,
  first_id BIGINT NOT NULL,
  row_count BIGINT NOT NULL CHECK (row_count > 0),
  live BIGINT NOT NULL CHECK (live >= 0 AND live <= row_count),
  revision BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  resource_version BIGINT NOT NULL,
  batch BIGINT NOT NULL,
  known_from BIGINT NOT NULL,
  known_to BIGINT,
  gone BYTEA NOT NULL,
  PRIMARY KEY (resource, first_id)
);
CREATE INDEX record_slice_changed ON record_slice (resource, changed);
CREATE INDEX record_slice_batch ON record_slice (resource, batch, first_id);

-- The slice itself; written once.
-- distributed by: resource
CREATE TABLE record_slice_body (
  resource TEXT NOT NULL,
  first_id BIGINT NOT NULL,
  row_keys BYTEA NOT NULL,
  places BYTEA NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (resource, first_id)
);
