// Cases and records of the synthetic city: what the packages' city.yaml says, played on a hub.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/hub.h"

namespace jingwei::app {

// The clock of a hub that begins days ago, so that what the city brings happens on its own days. It runs
// behind the real one until it is turned forward; it never goes back. Thread-safe; `real` must outlive it.
class FeedClock final : public Clock {
 public:
  FeedClock(const Clock& real, std::chrono::days behind)
      : real_(real), behind_us_(std::chrono::microseconds(behind).count()) {}

  Instant now() const override { return real_.now() - std::chrono::microseconds{behind_us_.load()}; }
  std::chrono::nanoseconds monotonic() const override { return real_.monotonic(); }
  Instant real_now() const { return real_.now(); }
  // Forward to `instant`, at most to the real time.
  void turn_to(Instant instant);

 private:
  const Clock& real_;
  std::atomic<std::int64_t> behind_us_;
};

struct FeedPlan {
  std::int64_t people = 0;
  int days = 1;
  std::uint64_t seed = 7;
  // The hub's own clock, when it began at least `days` days ago. None: everything happens now.
  FeedClock* clock = nullptr;
};

struct FeedOutcome {
  std::int64_t opened = 0, steps = 0, records = 0, refused = 0;
  std::map<std::string, std::int64_t> taken;  // "process action" to how often
  std::vector<std::string> refusals;          // the first of them, for logs
};

// Opens the cases of the plan's days and takes the steps their feeds name, each by somebody with the role
// that the feed says; loads the records of feeds of resources. On a FeedClock in the order of time, with what
// falls due in between, until the real time has come, where the clock then stands: what would come later is
// left. What a process refuses is counted and left. Errors: invalid "app.feed_no_grids", the store's.
Result<FeedOutcome> feed_services(Hub& hub, const FeedPlan& plan);

}  // namespace jingwei::app
