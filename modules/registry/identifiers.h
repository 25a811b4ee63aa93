// The numbers a subject goes by, as the records of its file say them: derived, kept nowhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/messages.h"
#include "modules/registry/file.h"

namespace jingwei::registry {

struct Identifier {
  // "citizen_id", "passport", … (papers.h), "credit_code", "phone", "plate", "household", "venue", "device".
  std::string scheme;
  std::string value;                          // as the reader may see it
  bool closed = false;                        // masked in all that say it
  Certainty certainty = Certainty::probable;  // of the surest record that says it
  Day from{}, to{};                           // the first and the last day a record says it
  // The day it was replaced: all providers that say it say another of its scheme for certain later on.
  std::optional<Day> ended;
  std::optional<Day> valid_from, valid_until;  // as the newest record that tells these of the paper has it
  std::vector<const catalog::Entry*> sources;  // resources that say it, the newest first
};

// By scheme, those that hold first, then the newest. A number that is masked in one record and open in
// another is one where it is what the records are linked by, else two. At most limits::identifiers_listed.
std::vector<Identifier> identifiers_of(const SubjectFile& file, const region::Tree& tree, Language language);

}  // namespace jingwei::registry
