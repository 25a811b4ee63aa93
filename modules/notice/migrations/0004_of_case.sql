-- What processes say about single cases stands with whom it is for, not in the lists of offices, which are read by this index.
ALTER TABLE notice ADD COLUMN of_case BIGINT NOT NULL DEFAULT 0;
UPDATE notice SET of_case = 1 WHERE sent_by LIKE 'process:%';
CREATE INDEX notice_of_offices ON notice (of_case, id);
