// The working calendar (工作日历): which days and hours count for deadlines.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace jingwei::cases {

// A day that differs from its weekday: off (放假), or worked on a weekend (调休上班).
struct SpecialDay {
  bool working = false;
  std::string zh, en;
  bool operator==(const SpecialDay&) const = default;
};
using SpecialDays = std::map<Day, SpecialDay>;

// Minutes of the day in the hub's zone; no rest where both are equal.
struct WorkingHours {
  std::chrono::minutes begin{8 * 60 + 30}, end{17 * 60 + 30};
  std::chrono::minutes rest_begin{12 * 60}, rest_end{13 * 60};
  bool operator==(const WorkingHours&) const = default;
};

// Errors: invalid "cases.bad_hours" (out of order).
Result<void> check_hours(const WorkingHours& hours);

// Immutable; threads may share it. The zone must outlive it.
class WorkingCalendar {
 public:
  WorkingCalendar(WorkingHours hours, SpecialDays days, const Zone& zone);

  bool is_working(Day day) const;
  // Of a whole working day.
  std::chrono::minutes day_length() const { return length_; }
  // The moment at which `working` of working time has passed since `from`; `from` itself counts when it is in
  // hours.
  Instant add(Instant from, std::chrono::microseconds working) const;
  // Working time between two moments; negative when `to` comes before `from`.
  std::chrono::microseconds between(Instant from, Instant to) const;

  const Zone& zone() const { return zone_; }
  const WorkingHours& hours() const { return hours_; }
  const SpecialDays& days() const { return days_; }

 private:
  using Part = std::pair<std::chrono::minutes, std::chrono::minutes>;
  WorkingHours hours_;
  SpecialDays days_;
  const Zone& zone_;
  std::vector<Part> parts_;  // of a working day
  std::chrono::minutes length_{};
};

}  // namespace jingwei::cases
