// Words of a row that earlier versions kept as they were and that are sealed now: read either way, and sealed
// at the next start.
#pragma once

#include <string>
#include <string_view>

#include "storage/sealer.h"
#include "storage/statement.h"
#include "storage/store.h"

namespace jingwei::storage {

// What goes into the sealed column; null where nothing was said. The table must be prepared.
Value sealed_words(const Sealer& sealer, const Cell& cell, const std::string& words);

// What a row says, whichever of its two columns holds it; nothing once the key has been destroyed. Errors:
// corrupt.
Result<std::string> words_of(const Sealer& sealer, const Cell& cell, const Row& row, int bare, int sealed);

// One table's words. `find` selects (id, words) of at most $1 rows that hold bare ones; `seal` puts $2 into
// the row $1 and empties the bare column, where it still holds any.
struct BareWords {
  std::string_view table;
  std::string_view column;  // as it stands in the cell
  const Statement* find = nullptr;
  const Statement* seal = nullptr;
};

// Seals what stands bare, in slices; how many rows. Several processes may do so at once. Errors: the store's,
// the sealer's.
Result<std::size_t> seal_bare(Store& store, const Sealer& sealer, const BareWords& words);

}  // namespace jingwei::storage
