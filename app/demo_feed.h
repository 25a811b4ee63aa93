// Cases of the synthetic city: what the packages' city.yaml says, played on a hub.
#pragma once

#include <cstdint>

#include "app/hub.h"

namespace jingwei::app {

struct FeedOutcome {
  std::int64_t opened = 0, steps = 0, refused = 0;
};

// Opens the cases of `days` days for a city of so many people, and takes the steps their feeds name. What a
// process refuses is counted and left. Errors: invalid "app.feed_no_grids", the store's.
Result<FeedOutcome> feed_services(Hub& hub, std::int64_t people, int days, std::uint64_t seed);

}  // namespace jingwei::app
