// A condition of a process: JsonLogic in the `jingwei` dialect (engines/rules) over the facts of a case.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace jingwei::cases {

// Immutable; threads may share it.
class Guard {
 public:
  // `logic` is one JSON value. Errors: invalid "cases.unknown_fact" (a variable that is no fact of a case),
  // and what rules::compile says.
  static Result<std::shared_ptr<const Guard>> compile(std::string_view logic);
  ~Guard();

  // Of the facts as one JSON object (docs/formats/processes.md). A guard that runs out of fuel or meets
  // values it cannot compare does not hold.
  bool holds(std::string_view facts, Instant now) const;

 private:
  struct Compiled;
  explicit Guard(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace jingwei::cases
