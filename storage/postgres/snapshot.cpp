// PostgreSQL: a REPEATABLE READ transaction is the snapshot, rows come by COPY; a filler's one transaction
// makes all or nothing. pg_dump is not used: what it writes only PostgreSQL reads, and it need not be
// installed where the hub runs.
#include "storage/snapshot.h"

#include <libpq-fe.h>

#include "base/limits.h"
#include "storage/postgres/binary_row.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/copy.h"
#include "storage/sql.gen.h"

namespace jingwei::storage::postgres {

namespace {

constexpr std::chrono::milliseconds settle_rhythm{2};
constexpr std::string_view no_limits =
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '5s'";

std::optional<ColumnType> type_of(std::string_view type) {
  if (type == "bigint" || type == "integer" || type == "smallint") return ColumnType::integer;
  if (type == "double precision") return ColumnType::real;
  if (type == "text" || type == "character varying") return ColumnType::text;
  if (type == "bytea") return ColumnType::bytes;
  return std::nullopt;
}

Result<void> each(Connection& connection, const std::string& sql,
                  const std::function<Result<void>(const Row&)>& row) {
  const ResultHandle result(PQexec(connection.handle(), sql.c_str()));
  JW_TRY(connection.check(result.get(), std::string_view(sql).substr(0, 80)));
  for (int at = 0; at < PQntuples(result.get()); ++at) JW_TRY(row(ResultRow(result.get(), at)));
  return {};
}

std::string quoted(Connection& connection, const std::string& text) {
  const std::unique_ptr<char, decltype(&PQfreemem)> literal(
      PQescapeLiteral(connection.handle(), text.data(), text.size()), &PQfreemem);
  return literal ? literal.get() : "''";
}

std::vector<std::string> split(std::string_view text, char between) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(between), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Result<TableDescription> describe(Connection& connection, const std::string& name) {
  TableDescription table;
  table.name = name;
  const std::string oid =
      "(SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = " +
      quoted(connection, name) + ")";
  JW_TRY(each(
      connection,
      "SELECT a.attname, format_type(a.atttypid, NULL), a.attnotnull, "
      "coalesce(pg_get_expr(d.adbin, d.adrelid), '') FROM pg_attribute a LEFT JOIN pg_attrdef d ON "
      "d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = " +
          oid + " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
      [&](const Row& row) -> Result<void> {
        const auto type = type_of(row.text(1));
        if (!type)
          return Error(ErrorCode::unsupported, "storage.fault")
              .because(name + '.' + std::string(row.text(0)) + " is " + std::string(row.text(1)));
        // The literal alone: "'0'::bigint" stands for 0.
        std::string_view value = row.text(3);
        value = value.substr(0, value.find("::"));
        if (*type == ColumnType::integer && value.size() > 2 && value.front() == '\'')
          value = value.substr(1, value.size() - 2);
        table.columns.push_back({std::string(row.text(0)), *type, row.integer(2) == 0, std::string(value)});
        return {};
      }));
  JW_TRY(each(
      connection,
      "SELECT c.relname, i.indisunique, i.indisprimary, coalesce(pg_get_expr(i.indpred, i.indrelid), ''), "
      "(SELECT string_agg(pg_get_indexdef(i.indexrelid, k, true), E'\\x1f' ORDER BY k) FROM "
      "generate_series(1, i.indnkeyatts) AS k) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
      "WHERE i.indrelid = " +
          oid + " ORDER BY c.relname",
      [&](const Row& row) -> Result<void> {
        auto columns = split(row.text(4), '\x1f');
        if (row.integer(2) != 0) {
          table.primary_key = std::move(columns);
        } else {
          table.indexes.push_back(
              {std::string(row.text(0)), row.integer(1) != 0, std::move(columns), std::string(row.text(3))});
        }
        return {};
      }));
  return table;
}

Result<std::vector<TableDescription>> describe_all(Connection& connection) {
  std::vector<std::string> names;
  JW_TRY(
      each(connection,
           "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN "
           "('r', 'p')",
           [&](const Row& row) -> Result<void> {
             if (!is_local_table(row.text(0))) names.emplace_back(row.text(0));
             return {};
           }));
  std::sort(names.begin(), names.end());
  std::vector<TableDescription> tables;
  for (const auto& name : names) {
    JW_ASSIGN(auto table, describe(connection, name));
    tables.push_back(std::move(table));
  }
  return tables;
}

Result<void> copy_out(Connection& connection, const TableDescription& table,
                      const std::function<Result<void>(const Row&)>& row) {
  std::string columns;
  for (const auto& column : table.columns) columns += (columns.empty() ? "" : ", ") + column.name;
  const std::string copy = "COPY " + table.name + " (" + columns + ") TO STDOUT WITH (FORMAT binary)";
  {
    const ResultHandle begun(PQexec(connection.handle(), copy.c_str()));
    if (PQresultStatus(begun.get()) != PGRES_COPY_OUT) {
      JW_TRY(connection.check(begun.get(), copy));
      return connection.broken(copy);
    }
  }
  BinaryRow current;
  Result<void> outcome;
  bool first = true;
  while (true) {
    char* bytes = nullptr;
    const int length = PQgetCopyData(connection.handle(), &bytes, 0);
    if (length < 0) break;
    const std::unique_ptr<char, decltype(&PQfreemem)> held(bytes, &PQfreemem);
    if (!outcome) continue;  // read to the end, so that the connection stays usable
    auto taken = current.take({bytes, static_cast<std::size_t>(length)}, first);
    first = false;
    if (!taken) {
      outcome = std::move(taken).error();
    } else if (*taken && current.columns() > 0) {
      outcome = row(current);
      if (!outcome) {
        // No use in reading the rest of a large table.
        if (const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel(PQgetCancel(connection.handle()),
                                                                            &PQfreeCancel);
            cancel) {
          char fault[256];
          PQcancel(cancel.get(), fault, sizeof fault);
        }
      }
    }
  }
  while (true) {
    const ResultHandle result(PQgetResult(connection.handle()));
    if (!result) break;
    if (auto checked = connection.check(result.get(), copy); !checked && outcome)
      outcome = std::move(checked);
  }
  return outcome;
}

class PostgresSnapshot final : public Snapshot {
 public:
  explicit PostgresSnapshot(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  Result<void> begin(std::chrono::milliseconds patience) {
    JW_TRY(connection_->execute(std::string(no_limits)));
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (true) {
      JW_TRY(connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
      JW_TRY(look());
      if (settled_ || std::chrono::steady_clock::now() >= deadline) return {};
      JW_TRY(connection_->execute("ROLLBACK"));
      std::this_thread::sleep_for(settle_rhythm);
    }
  }

  Dialect dialect() const override { return Dialect::postgres; }
  FeedPosition position() const override { return position_; }
  bool settled() const override { return settled_; }
  Result<std::vector<TableDescription>> tables() override { return describe_all(*connection_); }

  Result<std::int64_t> count_rows(const TableDescription& table) override {
    std::int64_t rows = 0;
    JW_TRY(each(*connection_, "SELECT count(*) FROM " + table.name, [&](const Row& row) -> Result<void> {
      rows = row.integer(0);
      return {};
    }));
    return rows;
  }

  Result<void> each_row(const TableDescription& table,
                        const std::function<Result<void>(const Row&)>& row) override {
    return copy_out(*connection_, table, row);
  }

  Result<void> query(const std::string& sql, const std::function<void(const Row&)>& row) override {
    // A statement that fails must not take the snapshot with it.
    JW_TRY(connection_->execute("SAVEPOINT look"));
    auto done = each(*connection_, sql, [&](const Row& found) -> Result<void> {
      row(found);
      return {};
    });
    JW_TRY(connection_->execute(done ? "RELEASE SAVEPOINT look" : "ROLLBACK TO SAVEPOINT look"));
    return done;
  }

 private:
  // The first statement takes the snapshot; whether anything in it is later than something still under way.
  Result<void> look() {
    bool has_feed = false;
    JW_TRY(each(*connection_, "SELECT to_regclass('feed') IS NOT NULL", [&](const Row& row) -> Result<void> {
      has_feed = row.integer(0) != 0;
      return {};
    }));
    settled_ = true;
    if (!has_feed) return {};
    JW_TRY(each(*connection_, "SELECT xact, sequence FROM feed ORDER BY xact DESC, sequence DESC LIMIT 1",
                [&](const Row& row) -> Result<void> {
                  position_ = {row.integer(0), row.integer(1)};
                  return {};
                }));
    const std::string unsettled = "xact >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint + " +
                                  std::to_string(connection_->xact_offset());
    return each(*connection_,
                "SELECT EXISTS (SELECT 1 FROM feed WHERE " + unsettled +
                    ") OR EXISTS (SELECT 1 FROM audit_entry WHERE " + unsettled + ")",
                [&](const Row& row) -> Result<void> {
                  settled_ = row.integer(0) == 0;
                  return {};
                });
  }

  std::unique_ptr<Connection> connection_;
  FeedPosition position_;
  bool settled_ = false;
};

class PostgresFiller final : public Filler {
 public:
  explicit PostgresFiller(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  Result<void> begin() {
    JW_TRY(connection_->execute(std::string(no_limits)));
    JW_TRY(connection_->execute("BEGIN"));
    std::int64_t tables = 0;
    JW_TRY(each(
        *connection_,
        "SELECT count(*), current_schema() FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
        "AND relkind IN ('r', 'p', 'v', 'm')",
        [&](const Row& row) -> Result<void> {
          tables = row.integer(0);
          return {};
        }));
    if (tables == 0) return {};
    return Error(ErrorCode::conflict, "storage.not_empty").with("place", PQdb(connection_->handle()));
  }

  Dialect dialect() const override { return Dialect::postgres; }

  Result<void> run_steps(std::span<const Migration> steps) override {
    JW_TRY(connection_->execute(sql::create_landed.postgres));
    for (const auto& step : steps) JW_TRY(connection_->execute(step.postgres));
    return {};
  }

  Result<std::vector<TableDescription>> tables() override { return describe_all(*connection_); }

  Result<void> create(const TableDescription& table) override {
    return connection_->execute(create_table_text(table, Dialect::postgres));
  }

  Result<void> create_indexes(const TableDescription& table) override {
    for (const auto& index : table.indexes)
      JW_TRY(connection_->execute(create_index_text(table.name, index)));
    return {};
  }

  Result<void> fill(const TableDescription& table,
                    const std::function<Result<bool>(std::vector<Value>&)>& next) override {
    JW_TRY(connection_->execute("DELETE FROM " + table.name));
    BulkSlice slice;
    slice.table = table.name;
    for (const auto& column : table.columns) slice.columns.push_back(column.name);
    std::vector<Value> cells(table.columns.size());
    std::size_t bytes = 0;
    for (bool more = true; more;) {
      JW_ASSIGN(more, next(cells));
      if (more) {
        for (auto& cell : cells) {
          if (const auto* words = std::get_if<std::string>(&cell)) bytes += words->size();
          if (const auto* blob = std::get_if<Blob>(&cell)) bytes += blob->bytes.size();
          bytes += sizeof(Value);
          slice.cells.push_back(std::move(cell));
        }
      }
      if (bytes < fill_bytes && more) continue;
      JW_TRY(copy_rows(*connection_, slice));
      slice.cells.clear();
      bytes = 0;
    }
    return {};
  }

  Result<void> run(const Statement& statement, std::span<const Value> parameters) override {
    JW_ASSIGN([[maybe_unused]] const auto result, connection_->run(statement, parameters));
    return {};
  }

  Result<void> each_row(const TableDescription& table,
                        const std::function<Result<void>(const Row&)>& row) override {
    return copy_out(*connection_, table, row);
  }

  Result<void> finish() override { return connection_->execute("COMMIT; ANALYZE"); }

 private:
  static constexpr std::size_t fill_bytes = 8 << 20;
  std::unique_ptr<Connection> connection_;
};

}  // namespace

}  // namespace jingwei::storage::postgres

namespace jingwei::storage {

Result<std::unique_ptr<Snapshot>> open_postgres_snapshot(const std::string& uri,
                                                         std::chrono::milliseconds patience) {
  JW_ASSIGN(auto connection, postgres::Connection::open(uri));
  auto snapshot = std::make_unique<postgres::PostgresSnapshot>(std::move(connection));
  JW_TRY(snapshot->begin(patience));
  return std::unique_ptr<Snapshot>(std::move(snapshot));
}

Result<std::unique_ptr<Filler>> open_postgres_filler(const std::string& uri) {
  JW_ASSIGN(auto connection, postgres::Connection::open(uri));
  auto filler = std::make_unique<postgres::PostgresFiller>(std::move(connection));
  JW_TRY(filler->begin());
  return std::unique_ptr<Filler>(std::move(filler));
}

}  // namespace jingwei::storage
