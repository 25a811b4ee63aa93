// Open and overdue cases by process, state and place, in memory: read once, then moved by the feed.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "modules/cases/cases_parts.h"

namespace jingwei::cases {

struct Figure {
  std::string process, state;
  std::int64_t open = 0, overdue = 0;
};

// A step of a case as the feed tells it.
struct StepEvent {
  std::string process, from, to, assignee, assignee_before;
  RegionId place;
  bool open = false, was_open = false, overdue = false, was_overdue = false;
};
// Nothing for what is no such event.
std::optional<StepEvent> parse_step_event(std::string_view body);

// Thread-safe.
class Figures {
 public:
  Result<void> load(storage::Reader& reader);
  void take(const StepEvent& event);
  // Over the places that `counts` says count; in the order of process and state.
  std::vector<Figure> sum(const std::function<bool(RegionId)>& counts, const std::string& process) const;

 private:
  struct Count {
    std::int64_t open = 0, overdue = 0;
  };
  using Places = std::map<RegionId, Count>;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Places> counts_;  // by process and state
};

}  // namespace jingwei::cases
