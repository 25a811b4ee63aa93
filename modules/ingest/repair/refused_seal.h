// How refused rows stand sealed: under their resource's own keys, so that they go with them.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "storage/sealer.h"
#include "storage/store.h"

namespace jingwei::ingest {

// One refused row's place. `sealed_as` is that of its row: 1, or 0 for one that was sealed under keys all
// resources shared.
struct RefusedSeal {
  std::string_view resource;
  BatchId batch;
  std::int64_t line = 0;
  std::int64_t sealed_as = 1;

  // `column` is "arguments" or "original".
  std::string seal(const storage::Sealer& sealer, std::string_view column, std::string_view plain) const;
  // Errors: corrupt, gone.
  Result<std::string> open(const storage::Sealer& sealer, std::string_view column,
                           std::string_view sealed) const;
};

// Seals rows from before under their resources' keys, some at a time; false when none was left. What nothing
// opens any more is marked and stays. Errors: the store's; exhausted when there is no room for a key.
Result<bool> seal_refused_anew(storage::Store& store, const storage::Sealer& sealer);

}  // namespace jingwei::ingest
