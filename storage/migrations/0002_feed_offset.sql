-- What is added to a PostgreSQL transaction's number to make its number in the feed. Zero, but in a database whose rows
-- came from another server: there it begins behind them. Not carried along by a backup.
-- reference
CREATE TABLE feed_offset (
  name TEXT NOT NULL PRIMARY KEY,
  xact_offset BIGINT NOT NULL
);
INSERT INTO feed_offset (name, xact_offset) VALUES ('feed', 0);
