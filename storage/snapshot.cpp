#include "storage/snapshot.h"

namespace jingwei::storage {

namespace {

constexpr std::array<std::string_view, 4> type_names = {"integer", "real", "text", "bytes"};

std::string_view sql_type(ColumnType type, Dialect dialect) {
  if (type == ColumnType::bytes && dialect == Dialect::sqlite) return "BLOB";
  constexpr std::string_view names[] = {"BIGINT", "DOUBLE PRECISION", "TEXT", "BYTEA"};
  return names[static_cast<int>(type)];
}

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::string_view name_of(ColumnType type) {
  return type_names[static_cast<std::size_t>(type)];
}

std::optional<ColumnType> column_type_of(std::string_view name) {
  const auto found = std::find(type_names.begin(), type_names.end(), name);
  if (found == type_names.end()) return std::nullopt;
  return static_cast<ColumnType>(found - type_names.begin());
}

bool is_local_table(std::string_view table) {
  return table == "feed_offset";
}

std::string create_table_text(const TableDescription& table, Dialect dialect) {
  std::string sql = "CREATE TABLE " + table.name + " (";
  for (std::size_t at = 0; at < table.columns.size(); ++at) {
    const auto& column = table.columns[at];
    sql += (at == 0 ? "" : ", ") + column.name + ' ' + std::string(sql_type(column.type, dialect));
    if (!column.nullable) sql += " NOT NULL";
    if (!column.default_value.empty()) sql += " DEFAULT " + column.default_value;
  }
  if (!table.primary_key.empty()) sql += ", PRIMARY KEY (" + list_of(table.primary_key) + ")";
  return sql + ")";
}

std::string create_index_text(const std::string& table, const IndexDescription& index) {
  return std::string(index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") + index.name + " ON " + table +
         " (" + list_of(index.columns) + ")" + (index.where.empty() ? "" : " WHERE " + index.where);
}

}  // namespace jingwei::storage
