-- Cases that were opened with a resource as their form go with it: how many went, and how many of their pictures.
ALTER TABLE destruction_item ADD COLUMN cases BIGINT NOT NULL DEFAULT 0;
ALTER TABLE destruction_item ADD COLUMN photos BIGINT NOT NULL DEFAULT 0;
