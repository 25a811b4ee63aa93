#include "engines/rules/date_time.h"

#include <algorithm>

namespace jingwei::rules {

namespace {

using namespace std::chrono;

constexpr std::int64_t first_micros = -62'167'219'200'000'000;  // 0000-01-01
constexpr std::int64_t last_micros = 253'402'300'799'999'999;   // 9999-12-31T23:59:59.999999

bool in_range(std::int64_t micros) {
  return micros >= first_micros && micros <= last_micros;
}

// Exactly `count` digits from `at`, moving it on; -1 otherwise.
int digits(std::string_view text, std::size_t& at, int count) {
  int number = 0;
  for (int i = 0; i < count; ++i, ++at) {
    if (at >= text.size() || text[at] < '0' || text[at] > '9') return -1;
    number = number * 10 + (text[at] - '0');
  }
  return number;
}

bool is(std::string_view text, std::size_t& at, char c) {
  if (at >= text.size() || text[at] != c) return false;
  ++at;
  return true;
}

std::optional<sys_days> last_day(int year_number, int month_number) {
  const year_month_day_last last{year{year_number} / month{static_cast<unsigned>(month_number)} /
                                 std::chrono::last};
  if (!last.ok()) return std::nullopt;
  return sys_days{last};
}

// "Z", "", "±h", "±hh", "±hhmm", "±hh:mm" to the end of the text: minutes east of UTC.
std::optional<int> offset_minutes(std::string_view text, std::size_t at) {
  if (at == text.size()) return 0;
  if (is(text, at, 'Z')) return at == text.size() ? std::optional(0) : std::nullopt;
  const bool west = text[at] == '-';
  if (!west && text[at] != '+') return std::nullopt;
  ++at;
  int hours = digits(text, at, 1);
  if (hours < 0) return std::nullopt;
  if (at < text.size() && text[at] != ':') {
    const int unit = digits(text, at, 1);
    if (unit < 0) return std::nullopt;
    hours = hours * 10 + unit;
  }
  const bool colon = is(text, at, ':');
  int minutes_ = 0;
  if (at < text.size()) {
    minutes_ = digits(text, at, 2);
    if (minutes_ < 0 || at != text.size()) return std::nullopt;
  } else if (colon) {
    return hours <= 23 ? std::optional((west ? -1 : 1) * hours * 60) : std::nullopt;
  }
  if (hours > 23 || minutes_ > 59) return std::nullopt;
  return (west ? -1 : 1) * (hours * 60 + minutes_);
}

std::optional<Instant> checked(Instant at) {
  if (!in_range(to_micros(at))) return std::nullopt;
  return at;
}

microseconds offset_of(Instant at, const Zone* zone) {
  return zone ? microseconds(zone->offset_at(at)) : microseconds(0);
}

// The instant at which clocks of the zone show `local`; where they show it never or twice, one near by.
Instant from_local(Instant local, const Zone* zone) {
  if (!zone) return local;
  const Instant guess = local - offset_of(local, zone);
  return local - offset_of(guess, zone);
}

// Adds months to a day: the day of the month stays, cut to the month's length.
std::optional<sys_days> plus_months(sys_days from, std::int64_t amount) {
  const year_month_day date{from};
  const std::int64_t months_ =
      static_cast<std::int64_t>(int{date.year()}) * 12 + unsigned{date.month()} - 1 + amount;
  if (months_ < 0 || months_ >= 120'000) return std::nullopt;
  const auto last = last_day(static_cast<int>(months_ / 12), static_cast<int>(months_ % 12) + 1);
  const unsigned longest = unsigned{year_month_day{*last}.day()};
  const year_month_day moved{year{static_cast<int>(months_ / 12)},
                             month{static_cast<unsigned>(months_ % 12) + 1},
                             day{std::min(unsigned{date.day()}, longest)}};
  return sys_days{moved};
}

}  // namespace

std::optional<Instant> parse_date_time(std::string_view text, Partial partial) {
  std::size_t at = 0;
  const int y = digits(text, at, 4);
  if (y < 0) return std::nullopt;
  if (at == text.size()) {
    if (partial == Partial::refused) return std::nullopt;
    return Instant{*last_day(y, 12)};
  }
  if (!is(text, at, '-')) return std::nullopt;
  const int mon = digits(text, at, 2);
  if (mon < 1 || mon > 12) return std::nullopt;
  if (at == text.size()) {
    if (partial == Partial::refused) return std::nullopt;
    return Instant{*last_day(y, mon)};
  }
  if (!is(text, at, '-')) return std::nullopt;
  const int d = digits(text, at, 2);
  if (d < 1) return std::nullopt;
  const year_month_day date{year{y}, month{static_cast<unsigned>(mon)}, day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;
  const Instant day_begin{sys_days{date}};
  if (at == text.size()) return day_begin;
  if (!is(text, at, 'T')) return std::nullopt;
  const int h = digits(text, at, 2);
  if (h < 0 || h > 24 || !is(text, at, ':')) return std::nullopt;
  const int mi = digits(text, at, 2);
  if (mi < 0 || mi > 59 || !is(text, at, ':')) return std::nullopt;
  const int s = digits(text, at, 2);
  if (s < 0 || s > 59 || (h == 24 && (mi > 0 || s > 0))) return std::nullopt;
  int millis = 0;
  if (is(text, at, '.')) {
    int scale = 100;
    const std::size_t from = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      millis += (text[at] - '0') * scale;
    if (at == from) return std::nullopt;
  }
  const auto offset = offset_minutes(text, at);
  if (!offset) return std::nullopt;
  return day_begin + hours(h) + minutes(mi) + seconds(s) + milliseconds(millis) - minutes(*offset);
}

std::optional<Instant> parse_birth_date(std::string_view text) {
  if (text.size() > 10) return std::nullopt;
  return parse_date_time(text, Partial::allowed);
}

std::optional<Instant> parse_local_date(std::string_view text, const Zone* zone) {
  if (text.size() == 10) {
    const auto day_ = parse_iso_day(text);
    if (!day_) return std::nullopt;
    return zone ? zone->start_of(*day_) : Instant{*day_};
  }
  return parse_rfc3339(text);
}

std::optional<microseconds> length_of(Unit unit) {
  switch (unit) {
    case Unit::second:
      return seconds(1);
    case Unit::minute:
      return minutes(1);
    case Unit::hour:
      return hours(1);
    case Unit::day:
      return hours(24);
    case Unit::week:
      return hours(24 * 7);
    default:
      return std::nullopt;
  }
}

std::optional<Instant> plus_running_over(Instant from, std::int64_t amount, Unit unit) {
  if (const auto length = length_of(unit)) {
    std::int64_t by = 0;
    std::int64_t sum = 0;
    if (__builtin_mul_overflow(length->count(), amount, &by) ||
        __builtin_add_overflow(to_micros(from), by, &sum))
      return std::nullopt;
    return checked(from_micros(sum));
  }
  if (amount < -200'000 || amount > 200'000) return std::nullopt;
  const sys_days day_ = floor<days>(from);
  const year_month_day date{day_};
  const std::int64_t months_ = static_cast<std::int64_t>(int{date.year()}) * 12 + unsigned{date.month()} - 1 +
                               amount * (unit == Unit::year ? 12 : 1);
  if (months_ < 0 || months_ >= 120'000) return std::nullopt;
  const year_month_day first{year{static_cast<int>(months_ / 12)},
                             month{static_cast<unsigned>(months_ % 12) + 1}, day{1}};
  return checked(Instant{sys_days{first}} + days(unsigned{date.day()} - 1) + (from - Instant{day_}));
}

std::optional<Instant> plus_in_zone(Instant from, std::int64_t amount, Unit unit, const Zone* zone) {
  if (unit == Unit::second || unit == Unit::minute || unit == Unit::hour)
    return plus_running_over(from, amount, unit);
  const Instant local = from + offset_of(from, zone);
  std::optional<Instant> moved;
  if (unit == Unit::day || unit == Unit::week) {
    moved = plus_running_over(local, amount, unit);
  } else {
    if (amount < -200'000 || amount > 200'000) return std::nullopt;
    const sys_days day_ = floor<days>(local);
    const auto month_day = plus_months(day_, amount * (unit == Unit::year ? 12 : 1));
    if (month_day) moved = Instant{*month_day} + (local - Instant{day_});
  }
  if (!moved) return std::nullopt;
  return checked(from_local(*moved, zone));
}

Day local_day(Instant at, const Zone* zone) {
  return zone ? zone->day_of(at) : Day{floor<days>(at)};
}

Instant start_of_day(Instant at, const Zone* zone) {
  const Day day_ = local_day(at, zone);
  return zone ? zone->start_of(day_) : Instant{day_};
}

Instant start_of_next_day(Instant at, const Zone* zone) {
  const Day day_ = local_day(at, zone) + days(1);
  return zone ? zone->start_of(day_) : Instant{day_};
}

std::int64_t whole_units(Instant from, Instant to, Unit unit, const Zone* zone) {
  if (const auto length = length_of(unit)) {
    const std::int64_t passed = (to - from).count();
    const std::int64_t whole = passed / length->count();
    return passed % length->count() < 0 ? whole - 1 : whole;
  }
  // A first guess by the calendar, then one step to either side.
  const year_month_day a{local_day(from, zone)};
  const year_month_day b{local_day(to, zone)};
  std::int64_t whole = (int{b.year()} - int{a.year()}) * 12 + static_cast<int>(unsigned{b.month()}) -
                       static_cast<int>(unsigned{a.month()});
  if (unit == Unit::year) {
    whole = int{b.year()} - int{a.year()};
  }
  const auto reached = [&](std::int64_t count) {
    const auto at = plus_in_zone(from, count, unit, zone);
    return at && *at <= to;
  };
  while (!reached(whole) && whole > -130'000) --whole;
  while (reached(whole + 1)) ++whole;
  return whole;
}

}  // namespace jingwei::rules
