// The catalogue: which resources this hub takes, from which packages, and the tables they stand in.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "modules/catalog/record_table.h"
#include "modules/catalog/resource.h"
#include "storage/store.h"

namespace jingwei::catalog {

// One resource with its table as it stands in the store.
struct Entry {
  Resource resource;
  std::unique_ptr<RecordTable> table;
};

// Immutable after `open`; reads are thread-safe.
class Catalog {
 public:
  // Reads every <folder>/<package>/resources.yaml and brings the record tables up to date.
  // Errors: invalid (file:line of what is wrong in a package), or the store's.
  static Result<std::unique_ptr<Catalog>> open(FileSystem& files, const std::string& scenarios_folder,
                                               storage::Store& store, const Clock& clock);

  // In the order of packages and files.
  const std::deque<Entry>& entries() const { return entries_; }
  // Errors: not_found.
  Result<const Entry*> find(std::string_view resource) const;

 private:
  Result<void> bring_up_to_date(storage::Store& store, const Clock& clock);

  std::deque<Entry> entries_;
};

}  // namespace jingwei::catalog
