// A condition of a process: JsonLogic in the `jingwei` dialect (engines/rules) over the facts of a case.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "modules/cases/calendar/working_calendar.h"

namespace jingwei::rules {
class WorkingTime;
}

namespace jingwei::cases {

// Whether the hub keeps a fact of this name of every case ("category" is `case.category`).
bool is_case_fact(std::string_view name);

// The calendar as rules count by it; it must outlive what comes back.
std::unique_ptr<rules::WorkingTime> working_time_of(const WorkingCalendar& calendar);

// What conditions are worked out with besides their facts. Days are those of the calendar's zone.
struct GuardSurroundings {
  Instant now{};
  const WorkingCalendar& calendar;
  // Whether a region, by code, is another or lies below it; nothing when either is not known.
  std::function<std::optional<bool>(std::string_view region, std::string_view above)> within;
};

// Immutable; threads may share it.
class Guard {
 public:
  // `logic` is one JSON value. Errors: invalid "cases.unknown_fact" (a variable that is no fact of a case),
  // and what rules::compile says.
  static Result<std::shared_ptr<const Guard>> compile(std::string_view logic);
  ~Guard();

  // Of the facts as one JSON object (docs/formats/processes.md). A guard that runs out of fuel or meets
  // values it cannot compare does not hold.
  bool holds(std::string_view facts, const GuardSurroundings& with) const;

 private:
  struct Compiled;
  explicit Guard(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace jingwei::cases
