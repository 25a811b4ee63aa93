// Rows of a SELECT in another database, one by one in bounded memory.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "modules/source/source.h"

namespace jingwei::source {

// Used by one thread; closing ends the query and the connection.
class RowStream {
 public:
  virtual ~RowStream() = default;
  virtual const std::vector<std::string>& columns() const = 0;
  // The next row as texts, nothing for NULL; false at the end. Errors: timeout, unavailable, invalid
  // "source.query_failed" with what the database said, too_large "source.cell_too_large".
  virtual Result<bool> next(std::vector<std::optional<std::string>>& cells) = 0;
  // How the watermark of the row just read is kept: "i:", "r:" or "t:" and its text, by the column's type.
  virtual char type_of(std::size_t column) const = 0;
};

// What is asked: `SELECT … ` as given; with a watermark column only rows from `since` on, oldest first.
struct RowQuery {
  Kind kind = Kind::sqlite;
  Settings settings;  // secrets laid over
  std::string since;  // "" at the first pull
};

// Connects read-only and begins the query. Errors: unavailable "source.database_unreachable", invalid
// "source.query_failed", timeout.
Result<std::unique_ptr<RowStream>> open_pull(const RowQuery& query);
Result<std::unique_ptr<RowStream>> open_sqlite_rows(const RowQuery& query);
Result<std::unique_ptr<RowStream>> open_postgres_rows(const RowQuery& query);
Result<std::unique_ptr<RowStream>> open_odbc_rows(const RowQuery& query);

// The statement with its watermark; `placeholder` stands for the value ("$1" or "?").
std::string statement_of(const RowQuery& query, std::string_view placeholder);

// Errors every kind gives; `said` is the database's own sentence, without its parameters.
Error query_failed(std::string_view said);
Error unreachable(std::string_view said);

}  // namespace jingwei::source
