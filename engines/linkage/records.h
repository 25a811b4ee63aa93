// The records of one or two files as linkage works on them: each field's distinct values once, each distinct
// row once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engines/linkage/row.h"

namespace jingwei::linkage {

enum class Side : std::uint8_t { left, right };

using ValueId = std::uint32_t;
inline constexpr ValueId no_value = 0;

// Bytes of many short texts in one piece.
class TextStore {
 public:
  std::uint32_t add(std::string_view text);
  std::string_view operator[](std::uint32_t index) const {
    return std::string_view(bytes_).substr(ends_[index], ends_[index + 1] - ends_[index]);
  }
  std::size_t size() const { return ends_.size() - 1; }

 private:
  std::string bytes_;
  std::vector<std::uint64_t> ends_ = {0};
};

// One field's distinct normal forms. Value 0 is "nothing said".
struct Column {
  Field field;
  TextStore values;
  std::vector<std::uint64_t> hashes;  // value_hash() of each; values are numbered in this order
  std::vector<std::uint32_t> counts;  // distinct rows that hold the value
  // Of names: what they sound like (chinese.h). Empty for other types.
  TextStore sounds;
  // Mean over rows of the share of rows with the same value: the chance that two rows agree by accident.
  double chance_of_agreement = 0;
  // Values that stand in so many rows that they were put in for want of a better one (1900-01-01,
  // 13800000000): taken as nothing said. Rows that held each, most first.
  std::vector<std::pair<ValueId, std::uint32_t>> defaults;
  std::size_t filled = 0;  // distinct rows with a value

  double share(ValueId value) const {
    return filled == 0 ? 0 : static_cast<double>(counts[value]) / static_cast<double>(filled);
  }
};

// Filled by add(), made ready by prepare(), read-only then (and safe to read from many threads).
class Records {
 public:
  // At most fields_most fields.
  explicit Records(std::vector<Field> fields);

  // `values` in the order of the fields, as the file has them. Ids should be unique within a side; one that
  // stands twice names two records all the same.
  void add(Side side, std::string_view id, std::span<const std::string_view> values);
  // Says that there are two files, even if the second gives no record.
  void expect_two_sides() { has_right_ = true; }
  // Brings values into normal form, counts them, and finds rows that say the same in every field. Defaults
  // are those the values show, or, where `defaults` is given, those: by field, hashes in order.
  void prepare(unsigned threads, const std::vector<std::vector<std::uint64_t>>* defaults = nullptr);

  std::size_t size() const { return sides_.size(); }
  std::size_t fields() const { return columns_.size(); }
  Side side(std::uint32_t record) const { return sides_[record]; }
  std::string_view id(std::uint32_t record) const { return ids_[record]; }
  const Column& column(std::size_t field) const { return columns_[field]; }
  std::vector<Field> field_list() const {
    std::vector<Field> fields;
    for (const auto& column : columns_) fields.push_back(column.field);
    return fields;
  }
  // What the file said, before normal_form.
  std::string_view raw(std::uint32_t record, std::size_t field) const { return raws_[field][record]; }
  // Records that show every different text of a column once.
  std::span<const std::uint32_t> different_raws(std::size_t field) const { return different_[field]; }
  // Where a record stands among all by side, id and order of add(): the order in which records are named.
  std::uint32_t rank(std::uint32_t record) const { return ranks_[record]; }

  // --- distinct rows, numbered by content so that the order of add() does not matter ---
  std::size_t rows() const { return row_count_; }
  std::span<const ValueId> row(std::uint32_t row) const {
    return {&row_values_[row * columns_.size()], columns_.size()};
  }
  // The records that say this, by rank.
  std::span<const std::uint32_t> copies(std::uint32_t row) const {
    return {&copies_[copy_begin_[row]], copy_begin_[row + 1] - copy_begin_[row]};
  }
  std::uint32_t row_of(std::uint32_t record) const { return row_of_[record]; }
  bool stands_on(std::uint32_t row, Side side) const {
    return (row_sides_[row] >> static_cast<unsigned>(side) & 1) != 0;
  }
  bool has_right() const { return has_right_; }

 private:
  void prepare_column(std::size_t field);
  void rank_records();
  void gather_rows();
  void count_values(std::size_t field);
  void find_defaults(std::size_t field);
  void drop_defaults(std::size_t field);

  std::vector<Side> sides_;
  std::vector<std::uint32_t> ranks_;
  TextStore ids_;
  std::vector<TextStore> raws_;                        // by field and record
  std::vector<std::vector<std::uint32_t>> different_;  // by field
  std::vector<std::vector<ValueId>> value_of_;         // by field and record; gone when prepared
  std::vector<Column> columns_;
  std::size_t row_count_ = 0;
  std::vector<ValueId> row_values_;
  std::vector<std::uint32_t> row_of_, copies_, copy_begin_;
  std::vector<std::uint8_t> row_sides_;
  bool has_right_ = false;
};

}  // namespace jingwei::linkage
