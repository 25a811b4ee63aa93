// Goal: numbers of a workbook come out as people see them in it.
#include "modules/ingest/reading/xlsx_format.h"

#include <gtest/gtest.h>

namespace jingwei::ingest {
namespace {

std::string number_shown(std::string_view raw, CellFormat format, DaySystem system = DaySystem::from_1900) {
  Arena arena;
  return std::string(shown_number(raw, format, system, arena));
}

TEST(XlsxFormatTest, tells_dates_times_and_numbers_apart) {
  for (const char* code : {"yyyy-mm-dd", "yyyy/m/d", R"(yyyy"年"m"月"d"日")", "[$-804]yyyy\\-m\\-d;@",
                           "m/d/yy", "dd\\.mm\\.yyyy", "d-mmm", "aaaa", "e\\年m\\月d\\日", "[DBNum1]m月d日"})
    EXPECT_EQ(format_of(code).look, NumberLook::day) << code;
  for (const char* code : {"yyyy-mm-dd hh:mm:ss", "m/d/yy h:mm AM/PM", R"(yyyy"年"m"月"d"日" h"时"mm"分")"})
    EXPECT_EQ(format_of(code).look, NumberLook::day_time) << code;
  for (const char* code : {"h:mm", "mm:ss", "hh:mm:ss.0", "h:mm AM/PM", R"(上午/下午h"时"mm"分")"})
    EXPECT_EQ(format_of(code).look, NumberLook::time) << code;
  for (const char* code : {"yyyy-mm", R"(yyyy"年"m"月")", "mmm-yy"})
    EXPECT_EQ(format_of(code).look, NumberLook::year_month) << code;
  EXPECT_EQ(format_of("[h]:mm:ss").look, NumberLook::span);
  for (const char* code :
       {"General", "0.00", "#,##0", "0.00E+00", "0%", R"(#,##0"元")", "@", "[Red]0.0;[Blue]-0.0",
        R"("day "0)", "# ?/?", "_ * #,##0.00_ ", R"(0.0"℃")", "0", "G/通用格式\"人\""})
    EXPECT_EQ(format_of(code).look, NumberLook::plain) << code;
  EXPECT_EQ(format_of("0000").look, NumberLook::zeros);
  EXPECT_EQ(builtin_format(14).look, NumberLook::day);
  EXPECT_EQ(builtin_format(57).look, NumberLook::year_month);
  EXPECT_EQ(builtin_format(0).look, NumberLook::plain);
  EXPECT_EQ(builtin_format(49).look, NumberLook::plain);
}

TEST(XlsxFormatTest, serial_days_of_both_systems) {
  const CellFormat day{NumberLook::day, 0};
  EXPECT_EQ(number_shown("43835", day), "2020-01-05");
  EXPECT_EQ(number_shown("1", day), "1900-01-01");
  EXPECT_EQ(number_shown("59", day), "1900-02-28");
  EXPECT_EQ(number_shown("60", day), "1900-02-29") << "as Excel shows it; no calendar has it";
  EXPECT_EQ(number_shown("61", day), "1900-03-01");
  EXPECT_EQ(number_shown("2958465", day), "9999-12-31");
  EXPECT_EQ(number_shown("2958466", day), "2958466");
  EXPECT_EQ(number_shown("-3", day), "-3");
  EXPECT_EQ(number_shown("0", day, DaySystem::from_1904), "1904-01-01");
  EXPECT_EQ(number_shown("42373", day, DaySystem::from_1904), "2020-01-05");
  EXPECT_EQ(number_shown("43835.35", day), "2020-01-05 08:24:00") << "a time that is there is not dropped";
}

TEST(XlsxFormatTest, times_months_and_spans) {
  EXPECT_EQ(number_shown("43835", {NumberLook::day_time, 0}), "2020-01-05 00:00:00");
  EXPECT_EQ(number_shown("43835.999999999", {NumberLook::day_time, 0}), "2020-01-06 00:00:00")
      << "rounded to the second";
  EXPECT_EQ(number_shown("0.354166666666667", {NumberLook::time, 0}), "08:30:00");
  EXPECT_EQ(number_shown("0.5", {NumberLook::day, 0}), "12:00:00") << "no day stands in it";
  EXPECT_EQ(number_shown("1.5", {NumberLook::span, 0}), "36:00:00");
  EXPECT_EQ(number_shown("29342", {NumberLook::year_month, 0}), "1980-05");
  EXPECT_EQ(number_shown("29343", {NumberLook::year_month, 0}), "1980-05-02");
}

TEST(XlsxFormatTest, numbers_lose_noise_but_no_digits) {
  EXPECT_EQ(number_shown("13800138000", {}), "13800138000");
  EXPECT_EQ(number_shown("1.3800138E10", {}), "13800138000");
  EXPECT_EQ(number_shown("0.30000000000000004", {}), "0.3");
  EXPECT_EQ(number_shown("4.4040219900101E+17", {}), "4.4040219900101E+17")
      << "digits are lost: cleaning says so";
  EXPECT_EQ(number_shown("-12.50", {}), "-12.5");
  EXPECT_EQ(number_shown("abc", {}), "abc");
  EXPECT_EQ(number_shown("nan", {}), "nan");
  EXPECT_EQ(number_shown("756", {NumberLook::zeros, 4}), "0756");
  EXPECT_EQ(number_shown("12345", {NumberLook::zeros, 4}), "12345");
}

}  // namespace
}  // namespace jingwei::ingest
