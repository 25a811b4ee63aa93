// SQLite: a read transaction on a connection of its own is the snapshot; an ordinary file without a log is
// what a filler writes.
#include "storage/snapshot.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file_system.h"
#include "storage/embedded/connection.h"
#include "storage/sql.gen.h"

namespace jingwei::storage::embedded {

namespace {

constexpr int snapshot_cache_kib = 16 * 1024;

// By the rules of SQLite's own affinity, for the types our migrations name.
std::optional<ColumnType> type_of(std::string_view declared) {
  if (declared == "BIGINT" || declared == "INTEGER") return ColumnType::integer;
  if (declared == "DOUBLE PRECISION" || declared == "REAL") return ColumnType::real;
  if (declared == "TEXT") return ColumnType::text;
  if (declared == "BYTEA" || declared == "BLOB") return ColumnType::bytes;
  return std::nullopt;
}

Result<void> each(Connection& connection, const std::string& sql, std::span<const Value> parameters,
                  const std::function<Result<void>(const Row&)>& row) {
  JW_ASSIGN(Prepared * prepared, connection.prepare(sql));
  auto outcome = [&]() -> Result<void> {
    JW_TRY(prepared->bind(parameters));
    const PreparedRow current(*prepared);
    while (true) {
      JW_ASSIGN(const bool found, prepared->step());
      if (!found) return {};
      JW_TRY(row(current));
    }
  }();
  prepared->reset();
  return outcome;
}

// "(a, b)" and "WHERE …" out of the text that made an index.
IndexDescription index_of(std::string name, bool unique, const std::string& sql) {
  IndexDescription index{std::move(name), unique, {}, {}};
  const std::size_t open = sql.find('(');
  std::size_t close = open;
  for (int depth = 0; close < sql.size(); ++close) {
    depth += sql[close] == '(' ? 1 : sql[close] == ')' ? -1 : 0;
    if (depth == 0) break;
  }
  if (open >= sql.size() || close >= sql.size()) return index;
  index.columns.push_back(sql.substr(open + 1, close - open - 1));
  const std::size_t where = sql.find("WHERE ", close);
  if (where != std::string::npos) index.where = sql.substr(where + 6);
  return index;
}

Result<TableDescription> describe(Connection& connection, const std::string& name) {
  TableDescription table;
  table.name = name;
  std::map<std::int64_t, std::string> key;
  JW_TRY(each(connection,
              R"(SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info($1) ORDER BY cid)",
              std::array<Value, 1>{name}, [&](const Row& row) -> Result<void> {
                const auto type = type_of(row.text(1));
                if (!type)
                  return Error(ErrorCode::unsupported, "storage.fault")
                      .because(name + '.' + std::string(row.text(0)) + " is " + std::string(row.text(1)));
                if (row.integer(4) > 0) key[row.integer(4)] = row.text(0);
                table.columns.push_back(
                    {std::string(row.text(0)), *type, row.integer(2) == 0, std::string(row.text(3))});
                return {};
              }));
  for (auto& [place, column] : key) table.primary_key.push_back(std::move(column));
  std::vector<std::string> constraints;
  JW_TRY(each(connection,
              "SELECT i.name, i.\"unique\", i.origin, coalesce(m.sql, '') FROM pragma_index_list($1) AS i "
              "LEFT JOIN sqlite_master AS m ON m.name = i.name ORDER BY i.name",
              std::array<Value, 1>{name}, [&](const Row& row) -> Result<void> {
                if (row.text(2) == "c")
                  table.indexes.push_back(
                      index_of(std::string(row.text(0)), row.integer(1) != 0, std::string(row.text(3))));
                if (row.text(2) == "u") constraints.emplace_back(row.text(0));
                return {};
              }));
  for (const auto& constraint : constraints) {
    IndexDescription index{name + "_unique_" + std::to_string(table.indexes.size()), true, {}, {}};
    JW_TRY(each(connection, "SELECT name FROM pragma_index_info($1) ORDER BY seqno",
                std::array<Value, 1>{constraint}, [&](const Row& row) -> Result<void> {
                  index.columns.emplace_back(row.text(0));
                  return {};
                }));
    table.indexes.push_back(std::move(index));
  }
  return table;
}

Result<std::vector<TableDescription>> describe_all(Connection& connection) {
  std::vector<std::string> names;
  JW_TRY(
      each(connection,
           "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
           {}, [&](const Row& row) -> Result<void> {
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

std::string select_of(const TableDescription& table) {
  std::string columns;
  for (const auto& column : table.columns) columns += (columns.empty() ? "" : ", ") + column.name;
  return "SELECT " + columns + " FROM " + table.name;
}

class EmbeddedSnapshot final : public Snapshot {
 public:
  explicit EmbeddedSnapshot(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
  ~EmbeddedSnapshot() override {
    if (connection_->in_transaction()) (void)connection_->execute("ROLLBACK");
  }
  EmbeddedSnapshot(const EmbeddedSnapshot&) = delete;
  EmbeddedSnapshot& operator=(const EmbeddedSnapshot&) = delete;

  // The snapshot is taken by the first read.
  Result<void> begin() {
    JW_TRY(connection_->execute("PRAGMA query_only=1; BEGIN"));
    bool has_feed = false;
    JW_TRY(each(*connection_, "SELECT 1 FROM sqlite_master WHERE name = 'feed'", {},
                [&](const Row&) -> Result<void> {
                  has_feed = true;
                  return {};
                }));
    if (!has_feed) return {};
    return each(*connection_, sql::feed_head.sqlite, {}, [&](const Row& row) -> Result<void> {
      position_ = {row.integer(0), row.integer(1)};
      return {};
    });
  }

  Dialect dialect() const override { return Dialect::sqlite; }
  FeedPosition position() const override { return position_; }
  bool settled() const override { return true; }
  Result<std::vector<TableDescription>> tables() override { return describe_all(*connection_); }

  Result<std::int64_t> count_rows(const TableDescription& table) override {
    std::int64_t rows = 0;
    JW_TRY(each(*connection_, "SELECT count(*) FROM " + table.name, {}, [&](const Row& row) -> Result<void> {
      rows = row.integer(0);
      return {};
    }));
    return rows;
  }

  Result<void> each_row(const TableDescription& table,
                        const std::function<Result<void>(const Row&)>& row) override {
    return each(*connection_, select_of(table), {}, row);
  }

  Result<void> query(const std::string& sql, const std::function<void(const Row&)>& row) override {
    return each(*connection_, sql, {}, [&](const Row& found) -> Result<void> {
      row(found);
      return {};
    });
  }

 private:
  std::unique_ptr<Connection> connection_;
  FeedPosition position_;
};

class EmbeddedFiller final : public Filler {
 public:
  EmbeddedFiller(std::string path, std::unique_ptr<Connection> connection)
      : path_(std::move(path)), connection_(std::move(connection)) {}
  ~EmbeddedFiller() override {
    connection_.reset();
    if (!finished_) ::unlink(path_.c_str());
  }
  EmbeddedFiller(const EmbeddedFiller&) = delete;
  EmbeddedFiller& operator=(const EmbeddedFiller&) = delete;

  Dialect dialect() const override { return Dialect::sqlite; }

  Result<void> run_steps(std::span<const Migration> steps) override {
    JW_TRY(connection_->execute(sql::create_landed.sqlite));
    for (const auto& step : steps) JW_TRY(connection_->execute(step.sqlite));
    return {};
  }

  Result<std::vector<TableDescription>> tables() override { return describe_all(*connection_); }

  Result<void> create(const TableDescription& table) override {
    return connection_->execute(create_table_text(table, Dialect::sqlite));
  }

  Result<void> create_indexes(const TableDescription& table) override {
    for (const auto& index : table.indexes)
      JW_TRY(connection_->execute(create_index_text(table.name, index)));
    return {};
  }

  Result<void> fill(const TableDescription& table,
                    const std::function<Result<bool>(std::vector<Value>&)>& next) override {
    JW_TRY(connection_->execute("BEGIN; DELETE FROM " + table.name));
    std::string columns, places;
    for (std::size_t at = 0; at < table.columns.size(); ++at) {
      columns += (at == 0 ? "" : ", ") + table.columns[at].name;
      places += (at == 0 ? "$" : ", $") + std::to_string(at + 1);
    }
    JW_ASSIGN(Prepared * insert, connection_->prepare("INSERT INTO " + table.name + " (" + columns +
                                                      ") VALUES (" + places + ")"));
    std::vector<Value> cells(table.columns.size());
    while (true) {
      JW_ASSIGN(const bool more, next(cells));
      if (!more) break;
      JW_ASSIGN([[maybe_unused]] const auto rows, insert->run(cells));
    }
    return connection_->execute("COMMIT");
  }

  Result<void> run(const Statement& statement, std::span<const Value> parameters) override {
    JW_ASSIGN(Prepared * prepared, connection_->prepare(statement.sqlite));
    JW_ASSIGN([[maybe_unused]] const auto rows, prepared->run(parameters));
    return {};
  }

  Result<void> each_row(const TableDescription& table,
                        const std::function<Result<void>(const Row&)>& row) override {
    return each(*connection_, select_of(table), {}, row);
  }

  Result<void> finish() override {
    connection_.reset();
    JW_ASSIGN(auto file, real_file_system().open(path_, OpenMode::update));
    JW_TRY(file->sync());
    const std::size_t slash = path_.rfind('/');
    JW_TRY(real_file_system().sync_folder(slash == std::string::npos ? "." : path_.substr(0, slash)));
    finished_ = true;
    return {};
  }

 private:
  std::string path_;
  std::unique_ptr<Connection> connection_;
  bool finished_ = false;
};

}  // namespace

}  // namespace jingwei::storage::embedded

namespace jingwei::storage {

Result<std::unique_ptr<Snapshot>> open_embedded_snapshot(const std::string& folder, const std::string& vfs) {
  const std::string path = folder + "/jingwei.db";
  if (vfs.empty() && ::access(path.c_str(), F_OK) != 0)
    return Error(ErrorCode::not_found, "storage.no_database").with("path", path);
  JW_ASSIGN(auto connection, embedded::Connection::open(path, vfs, embedded::snapshot_cache_kib));
  auto snapshot = std::make_unique<embedded::EmbeddedSnapshot>(std::move(connection));
  JW_TRY(snapshot->begin());
  return std::unique_ptr<Snapshot>(std::move(snapshot));
}

Result<std::unique_ptr<Filler>> open_embedded_filler(const std::string& folder) {
  const std::string path = folder + "/jingwei.db";
  JW_ASSIGN(const bool present, real_file_system().exists(path));
  if (present) return Error(ErrorCode::conflict, "storage.not_empty").with("place", path);
  JW_TRY(real_file_system().make_folders(folder));
  JW_ASSIGN(auto connection, embedded::Connection::open(path, {}, embedded::snapshot_cache_kib));
  auto filler = std::make_unique<embedded::EmbeddedFiller>(path, std::move(connection));
  return std::unique_ptr<Filler>(std::move(filler));
}

}  // namespace jingwei::storage
