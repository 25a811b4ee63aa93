-- The State Council's days by which open deadlines were last laid: the SHA-256 of their lines (docs/formats/holidays.md).
-- One row, of id 1; none before a program that brings such days has opened the store.
-- reference
CREATE TABLE calendar_holidays (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  digest TEXT NOT NULL,
  noted_at BIGINT NOT NULL
);
