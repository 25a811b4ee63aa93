// The feed event "ingest.slice": what one slice of a batch, or one record entered by hand, changed in the
// figures.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "storage/change.h"

namespace jingwei::ingest {

inline constexpr std::string_view slice_event_kind = "ingest.slice";
inline constexpr std::string_view withdrawal_event_kind = "ingest.withdrawal";

// A figure that moved: `delta` is new minus old, so a correction takes the old value back.
struct CountedChange {
  std::string metric;
  RegionId region;
  Day day{};
  double delta = 0;
  std::int64_t reports =
      0;  // of a reported figure: records that report it, more or less; at none there is no figure
};

// Rows first_row … last_row of a batch (0 … 0 for a record entered by hand). No personal data: ids, counts
// and reasons only.
struct SliceEvent {
  std::string resource;
  BatchId batch;
  std::int64_t first_row = 0;
  std::int64_t last_row = 0;
  std::int64_t accepted = 0;
  std::int64_t cleaned = 0;
  std::int64_t unchanged = 0;
  std::int64_t updated = 0;
  std::int64_t refused = 0;
  std::int64_t mended = 0;                      // of the accepted: sent to mend a row that was refused before
  std::map<std::string, std::int64_t> reasons;  // "refuse.phone.prefix" → rows
  std::vector<CountedChange> counts;
  // Which records were written: those packed into a slice of their own, and those of the resource's table.
  std::int64_t packed_first_id = 0;
  std::int64_t packed_rows = 0;
  std::vector<std::int64_t> records;
};

// The feed event "ingest.withdrawal": a withdrawal is complete, with what had come in the batch. No personal
// data.
struct WithdrawalEvent {
  std::string resource;
  BatchId batch;
  std::int64_t ended = 0, restored = 0;                                // records
  std::int64_t accepted = 0, cleaned = 0, unchanged = 0, refused = 0;  // rows
  std::map<std::string, std::int64_t> reasons;                         // as of SliceEvent
};

storage::FeedEvent to_feed_event(const WithdrawalEvent& event);
// Errors: corrupt when `body` is not what to_feed_event writes.
Result<WithdrawalEvent> parse_withdrawal_event(std::string_view body);

storage::FeedEvent to_feed_event(const SliceEvent& event);
// Errors: corrupt when `body` is not what to_feed_event writes.
Result<SliceEvent> parse_slice_event(std::string_view body);

}  // namespace jingwei::ingest
