// Named SQL. Statements come from modules/*/sql/*.sql (compiled in by tools/compile) or from a resource's
// table (catalog).
#pragma once

#include <deque>
#include <string>

namespace jingwei::storage {

enum class Dialect : std::uint8_t { sqlite, postgres };

// One statement in both dialects, usually the same text. Parameters are $1…$n in both.
// Prepared statements are cached by address: a Statement must outlive every Store that runs it.
struct Statement {
  std::string name;  // "region.put_version"
  std::string sqlite;
  std::string postgres;
  const std::string& text(Dialect dialect) const { return dialect == Dialect::sqlite ? sqlite : postgres; }
};

// One numbered step of one module's tables; never edited once landed.
struct Migration {
  std::string module;  // "region"
  int number = 0;      // 1, 2, …
  std::string title;   // "regions" from 0001_regions.sql
  std::string sqlite;
  std::string postgres;
};

}  // namespace jingwei::storage
