// The sharding rules of docs/decisions/002, checked on the SQL text of one program's folders, so that a table
// that works on one server works on many (Citus):
//
// - every CREATE TABLE is preceded by `-- distributed by: <column>` (a column of it) or `-- reference`;
// - PRIMARY KEY, UNIQUE and ON CONFLICT of a distributed table contain its distribution column;
// - SELECT, UPDATE and DELETE on a distributed table name that column in a WHERE or ON clause, and INSERT in
// its column
//   list, unless the statement carries `-- scatter: <reason>`;
// - two distributed tables in one statement are joined on both their distribution columns.
//
// A reader of tokens, not a full parser: it knows the statements this project writes, in both dialects.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/problems.h"
#include "tools/sources.h"

namespace jingwei::tools {

struct SqlTable {
  std::string name;
  std::string distribution;  // column, or empty for a reference table
  std::string file;
  int line = 1;
};

using SqlTables = std::map<std::string, SqlTable>;

// The tables that a folder's migrations create, with their declarations checked.
void read_tables(const FolderSources& folder, SqlTables& tables, Problems& problems);

// Checks a folder's statements and its migrations' unique indexes against all tables of the program.
void check_sql_rules(const FolderSources& folder, const SqlTables& tables, Problems& problems);

}  // namespace jingwei::tools
