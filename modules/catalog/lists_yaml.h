// lists.yaml of a scenario package: responsibilities and demands that a demo city begins with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "modules/catalog/demand.h"
#include "modules/catalog/responsibility.h"

namespace jingwei::catalog {

struct SeedResponsibility {
  Department department;  // empty: the resource's provider
  std::string resource;
  std::vector<std::string> fields;
  std::optional<Update> rhythm;  // absent: the resource's
  std::string basis;
  std::int64_t owed_for_days = 0;  // before the day it is put in
};

struct SeedDemand {
  Department department;
  std::string title, words, resource, purpose, legal_basis;
  std::vector<std::string> fields;
  std::int64_t asked_days_ago = 0;
  std::int64_t wanted_in_days = 0;  // from the day it is put in
};

struct SeedLists {
  std::string package;
  std::vector<SeedResponsibility> responsibilities;
  std::vector<SeedDemand> demands;
};

// The format is docs/formats/lists.md. Errors: invalid, every fault with file and line; unknown keys are
// faults.
Result<SeedLists> parse_lists(std::string_view yaml, const std::string& file, const std::string& package);

// Every <folder>/<package>/lists.yaml. Errors: those of parse_lists, the disk's.
Result<std::vector<SeedLists>> read_lists(FileSystem& files, const std::string& scenarios_folder);

// Puts them in, marked as the package's and thus as samples on every page. What was put in before is not put
// in again, even when people have taken it off since; what people have laid down themselves stays. Errors:
// not_found (a resource or field that no package has), the store's.
Result<void> seed_lists(const std::vector<SeedLists>& lists, const Catalog& catalog, Demands& demands,
                        Responsibilities& responsibilities, Instant now);

}  // namespace jingwei::catalog
