// What both storages do alike with rows of the core's tables and with bulk slices.
#pragma once

#include <mutex>
#include <optional>

#include "storage/store.h"

namespace jingwei::storage {

// Lets people go first: while their writes come one after another (a stream), slices are small and come
// seldom or in other Changes' company. What the hub commits for itself (Origin::hub) counts for nothing.
// Thread-safe.
class BulkPace {
 public:
  explicit BulkPace(const Clock& clock) : clock_(clock) {}
  // A Change is handed in to be committed.
  void note(const Change& change);
  bool stream() const;
  // How long what the hub writes for itself had best wait for a write of people to go with; 0: there is no
  // stream.
  std::chrono::nanoseconds until_company() const;
  // How many rows to decide on at once: so many that they take little time in the writer's transaction, by
  // what earlier ones took; `most` when there is no stream.
  std::size_t rows_at_once(std::size_t most) const;
  // Whether a slice of so many rows is small enough to share the transaction of somebody who waits.
  static bool is_small(std::size_t rows);
  // So long were `rows` in a transaction that others waited for.
  void note_slice(std::size_t rows, std::chrono::nanoseconds took);
  // For slices without company, one of which was appended: how long to rest before the next.
  std::chrono::nanoseconds rest();

 private:
  bool is_stream(std::chrono::nanoseconds now) const;

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::optional<std::chrono::nanoseconds> last_, before_;  // when people wrote last, and the time before
  std::optional<std::chrono::nanoseconds> resumed_;        // when the last rest was over
  double row_ns_ = 0;                                      // of late; 0: not known yet
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
