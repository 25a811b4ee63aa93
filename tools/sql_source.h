// Named SQL and numbered migrations of one folder, read from text (docs/decisions/002, storage/statement.h).
//
// sql/*.sql:  a statement begins with `-- name: put_version`, or `-- name: put_version @postgres` for one
// dialect.
//             `-- scatter: <reason>` inside it says why it may touch every shard. Other comment lines are
//             dropped.
// migrations/0001_title.sql: a line ending in `--@sqlite` or `--@postgres` is kept for that dialect only;
//             each CREATE TABLE is preceded by `-- distributed by: <column>` or `-- reference`.
#pragma once

#include <string>
#include <vector>

#include "tools/message_source.h"
#include "tools/problems.h"
#include "tools/sources.h"

namespace jingwei::tools {

struct SqlStatement {
  std::string name;  // "put_version"
  std::string sqlite;
  std::string postgres;
  std::string scatter;  // the reason, or empty
  std::string file;
  int line = 1;
};

struct SqlMigration {
  int number = 0;
  std::string title;
  std::string sqlite;
  std::string postgres;
  std::string annotated;  // as written, comments kept, for the table declarations
  std::string file;
};

std::vector<SqlStatement> read_statements(const FolderSources& folder, Problems& problems);
std::vector<SqlMigration> read_migrations(const FolderSources& folder, Problems& problems);

// sql.gen.h and sql.gen.cpp: `namespace jingwei::<module>::sql` with one Statement each, and migrations().
GeneratedPair generate_sql(const FolderSources& folder, Problems& problems);

}  // namespace jingwei::tools
