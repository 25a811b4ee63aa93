// What the feed is told of a case: steps for whoever counts and follows, effects for whoever delivers them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "modules/cases/machine.h"
#include "storage/change.h"

namespace jingwei::cases {

// Whom a notice is for that the hub itself says, besides those whom packages name (reporter, assignee,
// owner): whoever may press for the case, in a region above the one that it is said of.
inline constexpr std::string_view word_above = "above";

// And whoever a state's `tell` names, when a case enters it. What it says stands in the case: the event has
// the telling's place alone.
inline constexpr std::string_view word_audience = "audience";

// Ids, kinds and what is counted, before and after; nothing personal.
storage::FeedEvent step_event(const Case& before, const Outcome& outcome);
// What a package hooks to a transition.
storage::FeedEvent effect_event(const Case& one, const Transition& transition, const Effect& effect);
// What a state tells when a case enters it.
storage::FeedEvent telling_event(const Case& one, const Told& told);
// A notice that the hub itself says about a case, of a region that owns or owned it: a sentence of
// messages.yaml, in both languages.
struct HubSays {
  std::string_view to;
  RegionId region;
  std::string_view message;
  std::vector<std::pair<std::string, std::string>> arguments;
};
storage::FeedEvent notice_event(const Case& one, const HubSays& said);

}  // namespace jingwei::cases
