// How a file's columns meet a resource's fields: by header names, or by paths and conditions (`from`).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "modules/ingest/cleaning/arena.h"
#include "modules/ingest/reading/row_reader.h"

namespace jingwei::ingest {

// catalog::FieldSource.
struct SourceSpec {
  std::vector<std::string> paths;
  std::vector<std::pair<std::string, std::vector<std::string>>> where;
};

// What a field takes its text from.
struct ColumnWish {
  std::string name;
  bool required = false;
  std::vector<std::string> columns;  // header names accepted besides `name`
  std::vector<SourceSpec> from;
};

// A header or choice as it is compared: width folded, spaces and invisible characters out, lower case, and
// out with remarks in brackets and marks people add to headers (姓名（必填）*).
std::string normal_header(std::string_view header);

struct ColumnMap {
  std::vector<int> column_of_field;  // by header name; -1: the file has no such column
  std::vector<int>
      shown_of_field;  // the column to point at: the one above, or the first of a source's; -1: none
  std::vector<std::string> missing;  // names of required fields without a column: the file cannot be taken
  std::vector<std::string> unknown;  // columns no field takes: passed over, worth telling
  std::vector<std::string> doubled;  // columns two of which meet one field: the file cannot be taken
  bool usable() const { return missing.empty() && doubled.empty(); }
};

// Columns of nested tables are named by paths: `subject.identifier.value` for the first element of a list,
// `subject.identifier[1].value` for the second. Not thread-safe while binding.
class FieldColumns {
 public:
  explicit FieldColumns(std::vector<ColumnWish> fields);
  FieldColumns(FieldColumns&&) noexcept;
  FieldColumns& operator=(FieldColumns&&) noexcept;
  ~FieldColumns();

  // Maps columns again. The map lives until the next call.
  const ColumnMap& bind(std::span<const std::string> columns);
  const ColumnMap& map() const;
  // The field that takes a column of this header by its name; -1: none does.
  int field_of(std::string_view column) const;

  // The field's text in a row of the bound columns; empty when nothing gives one. Views a cell, or the arena
  // when several cells were joined.
  std::string_view text_of(std::size_t field, std::span<const Cell> cells, Arena& arena) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jingwei::ingest
