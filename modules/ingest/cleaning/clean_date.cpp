#include "modules/ingest/cleaning/clean_date.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/text.h"

namespace jingwei::ingest {

namespace {

using std::chrono::year_month_day;

using text::is_digit;

struct FoundDay {
  Rule refusal = Rule::none;
  RuleSet rules;
  Day day{};
  std::string_view rest;  // behind the day
  double fraction = 0;    // of a day, from a spreadsheet serial
};

FoundDay refused(Rule rule) {
  FoundDay found;
  found.refusal = rule;
  return found;
}

FoundDay made(int year, int month, int day, Rule rule, std::string_view rest) {
  // chrono keeps months and days in a byte, where 257 would become 1.
  if (month < 1 || month > 12 || day < 1 || day > 31) return refused(Rule::date_not_real);
  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return refused(Rule::date_not_real);
  FoundDay found;
  found.day = Day{date};
  found.rest = rest;
  if (rule != Rule::none) found.rules.add(rule);
  return found;
}

// Up to four digits at the front of `text`, taken off; -1 when there are none or more.
int take_number(std::string_view& text) {
  int number = 0;
  std::size_t size = 0;
  for (; size < text.size() && is_digit(text[size]); ++size) {
    if (size == 4) return -1;
    number = number * 10 + (text[size] - '0');
  }
  text.remove_prefix(size);
  return size == 0 ? -1 : number;
}

// Digits stand as they are, 二〇二〇 digit by digit, 十 to 三十一 as numbers; -1 when there is none.
int take_chinese_number(std::string_view& text) {
  if (!text.empty() && is_digit(text[0])) return take_number(text);
  constexpr std::u32string_view digits = U"零一二三四五六七八九";
  int number = 0, digit = -1, count = 0;
  while (!text.empty() && count < 5) {
    std::size_t size = 0;
    char32_t point = text::next_code_point(text, size);
    if (point == U'〇' || point == U'○') point = U'零';
    if (point == U'元') point = U'一';  // 民国元年
    if (point == U'十') {
      number = (digit <= 0 ? 1 : digit) * 10;
      digit = 0;
    } else if (const auto found = digits.find(point); found != std::u32string_view::npos) {
      number = number - number % 10 * (digit == 0 && number % 10 == 0 ? 1 : 0);
      if (number >= 10 && digit == 0 && number % 10 == 0 && count > 0 && number < 100) {
        number += static_cast<int>(found);
      } else {
        number = number * 10 + static_cast<int>(found);
      }
      digit = static_cast<int>(found);
    } else {
      break;
    }
    ++count;
    text.remove_prefix(size);
  }
  return count == 0 ? -1 : number;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

void take_spaces(std::string_view& text) {
  while (take(text, " ")) {
  }
}

// Words that say why no day of the common calendar can be read.
Rule refused_by_word(std::string_view text) {
  if (text::is_ascii(text)) return Rule::none;
  constexpr std::pair<std::string_view, Rule> words[] = {
      {"农历", Rule::date_lunar},    {"農曆", Rule::date_lunar},    {"阴历", Rule::date_lunar},
      {"旧历", Rule::date_lunar},    {"正月", Rule::date_lunar},    {"冬月", Rule::date_lunar},
      {"腊月", Rule::date_lunar},    {"臘月", Rule::date_lunar},    {"闰", Rule::date_lunar},
      {"初", Rule::date_lunar},      {"廿", Rule::date_lunar},      {"除夕", Rule::date_lunar},
      {"大年", Rule::date_lunar},    {"春节", Rule::date_festival}, {"元宵", Rule::date_festival},
      {"清明", Rule::date_festival}, {"端午", Rule::date_festival}, {"中秋", Rule::date_festival},
      {"重阳", Rule::date_festival}, {"国庆", Rule::date_festival}, {"元旦", Rule::date_festival},
      {"今天", Rule::date_relative}, {"今日", Rule::date_relative}, {"昨天", Rule::date_relative},
      {"昨日", Rule::date_relative}, {"前天", Rule::date_relative}, {"明天", Rule::date_relative},
      {"上周", Rule::date_relative}, {"上月", Rule::date_relative}, {"本月", Rule::date_relative},
      {"去年", Rule::date_relative}, {"今年", Rule::date_relative}, {"当天", Rule::date_relative}};
  for (const auto& [word, rule] : words) {
    const std::size_t at = text.find(word);
    if (at == std::string_view::npos) continue;
    // 年初, 月初 say the beginning of a year or month: no day, but none of the moon's either.
    const std::string_view before = text.substr(0, at);
    if (word == "初" && (before.ends_with("年") || before.ends_with("月"))) {
      const bool moon_day = text.size() > at + 3;
      return moon_day ? Rule::date_lunar : Rule::date_no_day;
    }
    return rule;
  }
  return Rule::none;
}

FoundDay read_chinese(std::string_view text) {
  bool republic = false;
  take(text, "公元");
  if (take(text, "中华民国") || take(text, "民国") || take(text, "民國") || take(text, "中華民國"))
    republic = true;
  const bool numerals = !text.empty() && !is_digit(text[0]);
  // 二〇二〇 is read digit by digit, so the year must not meet 十.
  const std::string_view year_text = text.substr(0, text.find("年"));
  std::string_view rest = text;
  int year = 0;
  if (numerals && !republic && text::code_points(year_text).size() == 4) {
    for (std::string_view left = year_text; !left.empty();) {
      std::size_t size = 0;
      text::next_code_point(left, size);
      std::string_view one = left.substr(0, size);
      const int digit = take_chinese_number(one);
      if (digit < 0 || digit > 9) return refused(Rule::date_unreadable);
      year = year * 10 + digit;
      left.remove_prefix(size);
    }
    rest.remove_prefix(year_text.size());
  } else {
    year = take_chinese_number(rest);
  }
  take_spaces(rest);
  if (year > 0 && year <= 12 && rest.starts_with("月")) return refused(Rule::date_no_year);
  if (year < 0 || !take(rest, "年")) return refused(Rule::date_unreadable);
  if (year < 100 && !republic) return refused(Rule::date_two_digit_year);
  take_spaces(rest);
  const int month = take_chinese_number(rest);
  take_spaces(rest);
  if (month < 0 || !take(rest, "月"))
    return refused(rest.empty() ? Rule::date_no_day : Rule::date_unreadable);
  take_spaces(rest);
  if (rest.empty() || rest == "底" || rest == "末" || rest == "上旬" || rest == "中旬" || rest == "下旬" ||
      rest == "份")
    return refused(Rule::date_no_day);
  const int day = take_chinese_number(rest);
  if (day < 0) return refused(Rule::date_unreadable);
  const std::string_view behind_day = rest;
  take_spaces(rest);
  if (!take(rest, "日") && !take(rest, "号")) rest = behind_day;
  return made(republic ? year + 1911 : year, month, day, republic ? Rule::date_republic : Rule::date_chinese,
              rest);
}

// Day number of the 1900 date system, which counts a 29 February 1900 that never was.
FoundDay read_serial(std::string_view text) {
  double serial = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), serial);
  if (fault != std::errc{} || end != text.data() + text.size()) return refused(Rule::date_unreadable);
  if (serial >= 1900 && serial <= 2100 && serial == std::floor(serial)) return refused(Rule::date_no_day);
  if (serial < 1 || serial >= 73'051) return refused(Rule::date_unreadable);
  const int whole = static_cast<int>(serial);
  if (whole == 60) return refused(Rule::date_not_real);
  const Day base = Day{std::chrono::year{1899} / 12 / (whole < 60 ? 31 : 30)};
  FoundDay found;
  found.day = base + std::chrono::days{whole};
  found.fraction = serial - whole;
  found.rules.add(Rule::date_serial);
  return found;
}

FoundDay read_digits(std::string_view text, std::size_t size) {
  const auto number = [&](std::size_t at, std::size_t n) {
    int value = 0;
    for (std::size_t i = at; i < at + n; ++i) value = value * 10 + (text[i] - '0');
    return value;
  };
  if (size == 8) return made(number(0, 4), number(4, 2), number(6, 2), Rule::date_form, text.substr(8));
  if (size == 6 && text.size() == 6) {
    const int month = number(4, 2);
    return refused(number(0, 2) >= 18 && number(0, 2) <= 21 && month >= 1 && month <= 12
                       ? Rule::date_no_day
                       : Rule::date_two_digit_year);
  }
  if (size <= 5) return read_serial(text);
  return refused(Rule::date_unreadable);
}

int month_named(std::string_view word) {
  constexpr std::string_view names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
  if (word.size() < 3) return -1;
  const std::string lower = text::lower_ascii(word.substr(0, 3));
  for (int i = 0; i < 12; ++i) {
    if (names[i] == lower) return i + 1;
  }
  return -1;
}

std::string_view take_word(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && ((text[size] | 32) >= 'a' && (text[size] | 32) <= 'z')) ++size;
  const std::string_view word = text.substr(0, size);
  text.remove_prefix(size);
  return word;
}

void take_marks(std::string_view& text) {
  while (!text.empty() &&
         (text[0] == ' ' || text[0] == '-' || text[0] == ',' || text[0] == '.' || text[0] == '/')) {
    text.remove_prefix(1);
  }
}

// 5-Jan-2020, Jan 5, 2020.
FoundDay read_named_month(std::string_view text) {
  int day = -1;
  if (is_digit(text[0])) day = take_number(text);
  take_marks(text);
  const int month = month_named(take_word(text));
  take_marks(text);
  if (month < 0) return refused(Rule::date_unreadable);
  if (day < 0) {
    day = take_number(text);
    take_marks(text);
  }
  const std::string_view before = text;
  const int year = take_number(text);
  if (day < 0 || year < 0) return refused(Rule::date_unreadable);
  if (before.size() - text.size() != 4) return refused(Rule::date_two_digit_year);
  return made(year, month, day, Rule::date_form, text);
}

FoundDay read_separated(std::string_view text) {
  std::string_view rest = text;
  const int first = take_number(rest);
  const std::size_t first_size = text.size() - rest.size();
  if (first < 0 || rest.empty()) return refused(Rule::date_unreadable);
  const char separator = rest[0];
  rest.remove_prefix(1);
  take_spaces(rest);
  std::string_view before = rest;
  const int second = take_number(rest);
  if (second < 0 || before.size() - rest.size() > 2) return refused(Rule::date_unreadable);
  if (rest.empty()) return refused(first_size == 4 ? Rule::date_no_day : Rule::date_unreadable);
  if (rest[0] != separator) return refused(Rule::date_unreadable);
  rest.remove_prefix(1);
  take_spaces(rest);
  before = rest;
  const int third = take_number(rest);
  const std::size_t third_size = before.size() - rest.size();
  if (third < 0) return refused(Rule::date_unreadable);
  if (first_size == 4 && third_size <= 2) return made(first, second, third, Rule::date_form, rest);
  if (third_size != 4) return refused(Rule::date_two_digit_year);
  if (first > 12) return made(third, second, first, Rule::date_form, rest);
  if (second > 12 || first == second) return made(third, first, second, Rule::date_form, rest);
  return refused(Rule::date_ambiguous);
}

FoundDay read_day(std::string_view text) {
  if (text.size() >= 10) {
    if (const auto iso = parse_iso_day(text.substr(0, 10));
        iso && (text.size() == 10 || !is_digit(text[10]))) {
      FoundDay found;
      found.day = *iso;
      found.rest = text.substr(10);
      return found;
    }
  }
  if (text.empty()) return refused(Rule::date_unreadable);
  if (const Rule refusal = refused_by_word(text); refusal != Rule::none) return refused(refusal);
  if (text.find("月") != std::string_view::npos || text.find("年") != std::string_view::npos)
    return read_chinese(text);
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  const bool serial = digits == 5 && digits < text.size() && text[digits] == '.';
  if (digits == text.size() || digits >= 6 || serial) return read_digits(text, digits);
  if (digits == 0 || (digits <= 2 && digits + 1 < text.size() &&
                      (std::isalpha(static_cast<unsigned char>(text[digits])) ||
                       std::isalpha(static_cast<unsigned char>(text[digits + 1]))))) {
    return read_named_month(text);
  }
  return read_separated(text);
}

struct FoundTime {
  bool ok = true;
  std::chrono::microseconds of_day{};
  std::optional<std::chrono::minutes> offset;
};

enum class Half : std::uint8_t { unsaid, morning, afternoon };

Half take_half(std::string_view& text) {
  take_spaces(text);
  if (text.empty() || is_digit(text[0])) return Half::unsaid;
  for (const std::string_view word : {"上午", "凌晨", "早上", "早晨", "AM", "am", "a.m."}) {
    if (take(text, word)) return Half::morning;
  }
  for (const std::string_view word : {"下午", "晚上", "傍晚", "中午", "PM", "pm", "p.m."}) {
    if (take(text, word)) return Half::afternoon;
  }
  return Half::unsaid;
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text, bool& ok) {
  take_spaces(text);
  if (take(text, "Z") || take(text, "z") || take(text, "UTC") || take(text, "GMT")) {
    if (text.empty()) return std::chrono::minutes{0};
  }
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const std::string_view before = text;
  int hours = take_number(text);
  const std::size_t size = before.size() - text.size();
  int minutes = 0;
  if (size == 4) {
    minutes = hours % 100;
    hours /= 100;
  } else if (take(text, ":")) {
    minutes = take_number(text);
  }
  ok = hours >= 0 && hours <= 18 && minutes >= 0 && minutes < 60;
  return std::chrono::minutes{sign * (hours * 60 + minutes)};
}

FoundTime read_time(std::string_view text) {
  FoundTime found;
  found.ok = false;
  Half half = take_half(text);
  take_spaces(text);
  int hour = take_number(text);
  if (hour < 0 || hour > 24 || (!take(text, ":") && !take(text, "时") && !take(text, "点"))) return found;
  int minute = 0, second = 0;
  std::int64_t micros = 0;
  if (!text.empty() && is_digit(text[0])) {
    minute = take_number(text);
    if (take(text, ":") || take(text, "分")) {
      if (!text.empty() && is_digit(text[0])) second = take_number(text);
      if (second >= 0 && (take(text, ".") || take(text, ","))) {
        if (text.empty() || !is_digit(text[0])) return found;
        for (std::int64_t scale = 100'000; !text.empty() && is_digit(text[0]); scale /= 10) {
          micros += (text[0] - '0') * scale;
          text.remove_prefix(1);
        }
      }
      take(text, "秒");
    }
  }
  if (half == Half::unsaid) half = take_half(text);
  if (half == Half::afternoon && hour < 12) hour += 12;
  if (half == Half::morning && hour == 12) hour = 0;
  bool offset_ok = true;
  found.offset = take_offset(text, offset_ok);
  if (!offset_ok || !text.empty() || minute < 0 || minute > 59 || second < 0 || second > 60) return found;
  if (hour == 24 && (minute != 0 || second != 0 || micros != 0)) return found;
  found.ok = true;
  found.of_day = std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second} +
                 std::chrono::microseconds{micros};
  return found;
}

Instant at_zone(Day day, std::chrono::microseconds of_day, CleanContext& context) {
  auto& known =
      context
          .day_offsets[static_cast<std::size_t>(day.time_since_epoch().count()) % context.day_offsets.size()];
  if (!known.whole_day || known.day != day) {
    const Instant begin = context.zone->start_of(day),
                  end = context.zone->start_of(day + std::chrono::days{1});
    known = {day,
             Instant{day} == begin ? std::chrono::seconds{0}
                                   : std::chrono::duration_cast<std::chrono::seconds>(Instant{day} - begin),
             end - begin == std::chrono::days{1}};
    if (!known.whole_day) {
      // The offset changes on this day: take the one that holds at that hour.
      const Instant guess = Instant{day} + of_day - known.offset;
      return Instant{day} + of_day - context.zone->offset_at(guess);
    }
  }
  return Instant{day} + of_day - known.offset;
}

constexpr std::size_t day_size = 10, instant_size = 27;

void put_two(char* to, std::int64_t number) {
  to[0] = static_cast<char>('0' + number / 10);
  to[1] = static_cast<char>('0' + number % 10);
}

// "2020-01-05", of years of four digits.
void put_day(char* to, Day day) {
  const year_month_day date{day};
  const int year = static_cast<int>(date.year());
  put_two(to, year / 100);
  put_two(to + 2, year % 100);
  to[4] = to[7] = '-';
  put_two(to + 5, static_cast<unsigned>(date.month()));
  put_two(to + 8, static_cast<unsigned>(date.day()));
}

void write_day(Cleaned& value, Day day, CleanContext& context) {
  char* const text = context.arena.allocate(day_size);
  put_day(text, day);
  value.text = {text, day_size};
}

// As to_rfc3339 has it, of an instant without a fraction of a second.
void write_whole_second(Cleaned& value, Instant instant, CleanContext& context) {
  const Day day = std::chrono::floor<std::chrono::days>(instant);
  const std::int64_t second = std::chrono::duration_cast<std::chrono::seconds>(instant - day).count();
  char* const text = context.arena.allocate(instant_size);
  std::memcpy(text, "0000-00-00T00:00:00.000000Z", instant_size);
  put_day(text, day);
  text[day_size] = 'T';
  put_two(text + 11, second / 3600);
  put_two(text + 14, second / 60 % 60);
  put_two(text + 17, second % 60);
  value.text = {text, instant_size};
}

// Two digits at `at`; a number over 99 when they are none.
unsigned two_digits(std::string_view text, std::size_t at) {
  const unsigned high = static_cast<unsigned char>(text[at]) - '0',
                 low = static_cast<unsigned char>(text[at + 1]) - '0';
  return high > 9 || low > 9 ? 100 : high * 10 + low;
}

// "2020-01-05 08:30:00" or with a T between, as programs write times: done at once. False for any other form,
// which clean_datetime reads piece by piece.
bool read_plain_time(Cleaned& value, CleanContext& context) {
  const std::string_view text = value.text;
  if (text.size() != 19 || text[13] != ':' || text[16] != ':' || (text[10] != ' ' && text[10] != 'T'))
    return false;
  const auto day = parse_iso_day(text.substr(0, day_size));
  const unsigned hour = two_digits(text, 11), minute = two_digits(text, 14), second = two_digits(text, 17);
  if (!day || hour > 23 || minute > 59 || second > 59) return false;
  const Instant instant = at_zone(*day, std::chrono::seconds{(hour * 60 + minute) * 60 + second}, context);
  // Far years are written by to_rfc3339.
  if (instant < Day{std::chrono::year{1} / 1 / 1} || instant >= Day{std::chrono::year{9999} / 1 / 1})
    return false;
  value.integer = to_micros(instant);
  write_whole_second(value, instant, context);
  value.rules.add(Rule::datetime_form);
  value.status = CleanStatus::cleaned;
  return true;
}

// 星期日, (周日): says nothing that the day does not.
void take_weekday(std::string_view& rest) {
  std::string_view left = rest;
  take_spaces(left);
  const bool bracket = take(left, "(");
  if (!take(left, "星期") && !take(left, "周") && !take(left, "礼拜")) return;
  for (const std::string_view day : {"一", "二", "三", "四", "五", "六", "日", "天"}) {
    if (!take(left, day)) continue;
    if (bracket && !take(left, ")")) return;
    rest = left;
    return;
  }
}

std::string_view strip_time_mark(std::string_view rest) {
  take_weekday(rest);
  if (!rest.empty() && (rest[0] == 'T' || rest[0] == 't')) rest.remove_prefix(1);
  take_spaces(rest);
  return rest;
}

}  // namespace

void clean_date(Cleaned& value, CleanContext& context) {
  if (const auto day = parse_iso_day(value.text)) {
    value.integer = day->time_since_epoch().count();
    return;
  }
  FoundDay found = read_day(value.text);
  if (found.refusal != Rule::none) return value.refuse(found.refusal);
  if (const std::string_view rest = strip_time_mark(found.rest); !rest.empty()) {
    if (!read_time(rest).ok) return value.refuse(Rule::date_unreadable);
    found.rules.add(Rule::date_time_cut);
  }
  if (found.fraction != 0) found.rules.add(Rule::date_time_cut);
  value.integer = found.day.time_since_epoch().count();
  if (found.rules.empty() && value.text.size() == 10) return;
  const std::string_view before = value.text;
  write_day(value, found.day, context);
  if (value.text == before) return;
  value.rules.add(found.rules);
  value.status = CleanStatus::cleaned;
}

void clean_datetime(Cleaned& value, CleanContext& context) {
  if (read_plain_time(value, context)) return;
  const FoundDay found = read_day(value.text);
  if (found.refusal != Rule::none) return value.refuse(found.refusal);
  Instant instant;
  const std::string_view rest = strip_time_mark(found.rest);
  if (found.fraction != 0) {
    const auto seconds = std::chrono::seconds{std::llround(found.fraction * 86'400)};
    instant = at_zone(found.day, seconds, context);
  } else if (rest.empty()) {
    value.rules.add(Rule::datetime_midnight);
    instant = at_zone(found.day, {}, context);
  } else {
    const FoundTime time = read_time(rest);
    if (!time.ok) return value.refuse(Rule::time_unreadable);
    instant = time.offset ? Instant{found.day} + time.of_day - *time.offset
                          : at_zone(found.day, time.of_day, context);
  }
  value.integer = to_micros(instant);
  const std::string canonical = to_rfc3339(instant);
  value.rules.add(found.rules);
  if (value.text == canonical) return;
  // A second's fraction left out or another offset is no change of the instant, only of its form.
  value.rules.add(Rule::datetime_form);
  value.text = context.arena.copy(canonical);
  value.status = CleanStatus::cleaned;
}

}  // namespace jingwei::ingest
