// The whole database as it stood at one moment, table by table, and filling an empty one from it: what backup
// and restore are made of. The description of a table names no storage, so that what one storage wrote the
// other can read.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/change.h"
#include "storage/store.h"

namespace jingwei::storage {

enum class ColumnType : std::uint8_t { integer, real, text, bytes };
std::string_view name_of(ColumnType type);
std::optional<ColumnType> column_type_of(std::string_view name);

struct ColumnDescription {
  std::string name;
  ColumnType type = ColumnType::text;
  bool nullable = true;
  std::string default_value;  // SQL of a literal; empty when there is none
  bool operator==(const ColumnDescription&) const = default;
};

struct IndexDescription {
  std::string name;
  bool unique = false;
  std::vector<std::string> columns;
  std::string where;  // SQL of a partial index's condition; empty for a whole one
};

struct TableDescription {
  std::string name;
  std::vector<ColumnDescription> columns;
  std::vector<std::string> primary_key;
  std::vector<IndexDescription> indexes;  // without the primary key's
};

// Tables that belong to one database and are not carried into another: where its feed numbers begin.
bool is_local_table(std::string_view table);

// One moment of a database, on a connection of its own beside any Store; writers go on meanwhile. It stands
// as long as the object, which one thread uses.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual Dialect dialect() const = 0;
  // The newest event seen; zeros when there is none.
  virtual FeedPosition position() const = 0;
  // True when every event up to `position` is seen. On PostgreSQL a snapshot can hold a later transaction's
  // events and not those of an earlier one that was still under way; opening waits for a moment when it does
  // not.
  virtual bool settled() const = 0;
  // All tables but the local ones, in the order of their names. Errors: the storage's; unsupported for a
  // column type that is none of ours.
  virtual Result<std::vector<TableDescription>> tables() = 0;
  virtual Result<std::int64_t> count_rows(const TableDescription& table) = 0;
  // Every row, in no particular order, with the table's columns in theirs; ends at the first error of `row`.
  virtual Result<void> each_row(const TableDescription& table,
                                const std::function<Result<void>(const Row&)>& row) = 0;
  // A statement without parameters, for those who look at a database rather than copy it.
  virtual Result<void> query(const std::string& sql, const std::function<void(const Row&)>& row) = 0;
};

// Errors: not_found "storage.no_database" (nothing there), the storage's.
Result<std::unique_ptr<Snapshot>> open_embedded_snapshot(const std::string& folder,
                                                         const std::string& vfs = {});
// Waits up to `patience` for a settled moment, then takes what there is.
Result<std::unique_ptr<Snapshot>> open_postgres_snapshot(const std::string& uri,
                                                         std::chrono::milliseconds patience);

// An empty database being filled; nobody else uses it. What was done is dropped when the object goes without
// `finish`: on PostgreSQL all of it is one transaction, on SQLite the file is removed.
class Filler {
 public:
  virtual ~Filler() = default;
  virtual Dialect dialect() const = 0;
  // Makes the tables of these steps, without noting them as landed: their rows come with the data.
  virtual Result<void> run_steps(std::span<const Migration> steps) = 0;
  virtual Result<std::vector<TableDescription>> tables() = 0;
  // A table that no step makes; its indexes come when it is full.
  virtual Result<void> create(const TableDescription& table) = 0;
  virtual Result<void> create_indexes(const TableDescription& table) = 0;
  // Puts rows, as many as `next` gives, in place of whatever the table holds; `next` fills one cell per
  // column.
  virtual Result<void> fill(const TableDescription& table,
                            const std::function<Result<bool>(std::vector<Value>& cells)>& next) = 0;
  // One statement more.
  virtual Result<void> run(const Statement& statement, std::span<const Value> parameters) = 0;
  // What has been filled so far, for comparing.
  virtual Result<void> each_row(const TableDescription& table,
                                const std::function<Result<void>(const Row&)>& row) = 0;
  // Makes it durable.
  virtual Result<void> finish() = 0;
};

// The file `folder`/jingwei.db, which must not be there. Errors: conflict "storage.not_empty".
Result<std::unique_ptr<Filler>> open_embedded_filler(const std::string& folder);
// The database (schema) must hold no tables. Errors: conflict "storage.not_empty".
Result<std::unique_ptr<Filler>> open_postgres_filler(const std::string& uri);

// CREATE TABLE and CREATE INDEX of a description.
std::string create_table_text(const TableDescription& table, Dialect dialect);
std::string create_index_text(const std::string& table, const IndexDescription& index);

}  // namespace jingwei::storage
