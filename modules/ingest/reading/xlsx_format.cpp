#include "modules/ingest/reading/xlsx_format.h"

#include <charconv>
#include <cmath>

#include "base/text.h"

namespace jingwei::ingest {

namespace {

constexpr std::int64_t day_seconds = 86'400;

// Which parts of a date a format shows.
struct Parts {
  bool year = false, month = false, day = false, hour = false, minute = false, second = false, span = false;
  bool any() const { return year || month || day || hour || minute || second || span; }
};

// The letters that matter, in order, quotes, colours, escapes and further sections left out; an elapsed [h]
// stands as '['.
std::string bare_code(std::string_view code) {
  std::string bare;
  for (std::size_t at = 0; at < code.size(); ++at) {
    const char c = code[at];
    if (c == '"') {
      at = std::min(code.find('"', at + 1), code.size());
    } else if (c == '\\' || c == '_' || c == '*') {
      ++at;
    } else if (c == '[') {
      const std::size_t end = std::min(code.find(']', at), code.size());
      const std::string inner = text::lower_ascii(code.substr(at + 1, end - at - 1));
      if (!inner.empty() && inner.find_first_not_of(inner[0]) == std::string::npos &&
          std::string_view("hms").find(inner[0]) != std::string_view::npos)
        bare += '[';
      at = end;
    } else if (c == ';') {
      break;
    } else {
      bare += c >= 'A' && c <= 'Z' && c != 'E' ? static_cast<char>(c + 32) : c;
    }
  }
  return bare;
}

Parts parts_of(const std::string& bare) {
  Parts parts;
  char before = 0;  // the letter before, for m: minutes follow hours and precede seconds
  for (std::size_t at = 0; at < bare.size(); ++at) {
    const char c = bare[at];
    if (bare.compare(at, 5, "am/pm") == 0 || bare.compare(at, 3, "a/p") == 0) {
      at += bare[at + 1] == 'm' ? 4 : 2;
      continue;
    }
    switch (c) {
      case 'E':
        if (at + 1 < bare.size() && (bare[at + 1] == '+' || bare[at + 1] == '-')) return {};
        [[fallthrough]];
      case 'e':
      case 'y':
      case 'g':  // era
        parts.year = true;
        break;
      case 'd':
        parts.day = true;
        break;
      case 'a':  // aaa, aaaa: weekday
        if (bare.compare(at, 3, "aaa") != 0) continue;
        parts.day = true;
        break;
      case 'h':
        parts.hour = true;
        break;
      case 's':
        parts.second = true;
        break;
      case '[':
        parts.span = true;
        break;
      case 'm': {
        std::size_t end = at;
        while (end < bare.size() && bare[end] == 'm') ++end;
        const std::size_t next = bare.find_first_of("ydhse", end);
        const bool minutes =
            before == 'h' || before == '[' || (next != std::string::npos && bare[next] == 's');
        (minutes ? parts.minute : parts.month) = true;
        at = end - 1;
        break;
      }
      default:
        continue;
    }
    before = c;
  }
  return parts;
}

char* put_number(char* at, std::int64_t number, int digits) {
  for (int place = digits - 1; place >= 0; --place) {
    at[place] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  return at + digits;
}

// Civil day of a count of days since 1970-01-01. Source: Howard Hinnant, “chrono-compatible low-level date
// algorithms”.
char* put_day(char* at, std::int64_t days, bool with_day) {
  days += 719'468;
  const std::int64_t era = days / 146'097, of_era = days - era * 146'097;
  const std::int64_t year_of_era = (of_era - of_era / 1'460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * of_year + 2) / 153, month = shifted < 10 ? shifted + 3 : shifted - 9;
  at = put_number(at, year_of_era + era * 400 + (month <= 2 ? 1 : 0), 4);
  *at++ = '-';
  at = put_number(at, month, 2);
  if (!with_day) return at;
  *at++ = '-';
  return put_number(at, of_year - (153 * shifted + 2) / 5 + 1, 2);
}

char* put_time(char* at, std::int64_t seconds) {
  at = put_number(at, seconds / 3'600, 2);
  *at++ = ':';
  at = put_number(at, seconds / 60 % 60, 2);
  *at++ = ':';
  return put_number(at, seconds % 60, 2);
}

bool is_first_of_month(std::int64_t days) {
  char text[16];
  const char* const end = put_day(text, days, true);
  return end[-2] == '0' && end[-1] == '1';
}

std::string_view shown_day(double number, CellFormat format, DaySystem system, Arena& arena) {
  auto seconds = static_cast<std::int64_t>(std::llround(number * static_cast<double>(day_seconds)));
  std::int64_t serial = seconds / day_seconds;
  seconds %= day_seconds;
  char* const text = arena.allocate(24);
  char* at = text;
  const bool no_day = system == DaySystem::from_1900 && serial == 0;
  if (format.look == NumberLook::time || no_day) {
    at = put_time(at, seconds);
    return {text, static_cast<std::size_t>(at - text)};
  }
  if (system == DaySystem::from_1900 && serial == 60) {
    // The day Lotus 1-2-3 invented; no calendar has it, and cleaning says so.
    std::memcpy(at, "1900-02-29", 10);
    at += 10;
  } else {
    constexpr std::int64_t days_to_1900 = -25'569, days_to_1904 = -24'107;
    std::int64_t days = serial + (system == DaySystem::from_1904 ? days_to_1904 : days_to_1900);
    if (system == DaySystem::from_1900 && serial < 60) ++days;
    const bool with_day = format.look != NumberLook::year_month || !is_first_of_month(days);
    at = put_day(at, days, with_day);
    if (!with_day) return {text, static_cast<std::size_t>(at - text)};
  }
  if (format.look == NumberLook::day_time || seconds != 0) {
    *at++ = ' ';
    at = put_time(at, seconds);
  }
  return {text, static_cast<std::size_t>(at - text)};
}

std::string_view shown_span(double number, Arena& arena) {
  const auto seconds = static_cast<std::int64_t>(std::llround(number * static_cast<double>(day_seconds)));
  char* const text = arena.allocate(32);
  char* at = std::to_chars(text, text + 20, seconds / 3'600).ptr;
  *at++ = ':';
  at = put_number(at, seconds / 60 % 60, 2);
  *at++ = ':';
  at = put_number(at, seconds % 60, 2);
  return {text, static_cast<std::size_t>(at - text)};
}

std::string_view plain_number(std::string_view raw, double number, Arena& arena) {
  constexpr double exact_below = 1e15;
  if (!std::isfinite(number) || std::fabs(number) >= exact_below) return raw;
  char* const text = arena.allocate(32);
  const auto whole = static_cast<std::int64_t>(number);
  const auto end = static_cast<double>(whole) == number
                       ? std::to_chars(text, text + 32, whole)
                       : std::to_chars(text, text + 32, number, std::chars_format::general, 15);
  return {text, static_cast<std::size_t>(end.ptr - text)};
}

bool is_short_digits(std::string_view raw) {
  if (raw.starts_with('-')) raw.remove_prefix(1);
  return !raw.empty() && raw.size() <= 15 &&
         std::all_of(raw.begin(), raw.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

CellFormat builtin_format(int id) {
  if (id == 14 || id == 15 || id == 16 || (id >= 28 && id <= 31) || id == 51 || id == 53 || id == 54 ||
      id == 58)
    return {NumberLook::day, 0};
  if (id == 17 || id == 27 || id == 36 || id == 50 || id == 52 || id == 57)
    return {NumberLook::year_month, 0};
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id == 45 || id == 47 || id == 55 || id == 56)
    return {NumberLook::time, 0};
  if (id == 22) return {NumberLook::day_time, 0};
  if (id == 46) return {NumberLook::span, 0};
  return {};
}

CellFormat format_of(std::string_view code) {
  if (text::lower_ascii(code.substr(0, 7)) == "general" || code.starts_with("G/")) return {};
  if (code.size() >= 2 && code.size() <= 30 && code.find_first_not_of('0') == std::string_view::npos)
    return {NumberLook::zeros, static_cast<std::uint8_t>(code.size())};
  const Parts parts = parts_of(bare_code(code));
  const bool day = parts.year || parts.month || parts.day;
  const bool time = parts.hour || parts.minute || parts.second;
  if (parts.span) return {NumberLook::span, 0};
  if (day && time) return {NumberLook::day_time, 0};
  if (parts.year && parts.month && !parts.day) return {NumberLook::year_month, 0};
  if (day) return {NumberLook::day, 0};
  if (time) return {NumberLook::time, 0};
  return {};
}

std::string_view shown_number(std::string_view raw, CellFormat format, DaySystem system, Arena& arena) {
  if (format.look == NumberLook::plain && is_short_digits(raw)) return raw;
  double number = 0;
  const auto [end, fault] = std::from_chars(raw.data(), raw.data() + raw.size(), number);
  if (fault != std::errc() || end != raw.data() + raw.size()) return raw;
  // Up to the last second of the year 9999, which may not be rounded up.
  constexpr double days_end_1900 = 2'958'465.99999, days_end_1904 = 2'957'003.99999;
  const bool is_moment =
      number >= 0 && number < (system == DaySystem::from_1904 ? days_end_1904 : days_end_1900);
  switch (format.look) {
    case NumberLook::plain:
      break;
    case NumberLook::zeros: {
      const std::string_view plain = plain_number(raw, number, arena);
      if (plain.size() >= format.digits || plain.find_first_not_of("0123456789") != std::string_view::npos)
        return plain;
      char* const text = arena.allocate(format.digits);
      std::memset(text, '0', format.digits);
      std::memcpy(text + format.digits - plain.size(), plain.data(), plain.size());
      return {text, format.digits};
    }
    case NumberLook::span:
      if (is_moment) return shown_span(number, arena);
      break;
    default:
      if (is_moment) return shown_day(number, format, system, arena);
  }
  return plain_number(raw, number, arena);
}

}  // namespace jingwei::ingest
