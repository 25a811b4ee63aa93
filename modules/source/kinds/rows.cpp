#include "modules/source/kinds/rows.h"

#include "base/text.h"
#include "modules/source/kinds/settings.h"

namespace jingwei::source {

namespace {

constexpr std::size_t said_bytes = 300;

// A database's sentence on one line, cut where a character ends.
std::string one_line(std::string_view said) {
  std::string line = text::squeeze(said.substr(0, said_bytes));
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  return line;
}

}  // namespace

std::string statement_of(const RowQuery& query, std::string_view placeholder) {
  const std::string select = text_of(query.settings, "query");
  const std::string column = text_of(query.settings, "watermark");
  if (column.empty()) return select;
  // Rows of the very mark are read again: more of them may have been written since.
  std::string statement = "SELECT * FROM (" + select + ") AS pulled WHERE ";
  statement += query.since.empty() ? column + " IS NOT NULL" : column + " >= " + std::string(placeholder);
  return statement + " ORDER BY " + column;
}

Error query_failed(std::string_view said) {
  return Error(ErrorCode::invalid, "source.query_failed").with("said", one_line(said));
}

Error unreachable(std::string_view said) {
  return Error(ErrorCode::unavailable, "source.database_unreachable").with("said", one_line(said));
}

Result<std::unique_ptr<RowStream>> open_pull(const RowQuery& query) {
  switch (query.kind) {
    case Kind::postgres:
      return open_postgres_rows(query);
    case Kind::odbc:
      return open_odbc_rows(query);
    default:
      return open_sqlite_rows(query);
  }
}

}  // namespace jingwei::source
