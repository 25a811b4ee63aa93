-- Which table a resource's records stand in, and how it looks (record_table.h: to_text).
-- reference
CREATE TABLE resource_table (
  resource TEXT NOT NULL PRIMARY KEY,
  step BIGINT NOT NULL,
  shape TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);
