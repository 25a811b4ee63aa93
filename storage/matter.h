// Things of one module that cases of another may be about (事项): a resident's request about their data, say.
// Whoever keeps them tells of each step in the feed and knows nothing of cases.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "storage/change.h"

namespace jingwei::storage {

inline constexpr std::string_view matter_event_kind = "matter.step";
// The step that there is a new one.
inline constexpr std::string_view matter_opened = "open";

struct MatterStep {
  std::string matter;                        // what kind of thing: "rights"
  std::string thing;                         // its id
  std::string step;                          // "open", "grant"
  std::string actor;                         // "account:17"; empty: the hub itself
  std::string region;                        // code of where it belongs; empty: the hub's own
  std::string in_case;                       // id of the case it was done in; empty: done elsewhere
  std::map<std::string, std::string> facts;  // of a new one, as a form takes them: no personal data
};

FeedEvent event_of(const MatterStep& step);

}  // namespace jingwei::storage
