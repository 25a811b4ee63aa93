#include "base/clock.h"

#include <unicode/basictz.h>
#include <unicode/tztrans.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace jingwei {

namespace {

// Reads exactly `digits` decimal digits at `at`; -1 when there is anything else.
int read_digits(std::string_view text, std::size_t at, int digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  for (int i = 0; i < digits; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

void write_digits(char* to, std::int64_t number, int digits) {
  for (int i = digits - 1; i >= 0; --i, number /= 10) to[i] = static_cast<char>('0' + number % 10);
}

// Years that four digits do not hold.
std::string far_rfc3339(std::chrono::year_month_day date,
                        std::chrono::hh_mm_ss<std::chrono::microseconds> time) {
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return text;
}

}  // namespace

Instant SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::chrono::nanoseconds SystemClock::monotonic() const {
  return std::chrono::steady_clock::now().time_since_epoch();
}

std::string to_rfc3339(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{instant - day};
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) return far_rfc3339(date, time);
  // By hand: this stands in the way of every time that is read from a file or written to an answer.
  char text[] = "0000-00-00T00:00:00.000000Z";
  write_digits(text, year, 4);
  write_digits(text + 5, static_cast<unsigned>(date.month()), 2);
  write_digits(text + 8, static_cast<unsigned>(date.day()), 2);
  write_digits(text + 11, time.hours().count(), 2);
  write_digits(text + 14, time.minutes().count(), 2);
  write_digits(text + 17, time.seconds().count(), 2);
  write_digits(text + 20, time.subseconds().count(), 6);
  return text;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return std::nullopt;
  const auto day = parse_iso_day(text.substr(0, 10));
  const int hour = read_digits(text, 11, 2), minute = read_digits(text, 14, 2),
            second = read_digits(text, 17, 2);
  if (!day || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  if (text[13] != ':' || text[16] != ':') return std::nullopt;
  std::size_t at = 19;
  std::int64_t micros = 0;
  if (text[at] == '.') {
    ++at;
    const std::size_t begin = at;
    std::int64_t scale = 100'000;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      micros += (text[at] - '0') * scale;
    if (at == begin) return std::nullopt;
  }
  if (at >= text.size()) return std::nullopt;
  std::chrono::minutes offset{0};
  if (text[at] == 'Z' || text[at] == 'z') {
    ++at;
  } else if (text[at] == '+' || text[at] == '-') {
    const int hours = read_digits(text, at + 1, 2), minutes = read_digits(text, at + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || text[at + 3] != ':') return std::nullopt;
    offset = std::chrono::minutes{hours * 60 + minutes} * (text[at] == '-' ? -1 : 1);
    at += 6;
  } else {
    return std::nullopt;
  }
  if (at != text.size()) return std::nullopt;
  return Instant{*day} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + std::chrono::microseconds{micros} - offset;
}

std::string to_iso(Day day) {
  const std::chrono::year_month_day date{day};
  char text[24];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

std::optional<Day> parse_iso_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = read_digits(text, 0, 4), month = read_digits(text, 5, 2), day = read_digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return Day{date};
}

namespace {

// An offset from UTC and since when it holds.
struct OffsetSince {
  Instant since;
  std::chrono::seconds offset;
};

// ICU's answer; it takes longer than all else that is done to a time read from a file.
std::chrono::seconds asked_offset(const icu::TimeZone& zone, Instant instant) {
  std::int32_t raw = 0, daylight = 0;
  UErrorCode fault = U_ZERO_ERROR;
  zone.getOffset(static_cast<double>(to_micros(instant)) / 1000.0, false, raw, daylight, fault);
  return std::chrono::seconds{(raw + daylight) / 1000};
}

// The offsets that hold from `from` on, up to some of the first transition behind `to`.
std::vector<OffsetSince> offsets_between(const icu::TimeZone& zone, Instant from, Instant to) {
  const auto* const basic = dynamic_cast<const icu::BasicTimeZone*>(&zone);
  if (basic == nullptr) return {};
  std::vector<OffsetSince> offsets = {{from, asked_offset(zone, from)}};
  icu::TimeZoneTransition transition;
  UDate at = static_cast<double>(to_micros(from)) / 1000.0;
  while (basic->getNextTransition(at, false, transition)) {
    at = transition.getTime();
    const Instant since = from_micros(static_cast<std::int64_t>(at) * 1000);
    offsets.push_back({since, asked_offset(zone, since)});
    if (since > to) break;
  }
  return offsets;
}

}  // namespace

struct Zone::Rules {
  static constexpr Instant table_begin = Day{std::chrono::year{1900} / 1 / 1};
  static constexpr Instant table_end = Day{std::chrono::year{2100} / 1 / 1};

  std::unique_ptr<icu::TimeZone> zone;
  std::vector<OffsetSince> offsets;  // of every instant from table_begin until table_end
};

Zone::Zone(const std::string& iana_name) : name_(iana_name), rules_(new Rules) {
  rules_->zone.reset(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(iana_name)));
  if (*rules_->zone == icu::TimeZone::getUnknown()) {
    delete rules_;
    throw std::invalid_argument("unknown time zone " + iana_name);
  }
  rules_->offsets = offsets_between(*rules_->zone, Rules::table_begin, Rules::table_end);
}

Zone::~Zone() {
  delete rules_;
}

std::chrono::seconds Zone::offset_at(Instant instant) const {
  const auto& offsets = rules_->offsets;
  if (offsets.empty() || instant < Rules::table_begin || instant >= Rules::table_end)
    return asked_offset(*rules_->zone, instant);
  // Most times are of these years, and most zones change their offset no more.
  if (instant >= offsets.back().since) return offsets.back().offset;
  const auto behind = std::upper_bound(offsets.begin(), offsets.end(), instant,
                                       [](Instant at, const OffsetSince& one) { return at < one.since; });
  return std::prev(behind)->offset;
}

Day Zone::day_of(Instant instant) const {
  return std::chrono::floor<std::chrono::days>(instant + offset_at(instant));
}

Instant Zone::start_of(Day day) const {
  std::int32_t raw = 0, daylight = 0;
  UErrorCode fault = U_ZERO_ERROR;
  const Instant local{day};
  rules_->zone->getOffset(static_cast<double>(to_micros(local)) / 1000.0, true, raw, daylight, fault);
  return local - std::chrono::seconds{(raw + daylight) / 1000};
}

}  // namespace jingwei
