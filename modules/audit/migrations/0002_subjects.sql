-- Entries by the person they tell of, so that people are shown who looked at them. Filled by the sequencer.
-- distributed by: subject
CREATE TABLE audit_subject (
  subject TEXT NOT NULL,
  xact BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  PRIMARY KEY (subject, xact, sequence)
);
-- scatter: once, over entries that stand already
INSERT INTO audit_subject (subject, xact, sequence)
SELECT subject, xact, sequence FROM audit_entry WHERE subject >= 'person:' AND subject < 'person;';

-- Orders of a lawful inquiry: until `ends_at` the person is not shown who looked at them from `begins_at` on, in one
-- department or (empty) in all.
-- reference
CREATE TABLE audit_delay (
  id BIGINT NOT NULL PRIMARY KEY,
  subject TEXT NOT NULL,
  department TEXT NOT NULL,
  authority TEXT NOT NULL,
  order_number TEXT NOT NULL,
  begins_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  ordered_by TEXT NOT NULL,
  ordered_at BIGINT NOT NULL,
  lifted_by TEXT NOT NULL,
  lifted_at BIGINT
);
CREATE INDEX audit_delay_subject ON audit_delay (subject);

-- Orders to destroy the words of an entry: asked for by one person, carried out by another.
-- reference
CREATE TABLE audit_order (
  id BIGINT NOT NULL PRIMARY KEY,
  position BIGINT NOT NULL,
  order_number TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'done', 'dropped')),
  asked_by TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at BIGINT
);
CREATE INDEX audit_order_state ON audit_order (state, id);
