// By when a resource is due again: by the responsibility list, or by its own rhythm where nobody is named for
// it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "modules/catalog/catalog_service.h"

namespace jingwei::quality {

struct Owed {
  catalog::Update rhythm = catalog::Update::daily;
  std::optional<Instant> since;  // from when somebody is responsible for it
};

// Of every resource that still takes data: the quickest rhythm and the earliest beginning of its
// responsibilities. Errors: the store's.
Result<std::map<std::string, Owed>> read_owed(const catalog::Catalog& catalog, storage::Store& store,
                                              const Clock& clock);

// How a resource stands by its rhythm: it is due by the end of that day in the hub's zone.
struct Timing {
  std::optional<Day> due;   // nothing when a single collection has come, or nothing was ever owed
  std::int64_t missed = 0;  // rounds that passed since, at least 1 when it is late
};
Timing timing_of(const Owed& owed, std::optional<Instant> received, Instant at, const Zone& zone);

}  // namespace jingwei::quality
