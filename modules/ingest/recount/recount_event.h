// The feed event "ingest.recount": a figure is counted anew.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/change.h"

namespace jingwei::ingest {

// The feed event "ingest.recount": what a figure counted so far is forgotten; it is counted anew behind this
// event.
inline constexpr std::string_view recount_event_kind = "ingest.recount";
struct RecountEvent {
  std::string resource;
  std::string metric;
};
storage::FeedEvent to_feed_event(const RecountEvent& event);
// Errors: corrupt.
Result<RecountEvent> parse_recount_event(std::string_view body);

}  // namespace jingwei::ingest
