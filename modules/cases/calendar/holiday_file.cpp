#include "modules/cases/calendar/holiday_file.h"

#include <array>
#include <boost/json.hpp>

namespace jingwei::cases {

namespace {

namespace json = boost::json;

constexpr std::size_t days_most = 20'000;

Error bad_line(std::size_t line) {
  return Error(ErrorCode::corrupt, "cases.holiday_line").with("line", std::to_string(line));
}

Error bad_package(const std::string& what) {
  return Error(ErrorCode::corrupt, "cases.holiday_package").with("what", what);
}

Result<void> take(const json::object& package, std::string_view key, bool working, SpecialDays& days) {
  const auto* list = package.if_contains(key);
  if (list == nullptr || !list->is_object()) return bad_package(std::string(key));
  for (const auto& [name, value] : list->as_object()) {
    const auto day = parse_iso_day(std::string_view(name.data(), name.size()));
    if (!day || !value.is_string()) return bad_package(std::string(name));
    const std::string words(value.as_string());
    const auto first = words.find(','),
               second = words.find(',', first == std::string::npos ? first : first + 1);
    if (first == std::string::npos || second == std::string::npos) return bad_package(words);
    days[*day] = {working, words.substr(first + 1, second - first - 1), words.substr(0, first)};
  }
  return {};
}

}  // namespace

Result<SpecialDays> parse_holidays(std::string_view lines) {
  SpecialDays days;
  std::size_t number = 0;
  while (!lines.empty()) {
    ++number;
    const auto end = lines.find('\n');
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    std::array<std::string_view, 4> parts;
    for (std::size_t at = 0; at < parts.size(); ++at) {
      const auto comma = line.find(',');
      const bool last = at + 1 == parts.size();
      if ((comma == std::string_view::npos) != last) return bad_line(number);
      parts[at] = line.substr(0, comma);
      line.remove_prefix(last ? line.size() : comma + 1);
    }
    const auto day = parse_iso_day(parts[0]);
    if (!day || (parts[1] != "off" && parts[1] != "on") || days.size() == days_most) return bad_line(number);
    if (!days.emplace(*day, SpecialDay{parts[1] == "on", std::string(parts[2]), std::string(parts[3])})
             .second)
      return bad_line(number);
  }
  return days;
}

std::string write_holidays(const SpecialDays& days) {
  std::string lines;
  for (const auto& [day, one] : days)
    lines += to_iso(day) + (one.working ? ",on," : ",off,") + one.zh + ',' + one.en + '\n';
  return lines;
}

Result<SpecialDays> read_holiday_package(std::string_view text) {
  json::error_code fault;
  const json::value parsed = json::parse(text, fault);
  if (fault || !parsed.is_object()) return bad_package("JSON");
  SpecialDays days;
  JW_TRY(take(parsed.as_object(), "holidays", false, days));
  JW_TRY(take(parsed.as_object(), "workdays", true, days));
  return days;
}

}  // namespace jingwei::cases
