// Numbers of a workbook as people see them: days and times by number format, leading zeros.
#pragma once

#include <cstdint>
#include <string_view>

#include "modules/ingest/cleaning/arena.h"

namespace jingwei::ingest {

enum class NumberLook : std::uint8_t {
  plain,
  day,         // 2020-01-05; with a time of day if the number has one
  day_time,    // 2020-01-05 08:30:00
  year_month,  // 2020-01; a day if it is not the first
  time,        // 08:30:00
  span,        // 36:15:00, hours beyond 24
  zeros,       // 007: as many digits as the format has zeros
};

struct CellFormat {
  NumberLook look = NumberLook::plain;
  std::uint8_t digits = 0;  // of zeros
};

// Format of a built-in id (ECMA-376 part 1, 18.8.30, with the Chinese ones); plain for ids it does not name.
CellFormat builtin_format(int id);
// Format of a code such as `yyyy"年"m"月"d"日"` or `[$-804]aaaa`.
CellFormat format_of(std::string_view code);

// The day system of a workbook: 1900 with its 29 February that never was, or 1904 of old Macs.
enum class DaySystem : std::uint8_t { from_1900, from_1904 };

// What the number `raw` shows; lives in `arena` or is `raw` itself. A number that is no day (negative, behind
// the year 9999) stays a number. Numbers of more than 15 digits stay as written, others lose the noise behind
// the 15th digit.
std::string_view shown_number(std::string_view raw, CellFormat format, DaySystem system, Arena& arena);

}  // namespace jingwei::ingest
