#include <sqlite3.h>

#include <chrono>

#include "base/limits.h"
#include "modules/source/kinds/rows.h"
#include "modules/source/kinds/settings.h"

namespace jingwei::source {

namespace {

constexpr int busy_patience_ms = 5'000;
constexpr int steps_between_looks = 10'000;

// Only what reads rows: no ATTACH, no PRAGMA, no writes, no extensions.
int permit(void*, int action, const char*, const char*, const char*, const char*) {
  const bool reads = action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION ||
                     action == SQLITE_RECURSIVE;
  return reads ? SQLITE_OK : SQLITE_DENY;
}

class SqliteRows final : public RowStream {
 public:
  ~SqliteRows() override {
    sqlite3_finalize(statement_);
    sqlite3_close(database_);
  }

  Result<void> open(const RowQuery& query) {
    const std::string path = text_of(query.settings, "path");
    if (sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr) !=
        SQLITE_OK)
      return unreachable(sqlite3_errmsg(database_));
    sqlite3_busy_timeout(database_, busy_patience_ms);
    sqlite3_limit(database_, SQLITE_LIMIT_COLUMN, static_cast<int>(limits::pulled_columns));
    sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_set_authorizer(database_, permit, nullptr);
    deadline_ =
        std::chrono::steady_clock::now() + std::chrono::seconds{number_of(query.settings, "timeout_seconds")};
    sqlite3_progress_handler(database_, steps_between_looks, &SqliteRows::is_late, this);
    const std::string text = statement_of(query, "?1");
    const char* rest = nullptr;
    if (sqlite3_prepare_v2(database_, text.c_str(), static_cast<int>(text.size()), &statement_, &rest) !=
        SQLITE_OK)
      return fault();
    if (statement_ == nullptr || sqlite3_stmt_readonly(statement_) == 0) return query_failed("not a SELECT");
    if (sqlite3_bind_parameter_count(statement_) > 0) {
      // The mark's first letter says what it was when it was read.
      const std::string value = query.since.substr(std::min<std::size_t>(2, query.since.size()));
      if (query.since.starts_with("i:")) {
        sqlite3_bind_int64(statement_, 1, std::strtoll(value.c_str(), nullptr, 10));
      } else if (query.since.starts_with("r:")) {
        sqlite3_bind_double(statement_, 1, std::strtod(value.c_str(), nullptr));
      } else {
        sqlite3_bind_text(statement_, 1, value.c_str(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
      }
    }
    for (int at = 0; at < sqlite3_column_count(statement_); ++at)
      columns_.emplace_back(sqlite3_column_name(statement_, at));
    return {};
  }

  const std::vector<std::string>& columns() const override { return columns_; }

  Result<bool> next(std::vector<std::optional<std::string>>& cells) override {
    const int step = sqlite3_step(statement_);
    if (step == SQLITE_DONE) return false;
    if (step != SQLITE_ROW) return fault();
    cells.assign(columns_.size(), std::nullopt);
    types_.resize(columns_.size());
    for (std::size_t at = 0; at < columns_.size(); ++at) {
      const int column = static_cast<int>(at);
      const int type = sqlite3_column_type(statement_, column);
      types_[at] = type == SQLITE_INTEGER ? 'i' : type == SQLITE_FLOAT ? 'r' : 't';
      if (type == SQLITE_NULL) continue;
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
      const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
      if (bytes > limits::pulled_cell_bytes)
        return Error(ErrorCode::too_large, "source.cell_too_large").with("column", columns_[at]);
      cells[at] = std::string(text == nullptr ? "" : text, text == nullptr ? 0 : bytes);
    }
    return true;
  }

  char type_of(std::size_t column) const override { return types_.at(column); }

 private:
  static int is_late(void* self) {
    return std::chrono::steady_clock::now() > static_cast<SqliteRows*>(self)->deadline_ ? 1 : 0;
  }
  Error fault() {
    const int code = sqlite3_errcode(database_);
    if (code == SQLITE_INTERRUPT) return Error(ErrorCode::timeout, "source.query_timeout");
    if (code == SQLITE_BUSY || code == SQLITE_CANTOPEN || code == SQLITE_IOERR || code == SQLITE_NOTADB)
      return unreachable(sqlite3_errmsg(database_));
    return query_failed(sqlite3_errmsg(database_));
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  std::chrono::steady_clock::time_point deadline_;
  std::vector<std::string> columns_;
  std::vector<char> types_;
};

}  // namespace

Result<std::unique_ptr<RowStream>> open_sqlite_rows(const RowQuery& query) {
  auto rows = std::make_unique<SqliteRows>();
  JW_TRY(rows->open(query));
  return std::unique_ptr<RowStream>(std::move(rows));
}

}  // namespace jingwei::source
