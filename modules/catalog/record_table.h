// From a resource to its table on both storages: columns, statements, and the steps from an older definition.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "modules/catalog/resource.h"
#include "storage/statement.h"

namespace jingwei::catalog {

// How a field is kept: numbers, days (since 1970), instants (microseconds) and regions (ids) as they are,
// personal ones sealed.
enum class ColumnKind : std::uint8_t { integer, real, text, sealed };

// Tables from before packed slices have a column `<name>_eq` beside identifiers and contacts; nobody reads or
// writes it any more, and the next table version does not have it.
struct Column {
  std::string name;  // "f_phone"
  ColumnKind kind = ColumnKind::text;
  bool operator==(const Column&) const = default;
};

Column column_of(const Resource& resource, const Field& field);

// Fixed columns that stand before the fields' in every record table, in order. `epoch` is the resource's
// slice number when the row was written (record_slices.h), `cleaning` what was done to the values:
// "name:clean.width,clean.spaces;phone:clean.phone_prefix".
inline constexpr std::array<std::string_view, 16> record_columns = {
    "record_key", "version",    "id",       "resource_version", "content",  "batch",     "line",  "region",
    "day",        "valid_from", "valid_to", "known_from",       "known_to", "withdrawn", "epoch", "cleaning"};

// How the keys and contents of records are hashed: with a key since there are keys (docs/decisions/015);
// tables from before, and those that took their rows over, stay as they are.
enum class RecordHash : std::uint8_t { plain, keyed };

// One generation of a resource's table. `table_version` grows when a definition cannot be reached by adding
// columns.
struct TableShape {
  int table_version = 1;
  std::vector<Column> columns;
  RecordHash hash = RecordHash::keyed;
  bool has_epochs = true;  // the columns epoch and cleaning stand
  bool operator==(const TableShape&) const = default;
};

std::string table_name(const Resource& resource, int table_version);
TableShape shape_of(const Resource& resource, int table_version);

// `resource_table` keeps a shape as one line: "1,epochs,keyed;f_phone:sealed;f_age:integer" (older lines
// say "f_phone:sealed:eq", which means the same).
std::string to_text(const TableShape& shape);
Result<TableShape> parse_shape(std::string_view text);

// What leads from the landed shape (nothing for a new resource) to the resource's: a migration's SQL and the
// new shape. Added fields become nullable columns. A changed or dropped field makes the next table version,
// filled from the old one by the columns both have; the old table stays until retention empties it.
struct ShapeStep {
  TableShape shape;
  std::string sqlite;  // empty when nothing changes
  std::string postgres;
};
ShapeStep next_shape(const Resource& resource, const TableShape* landed);

// The SQL of one record table. Addresses are stable for the life of the object (statements are cached by
// address).
class RecordTable {
 public:
  RecordTable(const Resource& resource, TableShape shape);

  const std::string& name() const { return name_; }
  const TableShape& shape() const { return shape_; }
  // Names for BulkSlice: record_columns, then each field's column.
  const std::vector<std::string>& columns() const { return columns_; }
  // Index of a field's column in columns().
  std::size_t field_column(std::size_t field_index) const { return field_columns_[field_index]; }

  // $1 record_key → columns() of its newest version, which stands unless its known_to is set.
  const storage::Statement& latest() const { return *latest_; }
  const storage::Statement& close() const { return *close_; }    // $1 record_key, $2 version, $3 known_to
  const storage::Statement& insert() const { return *insert_; }  // all columns()
  const storage::Statement& page() const { return *page_; }      // $1 id before, $2 limit → columns()
  const storage::Statement& page_under() const {
    return *page_under_;
  }  // $1 id before, $2 limit, $3 region ids as [1,2] (SQLite) or {1,2} (PostgreSQL)
  const storage::Statement& by_id() const { return *by_id_; }  // $1 id → columns() of the current version
  // Versions that came with a batch and were not withdrawn, by key: $1 batch, $2 record_key and $3 version to
  // begin behind, $4 limit → columns().
  const storage::Statement& of_batch() const { return *of_batch_; }
  // Those that stand, newest record first: $1 batch, $2 id before, $3 limit → columns().
  const storage::Statement& page_of_batch() const { return *page_of_batch_; }
  // $1 record_key, $2 version → columns() of the versions before it that were not withdrawn, newest first.
  const storage::Statement& earlier() const { return *earlier_; }
  // Ends a version that stands, for good: $1 record_key, $2 version, $3 known_to.
  const storage::Statement& withdraw() const { return *withdraw_; }
  // The same of one that had ended: $1 record_key, $2 version.
  const storage::Statement& withdraw_ended() const { return *withdraw_ended_; }
  // Adds a version that says what an earlier one said: $1 record_key, $2 that version, $3 the new one's
  // number, $4 known_from, $5 epoch.
  const storage::Statement& restore() const { return *restore_; }
  // → the field's column of every current record, sealed where it is kept so; null where it is empty.
  const storage::Statement& values(std::size_t field_index) const { return *values_[field_index]; }
  const storage::Statement& summary() const { return *summary_; }  // → current records
  const storage::Statement& keys() const { return *keys_; }  // $1 epoch → record_key of rows written since
  const storage::Statement& all_keys() const { return *all_keys_; }  // → record_key of every record
  // $1 resource, $2 epoch, $3 record keys one after another (BYTEA). Touches one row of resource_table unless
  // one of these keys was written in that epoch.
  const storage::Statement& none_of() const { return *none_of_; }
  // $1 resource, $2 first id, $3 last id, $4 how many records stood there, $5 the sum of their versions.
  // Touches one row of resource_table unless one of them was ended or entered anew since: what follows a
  // version has a higher number.
  const storage::Statement& still_stand() const { return *still_stand_; }

 private:
  std::string name_;
  TableShape shape_;
  std::vector<std::string> columns_;
  std::vector<std::size_t> field_columns_;
  std::unique_ptr<storage::Statement> latest_, close_, insert_, page_, page_under_, by_id_, of_batch_,
      page_of_batch_, earlier_, withdraw_, withdraw_ended_, restore_, summary_, keys_, all_keys_, none_of_,
      still_stand_;
  std::vector<std::unique_ptr<storage::Statement>> values_;
};

// The SQL that erases versions of one generation of a resource's table. Addresses as RecordTable's.
class ErasingTable {
 public:
  ErasingTable(const Resource& resource, int table_version);
  // $1 received before → versions, those that stand
  const storage::Statement& count() const { return count_; }
  // $1 received before, $2 limit → the same of the first so many
  const storage::Statement& count_page() const { return count_page_; }
  const storage::Statement& erase_page() const { return erase_page_; }  // $1 received before, $2 limit
  // What a Change rests on; each touches one row of resource_table where it is so. $1 resource, $2 received
  // before: nothing is left; $3 limit, $4 how many: so many of the first still stand.
  const storage::Statement& none_left() const { return none_left_; }
  const storage::Statement& page_stands() const { return page_stands_; }
  // Of one record: $1 id → record_key of its versions; $1 record_key → how many versions; $1 record_key
  const storage::Statement& key_of_id() const { return key_of_id_; }
  const storage::Statement& count_key() const { return count_key_; }
  const storage::Statement& erase_key() const { return erase_key_; }
  // → when the oldest was received; null when there is none
  const storage::Statement& oldest() const { return oldest_; }

 private:
  storage::Statement count_, count_page_, erase_page_, none_left_, page_stands_, oldest_, key_of_id_,
      count_key_, erase_key_;
};

}  // namespace jingwei::catalog
