// What both storages do alike when they bring tables up to date.
#pragma once

#include <map>

#include "base/result.h"
#include "storage/statement.h"

namespace jingwei::storage {

// Number → digest of the steps of one module that have landed.
using Landed = std::map<std::int64_t, std::string>;

// The digest of both dialects' texts: a step edited after landing is found on either storage.
std::string digest_of(const Migration& migration);

// True when the step still has to run. Errors: corrupt "storage.migration_changed" when it landed with
// another text.
Result<bool> must_run(const Migration& migration, const Landed& landed);

// Errors: corrupt "storage.newer" when steps have landed of which `known` (all steps of one module) does not
// know.
Result<void> check_not_newer(std::span<const Migration> known, const std::string& module,
                             const Landed& landed);

// The modules in the order in which they first stand.
std::vector<std::string> modules_of(std::span<const Migration> migrations);

}  // namespace jingwei::storage
