// What a row says, as bytes: the form in which rows are hashed, compared and packed (docs/formats/store.md).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "modules/catalog/catalog_service.h"
#include "modules/ingest/cleaning/cleaning.h"
#include "storage/sealer.h"
#include "storage/value.h"

namespace jingwei::ingest {

using RowHash = std::array<char, 16>;

// One accepted row. Its content stands in PackedRows::bytes.
struct PackedRow {
  std::uint32_t begin = 0;
  std::uint32_t size = 0;
  std::uint32_t cleaning = 0;  // PackedRows::cleanings[cleaning - 1] tells what was done; 0: nothing
  Day day{};
  RegionId region;  // none: the resource has no region field, or the row leaves it empty
  std::int64_t line = 0;
  RowHash key{};
  RowHash content{};
};

struct PackedRows {
  std::string bytes;
  std::vector<PackedRow> rows;
  std::vector<std::string> cleanings;  // "name:clean.width;phone:clean.phone_prefix,clean.width"
  // RowContent's: the rules that each of its cleanings tells of, all of them and field by field; of rows not
  // hashed yet the keys' bytes one behind another, and where each ends.
  std::vector<RuleSet> cleaning_rules;
  std::string key_bytes;
  std::vector<std::size_t> key_ends;

  std::string_view content(const PackedRow& row) const {
    return std::string_view(bytes).substr(row.begin, row.size);
  }
  std::string_view cleaning(const PackedRow& row) const {
    return row.cleaning == 0 ? std::string_view() : std::string_view(cleanings[row.cleaning - 1]);
  }
};

// One value of a content; text views the content.
struct ContentValue {
  enum class Kind : std::uint8_t { absent, integer, real, text } kind = Kind::absent;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text;
};

// Values of a stored row as a content has them; texts view the values.
std::vector<ContentValue> fields_of(const std::vector<storage::Value>& values);

// What a row gets that does not say it itself.
struct RowDefaults {
  Day today{};      // the day it was received
  RegionId region;  // Resource::region_otherwise, resolved
};

// Writes and reads the contents of one resource's rows. Fields are told by their names, so a content stays
// what it is when its definition gains fields or is reordered. Immutable; threads may share it.
class RowContent {
 public:
  RowContent(const catalog::Resource& resource, catalog::RecordHash hash, const storage::Sealer& sealer,
             const Zone& zone);

  // Appends an accepted clean row. Region and day come from the resource's fields for them, else from the
  // defaults. Its hashes come with hash_rows.
  void append(const CleanRow& clean, std::int64_t line, const RowDefaults& defaults, PackedRows& rows) const;

  // Once, behind the last row: gives all of them their hashes.
  void hash_rows(PackedRows& rows) const;

  // The keys of records that say this in the fields of the resource's key, each value at its field's place
  // there: as hash_rows gives them to rows. Only of resources with a key.
  std::vector<RowHash> hash_keys(std::span<const std::vector<storage::Value>> keys) const;

  // By field. Errors: corrupt when the bytes are no content.
  Result<std::vector<ContentValue>> fields_of(std::string_view content) const;
  Result<std::vector<storage::Value>> values_of(std::string_view content) const;

 private:
  // Writes the value into room that is there.
  char* put_value(std::size_t field, const Cleaned& cell, char* to) const;
  std::uint32_t cleaning_of(const CleanRow& clean, PackedRows& rows) const;
  char* put_key(const CleanRow& clean, char* to) const;
  // As tables from before keyed hashes have them.
  RowHash plain_key(const std::vector<storage::Value>& values) const;
  RowHash plain_content(const std::vector<storage::Value>& values) const;

  const catalog::Resource& resource_;
  const catalog::RecordHash hash_;
  const storage::Sealer& sealer_;
  const Zone& zone_;
  std::vector<std::size_t> by_name_;      // field positions by name
  std::vector<std::uint32_t> name_hash_;  // by field
  std::vector<ContentValue::Kind> kind_;  // by field
  std::unordered_map<std::uint32_t, std::size_t> field_of_;
  std::vector<std::size_t> key_;
  std::vector<bool> is_key_;
  std::vector<std::size_t> region_fields_;
  std::vector<int> region_unless_;  // by region field: the field that keeps it from speaking; -1 for none
  int day_field_ = -1;
};

}  // namespace jingwei::ingest
