-- The other end of an open pair, so that pairs of a record that ends are found.
CREATE INDEX registry_review_b ON registry_review (b) WHERE state = 'open';
CREATE INDEX registry_review_event ON registry_review (event) WHERE state = 'same';

-- Of whom records told before: relations that are over.
CREATE INDEX registry_link_ended ON registry_link (subject) WHERE known_to IS NOT NULL;

-- What learning a model found doubtful: a JSON array of [kind, field, count], without values.
ALTER TABLE registry_model ADD COLUMN warnings TEXT NOT NULL DEFAULT '';

-- What a comparison is called is sealed as its reason is; `title` holds that of comparisons asked for before. Each side may be
-- below a region of its own (codes; empty: none). `certain`: how many of those matched are so by certain links; none before.
ALTER TABLE registry_comparison ADD COLUMN sealed_title BYTEA;
ALTER TABLE registry_comparison ADD COLUMN left_region TEXT NOT NULL DEFAULT '';
ALTER TABLE registry_comparison ADD COLUMN right_region TEXT NOT NULL DEFAULT '';
ALTER TABLE registry_comparison ADD COLUMN certain BIGINT;
