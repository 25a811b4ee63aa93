// Records that the rows of a form mean, by their key. Internal to forms, and the one place where forms read
// cells by the rules of ingest.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "modules/forms/form_columns.h"
#include "modules/ingest/cleaning/cleaning.h"
#include "modules/ingest/row_typing.h"
#include "modules/ingest/tree_region_resolver.h"

namespace jingwei::forms {

// Reads the key of a form's rows as ingest would read it, so that 2020.1.5 meets 2020-01-05.
class KeyReader {
 public:
  KeyReader(const BookContext& context, const catalog::Resource& resource, const Clock& clock);

  struct Key {
    std::string text;     // empty: the row names none
    std::string refusal;  // why it cannot be read, as a sentence; empty when it can
  };
  // Errors: invalid (a field's pattern).
  Result<Key> key_of(int row, const spreadsheet::Grid& grid, const FormTable& table, Language language);

 private:
  const catalog::Resource& resource_;
  ingest::TreeRegionResolver regions_;
  Result<std::vector<ingest::FieldCleaner>> cleaners_;
  ingest::CleanContext cleaning_;
};

struct FoundRecords {
  std::map<std::string, ingest::Record> by_key;
  bool complete = true;  // false: limits::form_matches records were looked at and more stand
};
// Present records of these keys. Errors: those of list_records.
Result<FoundRecords> records_of(const BookContext& context, const catalog::Resource& resource,
                                const std::set<std::string>& keys);

}  // namespace jingwei::forms
