// Open and overdue cases by process, state, place and department, in memory: read once, then moved by the
// feed.
#pragma once

#include <functional>
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
  std::string process, from, to, assignee, assignee_before, department, department_before;
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
  // Over the cases whose place and department `counts` says count; in the order of process and state.
  using Counts = std::function<bool(RegionId place, const std::string& department)>;
  std::vector<Figure> sum(const Counts& counts, const std::string& process) const;

 private:
  struct Count {
    std::int64_t open = 0, overdue = 0;
  };
  using Posts = std::map<std::pair<RegionId, std::string>, Count>;  // by place and department
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Posts> counts_;  // by process and state
};

}  // namespace jingwei::cases
