#include <libpq-fe.h>

#include "base/limits.h"
#include "modules/source/kinds/rows.h"
#include "modules/source/kinds/settings.h"

namespace jingwei::source {

namespace {

constexpr const char* connect_timeout = "10";

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;

class PostgresRows final : public RowStream {
 public:
  ~PostgresRows() override { PQfinish(connection_); }

  Result<void> open(const RowQuery& query) {
    const auto& settings = query.settings;
    const std::string options =
        "-c default_transaction_read_only=on -c client_encoding=UTF8 -c statement_timeout=" +
        std::to_string(number_of(settings, "timeout_seconds") * 1'000);
    const std::vector<std::pair<const char*, std::string>> all = {{"host", text_of(settings, "host")},
                                                                  {"port", text_of(settings, "port")},
                                                                  {"dbname", text_of(settings, "database")},
                                                                  {"user", text_of(settings, "user")},
                                                                  {"password", text_of(settings, "password")},
                                                                  {"sslmode", text_of(settings, "tls")},
                                                                  {"options", options},
                                                                  {"connect_timeout", connect_timeout},
                                                                  {"application_name", "jingwei"}};
    std::vector<const char*> names, values;
    for (const auto& [name, value] : all) {
      names.push_back(name);
      values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    // The name of the database is not taken for a connection string, which could name another host.
    connection_ = PQconnectdbParams(names.data(), values.data(), 0);
    if (PQstatus(connection_) != CONNECTION_OK) return unreachable(PQerrorMessage(connection_));
    const std::string text = statement_of(query, "$1");
    const std::string since = query.since.substr(std::min<std::size_t>(2, query.since.size()));
    const bool marked = !query.since.empty() && !text_of(settings, "watermark").empty();
    const char* parameters[] = {since.c_str()};
    if (PQsendQueryParams(connection_, text.c_str(), marked ? 1 : 0, nullptr, marked ? parameters : nullptr,
                          nullptr, nullptr, 0) != 1)
      return unreachable(PQerrorMessage(connection_));
    // Rows come one by one: none but the present one is held here.
    if (PQsetSingleRowMode(connection_) != 1) return unreachable(PQerrorMessage(connection_));
    return advance();
  }

  const std::vector<std::string>& columns() const override { return columns_; }

  Result<bool> next(std::vector<std::optional<std::string>>& cells) override {
    if (!row_) return false;
    cells.assign(columns_.size(), std::nullopt);
    for (std::size_t at = 0; at < columns_.size(); ++at) {
      const int column = static_cast<int>(at);
      if (PQgetisnull(row_.get(), 0, column) != 0) continue;
      const auto bytes = static_cast<std::size_t>(PQgetlength(row_.get(), 0, column));
      if (bytes > limits::pulled_cell_bytes)
        return Error(ErrorCode::too_large, "source.cell_too_large").with("column", columns_[at]);
      cells[at] = std::string(PQgetvalue(row_.get(), 0, column), bytes);
    }
    JW_TRY(advance());
    return true;
  }

  // The server reads the text by the column's type.
  char type_of(std::size_t) const override { return 't'; }

 private:
  // Fetches the next row, or none at the end.
  Result<void> advance() {
    row_.reset();
    Answer answer(PQgetResult(connection_));
    if (!answer) return {};
    const ExecStatusType status = PQresultStatus(answer.get());
    if (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK) {
      if (columns_.empty()) {
        for (int at = 0; at < PQnfields(answer.get()); ++at) columns_.emplace_back(PQfname(answer.get(), at));
      }
      if (status == PGRES_SINGLE_TUPLE) row_ = std::move(answer);
      return {};
    }
    const char* state = PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE);
    const std::string code = state == nullptr ? "" : state;
    if (code == "57014") return Error(ErrorCode::timeout, "source.query_timeout");
    const char* said = PQresultErrorField(answer.get(), PG_DIAG_MESSAGE_PRIMARY);
    if (code.empty() || code.starts_with("08") || code.starts_with("57"))
      return unreachable(said == nullptr ? PQerrorMessage(connection_) : said);
    return query_failed(said == nullptr ? PQerrorMessage(connection_) : said);
  }

  PGconn* connection_ = nullptr;
  Answer row_;
  std::vector<std::string> columns_;
};

}  // namespace

Result<std::unique_ptr<RowStream>> open_postgres_rows(const RowQuery& query) {
  auto rows = std::make_unique<PostgresRows>();
  JW_TRY(rows->open(query));
  return std::unique_ptr<RowStream>(std::move(rows));
}

}  // namespace jingwei::source
