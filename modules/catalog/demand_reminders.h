// Reminds of demands whose answer or delivery is late (timers; docs/decisions/014).
#pragma once

#include "modules/catalog/demand.h"
#include "storage/timer_runner.h"

namespace jingwei::catalog {

// From one reminder of a demand to the next while nothing happens.
inline constexpr std::chrono::days demand_reminder_round{7};

// Adds the timer that looks whether the step that is due next was taken; nothing where none is due. A timer
// serves one state of its demand: the next state brings its own. Errors: the store's.
Result<void> watch(storage::Store& store, const Zone& zone, const Demand& demand, storage::Change& change);

// What was not answered or delivered by the end of its day makes a reminder, and one more in each round
// afterwards. It goes to the provider of the resource in question, or to whoever looks after the hub where
// nobody knows yet whose it is. Thread-safe; everything outlives it.
class DemandReminders {
 public:
  DemandReminders(const Catalog& catalog, storage::Store& store, const Clock& clock, const Zone& zone)
      : catalog_(catalog), store_(store), clock_(clock), zone_(zone) {}

  // Gives a timer to demands from before there were any; others have theirs already.
  Result<void> watch_all();
  // Before the runner starts.
  void on_timers(storage::TimerRunner& timers);

 private:
  Result<storage::Change> timer_fell(const storage::Timer& timer);
  Result<void> add_reminder(const Demand& demand, const DemandClock& clock, Instant now,
                            storage::Change& change) const;
  std::string department_told(const Demand& demand) const;

  const Catalog& catalog_;
  storage::Store& store_;
  const Clock& clock_;
  const Zone& zone_;
};

}  // namespace jingwei::catalog
