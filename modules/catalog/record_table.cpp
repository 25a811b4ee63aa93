#include "modules/catalog/record_table.h"

#include <charconv>
#include <map>

namespace jingwei::catalog {

namespace {

std::string_view name_of(ColumnKind kind) {
  constexpr std::string_view names[] = {"integer", "real", "text", "sealed"};
  return names[static_cast<int>(kind)];
}

std::string_view sql_type(ColumnKind kind) {
  constexpr std::string_view names[] = {"BIGINT", "DOUBLE PRECISION", "TEXT", "BYTEA"};
  return names[static_cast<int>(kind)];
}

std::string sql_column(const Column& column) {
  return column.name + " " + std::string(sql_type(column.kind));
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const auto& part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

std::string epoch_index(const std::string& table) {
  return "CREATE INDEX " + table + "_epoch ON " + table + " (epoch);\n";
}

std::string create_table(const std::string& table, const TableShape& shape) {
  std::string sql = "-- distributed by: record_key\nCREATE TABLE " + table +
                    " (\n"
                    "  record_key BYTEA NOT NULL,\n"
                    "  version BIGINT NOT NULL,\n"
                    "  id BIGINT NOT NULL,\n"
                    "  resource_version BIGINT NOT NULL,\n"
                    "  content BYTEA NOT NULL,\n"
                    "  batch BIGINT,\n"
                    "  line BIGINT,\n"
                    "  region BIGINT,\n"
                    "  day BIGINT NOT NULL,\n"
                    "  valid_from BIGINT NOT NULL,\n"
                    "  valid_to BIGINT,\n"
                    "  known_from BIGINT NOT NULL,\n"
                    "  known_to BIGINT,\n"
                    "  withdrawn BIGINT NOT NULL DEFAULT 0,\n"
                    "  epoch BIGINT,\n"
                    "  cleaning TEXT,\n";
  for (const auto& column : shape.columns) sql += "  " + sql_column(column) + ",\n";
  sql += "  PRIMARY KEY (record_key, version)\n);\n";
  sql += "CREATE INDEX " + table + "_id ON " + table + " (id);\n";
  sql += "CREATE INDEX " + table + "_region ON " + table + " (region, id);\n";
  sql += epoch_index(table);
  return sql;
}

// Fills the next table version with every version of every record, columns both shapes have and mean the
// same.
std::string backfill(const std::string& from, const TableShape& old_shape, const std::string& to,
                     const TableShape& new_shape) {
  std::vector<std::string> shared(record_columns.begin(), record_columns.end());
  if (!old_shape.has_epochs) shared.resize(shared.size() - 2);
  for (const auto& column : new_shape.columns) {
    if (std::find(old_shape.columns.begin(), old_shape.columns.end(), column) == old_shape.columns.end())
      continue;
    shared.push_back(column.name);
  }
  const std::string list = joined(shared, ", ");
  return "INSERT INTO " + to + " (" + list + ") SELECT " + list + " FROM " + from + ";\n";
}

// True when `next` only adds columns to `landed`.
bool only_adds(const TableShape& landed, const TableShape& next) {
  return std::all_of(landed.columns.begin(), landed.columns.end(), [&](const Column& column) {
    return std::find(next.columns.begin(), next.columns.end(), column) != next.columns.end();
  });
}

}  // namespace

Column column_of(const Resource& resource, const Field& field) {
  Column column{"f_" + field.name, ColumnKind::text};
  if (field.personal != Personal::none) {
    column.kind = ColumnKind::sealed;
    return column;
  }
  switch (field.type) {
    case FieldType::date:
    case FieldType::datetime:
    case FieldType::integer:
    case FieldType::boolean:
    case FieldType::region:
      column.kind = ColumnKind::integer;
      break;
    case FieldType::number:
      column.kind = ColumnKind::real;
      break;
    default:
      break;
  }
  return column;
}

std::string table_name(const Resource& resource, int table_version) {
  std::string name = "rec_" + resource.id;
  std::replace(name.begin(), name.end(), '-', '_');
  return name + "_v" + std::to_string(table_version);
}

TableShape shape_of(const Resource& resource, int table_version) {
  TableShape shape{table_version, {}};
  for (const auto& field : resource.fields) shape.columns.push_back(column_of(resource, field));
  return shape;
}

std::string to_text(const TableShape& shape) {
  std::string text = std::to_string(shape.table_version);
  if (shape.has_epochs) text += ",epochs";
  if (shape.hash == RecordHash::keyed) text += ",keyed";
  for (const auto& column : shape.columns) {
    text += ';' + column.name + ':' + std::string(name_of(column.kind));
  }
  return text;
}

Result<TableShape> parse_shape(std::string_view text) {
  const auto broken = [&] {
    return Error(ErrorCode::corrupt, "catalog.shape_unreadable").because(std::string(text));
  };
  const auto next = [&](char stop) {
    const std::size_t end = std::min(text.find(stop), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
  };
  TableShape shape;
  std::string_view head = next(';');
  if (std::from_chars(head.data(), head.data() + head.size(), shape.table_version).ec != std::errc{})
    return broken();
  const auto marked = [&](std::string_view mark) { return head.find(mark) != std::string_view::npos; };
  shape.has_epochs = marked(",epochs");
  shape.hash = marked(",keyed") ? RecordHash::keyed : RecordHash::plain;
  while (!text.empty()) {
    std::string_view part = next(';');
    const std::size_t colon = part.find(':');
    if (colon == std::string_view::npos) return broken();
    Column column;
    column.name = part.substr(0, colon);
    std::string_view kind = part.substr(colon + 1);
    if (kind.ends_with(":eq")) kind.remove_suffix(3);
    bool known = false;
    for (int k = 0; k < 4; ++k) {
      if (name_of(static_cast<ColumnKind>(k)) == kind) {
        column.kind = static_cast<ColumnKind>(k);
        known = true;
      }
    }
    if (!known) return broken();
    shape.columns.push_back(std::move(column));
  }
  return shape;
}

ShapeStep next_shape(const Resource& resource, const TableShape* landed) {
  ShapeStep step;
  if (landed == nullptr) {
    step.shape = shape_of(resource, 1);
    step.sqlite = step.postgres = create_table(table_name(resource, 1), step.shape);
    return step;
  }
  step.shape = shape_of(resource, landed->table_version);
  step.shape.hash = landed->hash;  // the keys that stand were made so
  const std::string table = table_name(resource, landed->table_version);
  if (only_adds(*landed, step.shape)) {
    std::string sql;
    if (!landed->has_epochs) {
      sql += "ALTER TABLE " + table + " ADD COLUMN epoch BIGINT;\n";
      sql += "ALTER TABLE " + table + " ADD COLUMN cleaning TEXT;\n" + epoch_index(table);
    }
    for (const auto& column : step.shape.columns) {
      if (std::find(landed->columns.begin(), landed->columns.end(), column) != landed->columns.end())
        continue;
      sql += "ALTER TABLE " + table + " ADD COLUMN " + sql_column(column) + ";\n";
    }
    step.sqlite = step.postgres = sql;
    return step;
  }
  step.shape.table_version += 1;
  const std::string fresh = table_name(resource, step.shape.table_version);
  step.sqlite = step.postgres = create_table(fresh, step.shape) + backfill(table, *landed, fresh, step.shape);
  return step;
}

RecordTable::RecordTable(const Resource& resource, TableShape shape)
    : name_(table_name(resource, shape.table_version)), shape_(std::move(shape)) {
  columns_.assign(record_columns.begin(), record_columns.end());
  for (const auto& field : resource.fields) {
    field_columns_.push_back(columns_.size());
    columns_.push_back(column_of(resource, field).name);
  }
  const std::string list = joined(columns_, ", ");
  // As it stands in the row, but for what a version that stands again has of its own.
  const auto restored_list = [&] {
    const std::map<std::string, std::string> own = {{"version", "CAST($3 AS BIGINT)"},
                                                    {"known_from", "CAST($4 AS BIGINT)"},
                                                    {"known_to", "CAST(NULL AS BIGINT)"},
                                                    {"withdrawn", "0"},
                                                    {"epoch", "CAST($5 AS BIGINT)"}};
    std::vector<std::string> parts;
    for (const auto& column : columns_) parts.push_back(own.contains(column) ? own.at(column) : column);
    return joined(parts, ", ");
  };
  std::vector<std::string> places;
  for (std::size_t at = 1; at <= columns_.size(); ++at) places.push_back("$" + std::to_string(at));

  const auto made = [&](std::string_view verb, std::string sqlite, std::string postgres) {
    return std::make_unique<storage::Statement>(
        storage::Statement{name_ + "." + std::string(verb), std::move(sqlite), std::move(postgres)});
  };
  const auto same = [&](std::string_view verb, const std::string& sql) { return made(verb, sql, sql); };
  const std::string select = "SELECT " + list + " FROM " + name_;
  const std::string paged = " WHERE id < $1 AND known_to IS NULL AND withdrawn = 0";

  latest_ = same("latest", select + " WHERE record_key = $1 ORDER BY version DESC LIMIT 1");
  of_batch_ = same("of_batch", select +
                                   " WHERE batch = $1 AND withdrawn = 0 AND (record_key, version) > ($2, $3)"
                                   " ORDER BY record_key, version LIMIT $4");
  page_of_batch_ =
      same("page_of_batch", select +
                                " WHERE batch = $1 AND id < $2 AND known_to IS NULL AND withdrawn = 0"
                                " ORDER BY id DESC LIMIT $3");
  earlier_ = same("earlier",
                  select + " WHERE record_key = $1 AND version < $2 AND withdrawn = 0 ORDER BY version DESC");
  const std::string withdrawn_version =
      " WHERE record_key = $1 AND version = $2 AND withdrawn = 0 AND known_to IS ";
  withdraw_ =
      same("withdraw", "UPDATE " + name_ + " SET withdrawn = 1, known_to = $3" + withdrawn_version + "NULL");
  withdraw_ended_ =
      same("withdraw_ended", "UPDATE " + name_ + " SET withdrawn = 1" + withdrawn_version + "NOT NULL");
  restore_ = same("restore", "INSERT INTO " + name_ + " (" + list + ") SELECT " + restored_list() + " FROM " +
                                 name_ + " WHERE record_key = $1 AND version = $2");
  close_ =
      same("close", "UPDATE " + name_ +
                        " SET known_to = $3 WHERE record_key = $1 AND version = $2 AND known_to IS NULL");
  insert_ = same("insert", "INSERT INTO " + name_ + " (" + list + ") VALUES (" + joined(places, ", ") + ")");
  page_ = same("page", select + paged + " ORDER BY id DESC LIMIT $2");
  page_under_ =
      made("page_under",
           select + paged + " AND region IN (SELECT value FROM json_each($3)) ORDER BY id DESC LIMIT $2",
           select + paged + " AND region = ANY (CAST($3 AS BIGINT[])) ORDER BY id DESC LIMIT $2");
  by_id_ = same("by_id", select + " WHERE id = $1 AND known_to IS NULL AND withdrawn = 0");
  const std::string of_current = " FROM " + name_ + " WHERE known_to IS NULL AND withdrawn = 0";
  for (const std::size_t column : field_columns_)
    values_.push_back(same("values_" + columns_[column], "SELECT " + columns_[column] + of_current));
  summary_ = same("summary", "SELECT COUNT(*)" + of_current);
  keys_ = same("keys", "SELECT record_key FROM " + name_ + " WHERE epoch >= $1");
  all_keys_ = same("all_keys", "SELECT record_key FROM " + name_);
  const std::string none =
      "UPDATE resource_table SET slices = slices WHERE resource = $1 AND NOT EXISTS (SELECT 1 FROM " + name_ +
      " WHERE epoch = $2 AND ";
  still_stand_ = same("still_stand",
                      "UPDATE resource_table SET slices = slices WHERE resource = $1"
                      " AND ($4, $5) = (SELECT COUNT(*), CAST(COALESCE(SUM(version), 0) AS BIGINT)" +
                          of_current + " AND id >= $2 AND id <= $3)");
  none_of_ = made("none_of", none + "instr($3, record_key) > 0)", none + "position(record_key IN $3) > 0)");
}

ErasingTable::ErasingTable(const Resource& resource, int table_version) {
  const std::string name = table_name(resource, table_version);
  const auto set = [&](storage::Statement& statement, std::string_view verb, const std::string& sql) {
    statement = {name + "." + std::string(verb), sql, sql};
  };
  const std::string standing =
      "CAST(COALESCE(SUM(CASE WHEN known_to IS NULL AND withdrawn = 0 THEN 1 ELSE 0 END), 0) AS BIGINT) "
      "FROM ";
  const std::string counts = "SELECT COUNT(*), " + standing;
  const auto page_of = [&](const std::string& before, const std::string& most) {
    return " FROM " + name + " WHERE known_from < " + before + " ORDER BY record_key, version LIMIT " + most;
  };
  const std::string page = page_of("$1", "$2");
  const std::string where_so = "UPDATE resource_table SET slices = slices WHERE resource = $1 AND ";
  set(count_, "count_before", counts + name + " WHERE known_from < $1");
  set(count_page_, "count_page", counts + "(SELECT known_to, withdrawn" + page + ") AS page");
  set(erase_page_, "erase_page",
      "DELETE FROM " + name + " WHERE (record_key, version) IN (SELECT record_key, version" + page + ")");
  set(none_left_, "none_left", where_so + "NOT EXISTS (SELECT 1 FROM " + name + " WHERE known_from < $2)");
  set(page_stands_, "page_stands",
      where_so + "$4 = (SELECT " + standing + "(SELECT known_to, withdrawn" + page_of("$2", "$3") +
          ") AS page)");
  set(oldest_, "oldest", "SELECT MIN(known_from) FROM " + name);
  set(key_of_id_, "key_of_id", "SELECT record_key FROM " + name + " WHERE id = $1 LIMIT 1");
  set(count_key_, "count_key", "SELECT COUNT(*) FROM " + name + " WHERE record_key = $1");
  set(erase_key_, "erase_key", "DELETE FROM " + name + " WHERE record_key = $1");
}

}  // namespace jingwei::catalog
