-- What each batch left in each day, so that its withdrawal can take it back; batch 0: records that came one by one.
-- `received_at`: when the last row of it came that was taken; none when none was.
-- reference
CREATE TABLE quality_batch (
  resource TEXT NOT NULL,
  batch BIGINT NOT NULL,
  day BIGINT NOT NULL,
  provider TEXT NOT NULL,
  accepted BIGINT NOT NULL,
  updated BIGINT NOT NULL,
  unchanged BIGINT NOT NULL,
  cleaned BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  mended BIGINT NOT NULL,
  loads BIGINT NOT NULL,
  on_time BIGINT NOT NULL,
  late BIGINT NOT NULL,
  received_at BIGINT,
  PRIMARY KEY (resource, batch, day, provider)
);
CREATE INDEX quality_batch_received ON quality_batch (resource, received_at);

-- The same of its refused rows, by the group of their reasons.
-- reference
CREATE TABLE quality_batch_refused (
  resource TEXT NOT NULL,
  batch BIGINT NOT NULL,
  day BIGINT NOT NULL,
  provider TEXT NOT NULL,
  reason_group TEXT NOT NULL,
  rows_counted BIGINT NOT NULL,
  PRIMARY KEY (resource, batch, day, provider, reason_group)
);

-- What came before batches were kept apart stays received.
INSERT INTO quality_batch (resource, batch, day, provider, accepted, updated, unchanged, cleaned, refused, mended, loads,
                           on_time, late, received_at)
SELECT resource, 0, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, received_at FROM quality_receipt;
