// What both storages do alike with rows of the core's tables and with bulk slices.
#pragma once

#include <mutex>
#include <optional>

#include "storage/store.h"

namespace jingwei::storage {

// Lets people go first: while their writes come one after another, whoever appends slices rests after each, so
// that loads work a small share of the time. What the hub commits for itself (Origin::hub) counts for nothing.
// Thread-safe.
class BulkPace {
 public:
  explicit BulkPace(const Clock& clock) : clock_(clock) {}
  // A Change is handed in to be committed.
  void note(const Change& change);
  // A slice was appended: how long to rest before the next.
  std::chrono::nanoseconds rest();

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<std::chrono::nanoseconds> last_, before_;  // when people wrote last, and the time before
  std::optional<std::chrono::nanoseconds> resumed_;        // when the last rest was over
};

// Errors: too_large over limits::change_writes rows (hand in limits::bulk_slice_rows, which take well under
// limits::bulk_slice_time); internal when the cells do not fill rows.
Result<void> check_slice(const BulkSlice& slice);
// INSERT INTO table (columns) VALUES ($1, …).
std::string insert_text(const BulkSlice& slice);

FeedEntry entry_of(const Row& row);                        // columns of feed_after
Timer timer_of(const Row& row, const std::string& owner);  // columns of claim_timers
void sort_by_due(std::vector<Timer>& timers);

}  // namespace jingwei::storage
