// Reminds departments of collections that are overdue, once in each round (timers; docs/decisions/014).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "modules/catalog/responsibility.h"
#include "storage/timer_runner.h"

namespace jingwei::catalog {

// Each responsibility has one timer, which looks when it is due: what came moves it on to the next round,
// what did not come makes a reminder and looks again a round later. Thread-safe; everything outlives it.
class Reminders {
 public:
  // When a resource last received anything; given by whoever knows.
  using LastReceived = std::function<Result<std::optional<Instant>>(const std::string& resource)>;

  Reminders(const Catalog& catalog, storage::Store& store, const Clock& clock, LastReceived received)
      : catalog_(catalog), store_(store), clock_(clock), received_(std::move(received)) {}

  // Gives a timer to responsibilities from before there were any; others have theirs already.
  Result<void> watch_all();
  // Before the runner starts.
  void on_timers(storage::TimerRunner& timers);

 private:
  Result<storage::Change> timer_fell(const storage::Timer& timer);

  const Catalog& catalog_;
  storage::Store& store_;
  const Clock& clock_;
  LastReceived received_;
};

}  // namespace jingwei::catalog
