// What both storages do alike with rows of the core's tables and with bulk slices.
#pragma once

#include "storage/store.h"

namespace jingwei::storage {

// Errors: too_large over limits::change_writes rows (hand in limits::bulk_slice_rows, which take well under
// limits::bulk_slice_time); internal when the cells do not fill rows.
Result<void> check_slice(const BulkSlice& slice);
// INSERT INTO table (columns) VALUES ($1, …).
std::string insert_text(const BulkSlice& slice);

FeedEntry entry_of(const Row& row);                        // columns of feed_after
Timer timer_of(const Row& row, const std::string& owner);  // columns of claim_timers
void sort_by_due(std::vector<Timer>& timers);

}  // namespace jingwei::storage
