#include "modules/source/schedule.h"

#include <charconv>

namespace jingwei::source {

namespace {

constexpr std::chrono::minutes longest{7 * 24 * 60};

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || text.empty() || value < 0)
    return std::nullopt;
  return value;
}

}  // namespace

Result<Schedule> Schedule::parse(std::string_view text) {
  const auto bad = [&] {
    return Error(ErrorCode::invalid, "source.bad_schedule")
        .with("schedule", std::string(text))
        .at("/schedule");
  };
  Schedule schedule;
  if (text.empty()) return schedule;
  constexpr std::string_view every = "every ", daily = "daily ";
  if (text.starts_with(every) && text.size() > every.size() + 1) {
    const char unit = text.back();
    const auto count = number(text.substr(every.size(), text.size() - every.size() - 1));
    if (!count || (unit != 'm' && unit != 'h')) return bad();
    if (*count < 1 || *count > longest.count()) return bad();
    schedule.every_ = std::chrono::minutes{*count * (unit == 'h' ? 60 : 1)};
    if (*schedule.every_ > longest) return bad();
    return schedule;
  }
  if (text.starts_with(daily) && text.size() == daily.size() + 5 && text[daily.size() + 2] == ':') {
    const auto hour = number(text.substr(daily.size(), 2));
    const auto minute = number(text.substr(daily.size() + 3, 2));
    if (!hour || !minute || *hour > 23 || *minute > 59) return bad();
    schedule.daily_ = std::chrono::minutes{*hour * 60 + *minute};
    return schedule;
  }
  return bad();
}

std::optional<Instant> Schedule::next(Instant after, const Zone& zone) const {
  if (every_) return after + *every_;
  if (!daily_) return std::nullopt;
  for (Day day = zone.day_of(after);; day += std::chrono::days{1}) {
    // Wall time, so that 02:30 stays 02:30 on days of 23 and 25 hours.
    const Instant wall = Instant{day} + *daily_;
    Instant at = wall - zone.offset_at(wall - zone.offset_at(zone.start_of(day)));
    if (at > after) return at;
  }
}

}  // namespace jingwei::source
