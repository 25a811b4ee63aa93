// Rows of destructions: reading them, and the writes that move them.
#pragma once

#include "modules/purpose/destruction.h"

namespace jingwei::purpose {

// Errors: the store's.
Result<std::vector<Destruction>> read_destructions(storage::Reader& reader,
                                                   const storage::Statement& statement,
                                                   std::span<const storage::Value> parameters);
Result<std::vector<DestructionItem>> read_items(storage::Reader& reader, DestructionId destruction);

storage::Write add_destruction(const Destruction& destruction);
storage::Write add_item(DestructionId destruction, const DestructionItem& item);
storage::Write move_item(DestructionId destruction, const DestructionItem& item);  // expects its row version

// The report of a destruction that is done: one JSON object, without personal data.
std::string report_of(const Destruction& destruction);
// What all items took.
struct Totals {
  ingest::Remains taken;
  std::int64_t answers = 0, cases = 0, photos = 0, keys = 0, sealed = 0, spared = 0, destroyed = 0;
};
Totals totals_of(const Destruction& destruction);

}  // namespace jingwei::purpose
