-- Words that mean one of a field's choices, kept by data officers beside those of its definition. `normal` is the word as it
-- is compared (normal_word in cleaning.h).
-- reference
CREATE TABLE choice_synonym (
  resource TEXT NOT NULL,
  field TEXT NOT NULL,
  normal TEXT NOT NULL,
  word TEXT NOT NULL,
  choice TEXT NOT NULL,
  added_by TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (resource, field, normal)
);

-- Which version of a field's list stands, and who changed it last.
-- reference
CREATE TABLE synonym_list (
  resource TEXT NOT NULL,
  field TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (resource, field)
);
