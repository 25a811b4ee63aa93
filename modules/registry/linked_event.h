// What the registry tells of in the feed.
#pragma once

#include <string_view>

#include "modules/registry/linking.h"

namespace jingwei::registry {

// Links told of in the feed: how many subjects, and between which records.
inline constexpr std::string_view linked_event_kind = "registry.linked";
// Another model came into force: {"version":n}.
inline constexpr std::string_view model_event_kind = "registry.model";

struct LinkedTold {
  RecordId first, last;  // records among those written lie between
};
storage::FeedEvent linked_event(const Plan& plan, const Question& question);
// Errors: corrupt.
Result<LinkedTold> parse_linked_event(std::string_view body);

}  // namespace jingwei::registry
