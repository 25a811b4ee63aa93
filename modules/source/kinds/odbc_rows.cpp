#include <sql.h>
#include <sqlext.h>

#include "base/limits.h"
#include "modules/source/kinds/odbc_options.h"
#include "modules/source/kinds/rows.h"
#include "modules/source/kinds/settings.h"

namespace jingwei::source {

namespace {

constexpr SQLULEN connect_patience_seconds = 10;
constexpr std::size_t piece_bytes = 8 * 1024;

bool went_well(SQLRETURN outcome) {
  return outcome == SQL_SUCCESS || outcome == SQL_SUCCESS_WITH_INFO;
}

// The driver's first sentence and its SQLSTATE.
std::pair<std::string, std::string> told(SQLSMALLINT kind, SQLHANDLE handle) {
  SQLCHAR state[6] = {}, text[512] = {};
  SQLINTEGER native = 0;
  SQLSMALLINT length = 0;
  if (!went_well(SQLGetDiagRec(kind, handle, 1, state, &native, text, sizeof text, &length))) return {};
  return {reinterpret_cast<const char*>(state), reinterpret_cast<const char*>(text)};
}

SQLCHAR* chars(const std::string& text) {
  return reinterpret_cast<SQLCHAR*>(const_cast<char*>(text.c_str()));
}

class OdbcRows final : public RowStream {
 public:
  ~OdbcRows() override {
    if (statement_ != nullptr) SQLFreeHandle(SQL_HANDLE_STMT, statement_);
    if (connected_) SQLDisconnect(connection_);
    if (connection_ != nullptr) SQLFreeHandle(SQL_HANDLE_DBC, connection_);
    if (environment_ != nullptr) SQLFreeHandle(SQL_HANDLE_ENV, environment_);
  }

  Result<void> open(const RowQuery& query) {
    JW_TRY(connect(query.settings));
    if (!went_well(SQLAllocHandle(SQL_HANDLE_STMT, connection_, &statement_)))
      return unreachable(told(SQL_HANDLE_DBC, connection_).second);
    const auto patience = static_cast<SQLULEN>(number_of(query.settings, "timeout_seconds"));
    SQLSetStmtAttr(statement_, SQL_ATTR_QUERY_TIMEOUT, reinterpret_cast<SQLPOINTER>(patience), 0);
    const std::string text = statement_of(query, "?");
    if (!went_well(SQLPrepare(statement_, chars(text), SQL_NTS))) return fault();
    since_ = query.since.substr(std::min<std::size_t>(2, query.since.size()));
    if (!query.since.empty() && !text_of(query.settings, "watermark").empty()) {
      length_ = static_cast<SQLLEN>(since_.size());
      if (!went_well(SQLBindParameter(statement_, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR,
                                      std::max<SQLULEN>(1, since_.size()), 0, chars(since_),
                                      static_cast<SQLLEN>(since_.size()), &length_)))
        return fault();
    }
    const SQLRETURN outcome = SQLExecute(statement_);
    if (!went_well(outcome) && outcome != SQL_NO_DATA) return fault();
    SQLSMALLINT count = 0;
    if (!went_well(SQLNumResultCols(statement_, &count))) return fault();
    if (count == 0) return query_failed("not a SELECT");
    for (SQLSMALLINT at = 1; at <= count; ++at) {
      SQLCHAR name[256] = {};
      SQLSMALLINT length = 0, type = 0, digits = 0, nullable = 0;
      SQLULEN size = 0;
      if (!went_well(SQLDescribeCol(statement_, static_cast<SQLUSMALLINT>(at), name, sizeof name, &length,
                                    &type, &size, &digits, &nullable)))
        return fault();
      columns_.emplace_back(reinterpret_cast<const char*>(name));
    }
    return {};
  }

  const std::vector<std::string>& columns() const override { return columns_; }

  Result<bool> next(std::vector<std::optional<std::string>>& cells) override {
    const SQLRETURN outcome = SQLFetch(statement_);
    if (outcome == SQL_NO_DATA) return false;
    if (!went_well(outcome)) return fault();
    cells.assign(columns_.size(), std::nullopt);
    for (std::size_t at = 0; at < columns_.size(); ++at) JW_TRY(read_cell(at, cells[at]));
    return true;
  }

  // The server reads the text by the column's type.
  char type_of(std::size_t) const override { return 't'; }

 private:
  Result<void> connect(const Settings& settings) {
    if (!went_well(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment_)))
      return unreachable("no ODBC environment");
    SQLSetEnvAttr(environment_, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3), 0);
    if (!went_well(SQLAllocHandle(SQL_HANDLE_DBC, environment_, &connection_)))
      return unreachable(told(SQL_HANDLE_ENV, environment_).second);
    SQLSetConnectAttr(connection_, SQL_ATTR_ACCESS_MODE, reinterpret_cast<SQLPOINTER>(SQL_MODE_READ_ONLY), 0);
    SQLSetConnectAttr(connection_, SQL_ATTR_LOGIN_TIMEOUT,
                      reinterpret_cast<SQLPOINTER>(connect_patience_seconds), 0);
    JW_ASSIGN(const auto options, parse_odbc_options(text_of(settings, "options")));
    std::string whole = "Driver={" + text_of(settings, "driver") + "};";
    for (const auto& [name, value] : options) whole += name + "=" + value + ";";
    for (const auto& [name, key] : {std::pair{"user", "UID"}, std::pair{"password", "PWD"}}) {
      // A closing brace is written twice inside braces.
      std::string value;
      for (const char c : text_of(settings, name)) value += c == '}' ? std::string("}}") : std::string(1, c);
      if (!value.empty()) whole += std::string(key) + "={" + value + "};";
    }
    SQLSMALLINT length = 0;
    connected_ = went_well(SQLDriverConnect(connection_, nullptr, chars(whole), SQL_NTS, nullptr, 0, &length,
                                            SQL_DRIVER_NOPROMPT));
    if (!connected_) return unreachable(told(SQL_HANDLE_DBC, connection_).second);
    return {};
  }

  Result<void> read_cell(std::size_t at, std::optional<std::string>& cell) {
    char piece[piece_bytes];
    for (;;) {
      SQLLEN length = 0;
      const SQLRETURN outcome =
          SQLGetData(statement_, static_cast<SQLUSMALLINT>(at + 1), SQL_C_CHAR, piece, sizeof piece, &length);
      if (outcome == SQL_NO_DATA) return {};
      if (!went_well(outcome)) return fault();
      if (length == SQL_NULL_DATA) return {};
      if (!cell) cell.emplace();
      cell->append(piece);  // ends with a zero byte, cut or whole
      if (cell->size() > limits::pulled_cell_bytes)
        return Error(ErrorCode::too_large, "source.cell_too_large").with("column", columns_[at]);
      if (outcome == SQL_SUCCESS) return {};
    }
  }

  Error fault() const {
    const auto [state, said] = told(SQL_HANDLE_STMT, statement_);
    if (state == "HYT00" || state == "HYT01") return Error(ErrorCode::timeout, "source.query_timeout");
    if (state.starts_with("08")) return unreachable(said);
    return query_failed(said);
  }

  SQLHENV environment_ = nullptr;
  SQLHDBC connection_ = nullptr;
  SQLHSTMT statement_ = nullptr;
  bool connected_ = false;
  std::string since_;
  SQLLEN length_ = 0;
  std::vector<std::string> columns_;
};

}  // namespace

Result<std::unique_ptr<RowStream>> open_odbc_rows(const RowQuery& query) {
  auto rows = std::make_unique<OdbcRows>();
  JW_TRY(rows->open(query));
  return std::unique_ptr<RowStream>(std::move(rows));
}

}  // namespace jingwei::source
