// Refused rows and their later tries: what closes when one is taken, what hangs together when one is refused
// again.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "modules/ingest/batch.h"
#include "storage/store.h"

namespace jingwei::ingest {

// A row of a file that was sent to mend another.
struct Attempt {
  RefusedKey first_try;   // the row it names; may itself have been a try
  std::int64_t line = 0;  // where it stands in its own batch
  bool taken = false;
};

// Adds to `change` what the attempts of batch `by` do: a taken one closes its first try and every other try
// of it (once: what is mended stays as it is), a refused one joins the chain. Attempts whose first try does
// not exist or belongs to another resource are passed over. Gives the batch that is mended; none when no
// attempt met its row. Errors: the store's.
Result<BatchId> add_attempts(storage::Store& store, const std::string& resource, BatchId by,
                             std::span<const Attempt> attempts, Instant now, storage::Change& change);

// The same for a row mended by hand; the Change is refused (conflict) when the row is no longer open.
// Errors: not_found, the store's.
Result<void> add_mending(storage::Store& store, const std::string& resource, const RefusedKey& row,
                         const std::string& actor, Instant now, storage::Change& change);

Error refused_row_not_found(const RefusedKey& key);
Error closed_already(const RefusedKey& key);

}  // namespace jingwei::ingest
