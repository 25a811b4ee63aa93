-- What became of a request that was granted: who carried it out, when, and how many records, which objections and which laws
-- stood in the way (JSON without personal data).
ALTER TABLE rights_request ADD COLUMN carried_by TEXT NOT NULL DEFAULT '';
ALTER TABLE rights_request ADD COLUMN carried_at BIGINT;
ALTER TABLE rights_request ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
