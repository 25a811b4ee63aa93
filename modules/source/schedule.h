// When a pull runs: every N minutes, or each day at a time of the hub's zone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace jingwei::source {

// "every 15m", "every 2h", "daily 02:30", or "" for by hand only.
class Schedule {
 public:
  Schedule() = default;
  // Errors: invalid "source.bad_schedule". Intervals run from one minute to seven days.
  static Result<Schedule> parse(std::string_view text);

  bool by_hand() const { return !every_ && !daily_; }
  // The next time after `after`; nothing when by hand. A daily time that a change of clocks skips comes at
  // the first instant after the gap's length has been added, as wall clocks do.
  std::optional<Instant> next(Instant after, const Zone& zone) const;

 private:
  std::optional<std::chrono::minutes> every_;
  std::optional<std::chrono::minutes> daily_;  // since midnight
};

}  // namespace jingwei::source
