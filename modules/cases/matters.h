// Cases about things of other modules: opened when there is a new one, and moved when a step of it was taken
// where it is kept (storage/matter.h).
#pragma once

#include <optional>
#include <string_view>

#include "modules/cases/case_work.h"

namespace jingwei::cases {

// Nothing for what is no such event.
std::optional<storage::MatterStep> parse_matter_step(std::string_view json);

// Thread-safe; everything outlives it.
class Matters {
 public:
  Matters(const CasesParts& parts, ProcessBook& book, CaseWork& work)
      : parts_(parts), book_(book), work_(work) {}

  // Takes an event once, however often it comes. What a process refuses is logged: it would be refused again.
  // Errors: the store's.
  Result<void> take(const storage::MatterStep& step);
  // The cases about a thing, by process. Errors: the store's.
  Result<std::map<std::string, CaseId>> cases_of(const std::string& matter, const std::string& thing) const;

 private:
  Result<void> open(const Process& process, const storage::MatterStep& step);

  const CasesParts& parts_;
  ProcessBook& book_;
  CaseWork& work_;
};

}  // namespace jingwei::cases
