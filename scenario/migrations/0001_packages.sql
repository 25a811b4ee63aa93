-- Scenario packages as this hub has them: the truth from which resources, processes and purposes follow. `content` is
-- all files of the package (package.h: packed); `folder_digest` that of the program's own folder when it was last seen.
-- reference
CREATE TABLE scenario_package (
  id TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('installed', 'removed')),
  origin TEXT NOT NULL CHECK (origin IN ('program', 'upload')),
  digest TEXT NOT NULL,
  content TEXT NOT NULL,
  revision BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  reason TEXT NOT NULL
);
