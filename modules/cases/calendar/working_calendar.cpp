#include "modules/cases/calendar/working_calendar.h"

#include <algorithm>

namespace jingwei::cases {

namespace {

// Nobody's deadline lies further away; ends a search where no day is a working day.
constexpr std::chrono::days search_most{366 * 20};

}  // namespace

Result<void> check_hours(const WorkingHours& hours) {
  const bool rests = hours.rest_begin != hours.rest_end;
  const bool in_order = hours.begin >= std::chrono::minutes{0} && hours.begin < hours.end &&
                        hours.end <= std::chrono::hours{24} &&
                        (!rests || (hours.begin <= hours.rest_begin && hours.rest_begin < hours.rest_end &&
                                    hours.rest_end <= hours.end &&
                                    hours.rest_end - hours.rest_begin < hours.end - hours.begin));
  if (!in_order) return Error(ErrorCode::invalid, "cases.bad_hours");
  return {};
}

WorkingCalendar::WorkingCalendar(WorkingHours hours, SpecialDays days, const Zone& zone)
    : hours_(hours), days_(std::move(days)), zone_(zone) {
  const auto add = [&](std::chrono::minutes begin, std::chrono::minutes end) {
    if (begin < end) parts_.emplace_back(begin, end);
  };
  if (hours.rest_begin == hours.rest_end) {
    add(hours.begin, hours.end);
  } else {
    add(hours.begin, hours.rest_begin);
    add(hours.rest_end, hours.end);
  }
  for (const auto& [begin, end] : parts_) length_ += end - begin;
}

bool WorkingCalendar::is_working(Day day) const {
  if (const auto special = days_.find(day); special != days_.end()) return special->second.working;
  const std::chrono::weekday weekday{day};
  return weekday != std::chrono::Saturday && weekday != std::chrono::Sunday;
}

Instant WorkingCalendar::add(Instant from, std::chrono::microseconds working) const {
  Day day = zone_.day_of(from);
  const Day last = day + search_most;
  for (; day < last; day += std::chrono::days{1}) {
    if (!is_working(day)) continue;
    const Instant start = zone_.start_of(day);
    for (const auto& [begin, end] : parts_) {
      const Instant opens = std::max(from, start + begin), closes = start + end;
      if (opens >= closes) continue;
      if (working <= closes - opens) return opens + working;
      working -= closes - opens;
    }
  }
  return zone_.start_of(last);
}

std::chrono::microseconds WorkingCalendar::between(Instant from, Instant to) const {
  if (to < from) return -between(to, from);
  std::chrono::microseconds sum{0};
  const Day last = std::min(zone_.day_of(to), zone_.day_of(from) + search_most);
  for (Day day = zone_.day_of(from); day <= last; day += std::chrono::days{1}) {
    if (!is_working(day)) continue;
    const Instant start = zone_.start_of(day);
    for (const auto& [begin, end] : parts_) {
      const Instant opens = std::max(from, start + begin), closes = std::min(to, start + end);
      if (opens < closes) sum += closes - opens;
    }
  }
  return sum;
}

}  // namespace jingwei::cases
