-- What a case is about, where that is a thing of another module ("rights" and its id there): of each thing one case in each
-- process.
-- reference
CREATE TABLE case_matter (
  matter TEXT NOT NULL,
  thing TEXT NOT NULL,
  process TEXT NOT NULL,
  case_id BIGINT NOT NULL,
  PRIMARY KEY (matter, thing, process)
);
CREATE UNIQUE INDEX case_matter_case ON case_matter (case_id);
