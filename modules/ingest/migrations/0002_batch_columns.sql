-- The header of a batch that has refused rows, so that they can be given back in their columns. Names between unit separators.
-- reference
CREATE TABLE batch_columns (
  batch BIGINT NOT NULL PRIMARY KEY,
  columns TEXT NOT NULL
);
