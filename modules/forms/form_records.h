// What cells of a form say that tell which record or whom a row means. Internal to forms, and the one place
// where forms read cells by the rules of ingest.
#pragma once

#include <string>
#include <vector>

#include "modules/forms/form_columns.h"
#include "modules/ingest/cleaning/cleaning.h"
#include "modules/ingest/row_typing.h"
#include "modules/ingest/tree_region_resolver.h"

namespace jingwei::forms {

// Reads the cells that say what a form's rows mean as ingest would read them, so that 2020.1.5 meets
// 2020-01-05.
class CellReader {
 public:
  CellReader(const BookContext& context, const catalog::Resource& resource, const Clock& clock);

  struct Cell {
    storage::Value value = storage::Null{};  // null: the cell is empty, or cannot be read
    bool refused = false;                    // it cannot be read

    // As a number of somebody is kept; empty for null.
    std::string text() const;
  };
  // Errors: invalid (a field's pattern).
  Result<Cell> read(std::string_view text, int field);

 private:
  const catalog::Resource& resource_;
  ingest::TreeRegionResolver regions_;
  Result<std::vector<ingest::FieldCleaner>> cleaners_;
  ingest::CleanContext cleaning_;
};

}  // namespace jingwei::forms
