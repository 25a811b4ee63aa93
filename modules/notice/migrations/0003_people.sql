-- People that a notice is for and who have no account: `recipient` is the id under which their receipt stands. `content`
-- is sealed (name, phone, address) and empty once the notice has ended.
-- reference
CREATE TABLE notice_person (
  notice BIGINT NOT NULL,
  recipient BIGINT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (notice, recipient)
);
