// share/holidays.csv: the State Council's holidays and shifted working days, one a line: day,off|on,zh,en.
// Compiled from the npm package chinese-days by jingwei-holidays (docs/formats/holidays.md).
#pragma once

#include <string>
#include <string_view>

#include "modules/cases/calendar/working_calendar.h"

namespace jingwei::cases {

// Errors: corrupt "cases.holiday_line" (which line).
Result<SpecialDays> parse_holidays(std::string_view lines);
std::string write_holidays(const SpecialDays& days);

// dist/chinese-days.json of the package: {"holidays": {day: "English,中文,n"}, "workdays": {…}}; its days in
// lieu are among the holidays. Errors: corrupt "cases.holiday_package".
Result<SpecialDays> read_holiday_package(std::string_view json);

}  // namespace jingwei::cases
