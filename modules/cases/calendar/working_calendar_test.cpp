// Goal: working time counts by the State Council's days and the hub's hours, over nights, weekends and
// shifted days.
#include "modules/cases/calendar/working_calendar.h"

#include <gtest/gtest.h>

#include "modules/cases/calendar/holiday_file.h"

namespace jingwei::cases {
namespace {

class Calendar : public ::testing::Test {
 protected:
  static Instant at(const char* text) { return *parse_rfc3339(text); }
  Zone zone_{"Asia/Shanghai"};
  // New Year of 2020: off from 24 to 30 January, work on Sunday the 19th and Saturday 1 February.
  SpecialDays days_ = parse_holidays(
                          "2020-01-19,on,春节,Spring Festival\n2020-01-24,off,春节,Spring Festival\n"
                          "2020-01-27,off,春节,Spring Festival\n2020-01-28,off,春节,Spring Festival\n"
                          "2020-01-29,off,春节,Spring Festival\n2020-01-30,off,春节,Spring Festival\n"
                          "2020-02-01,on,春节,Spring Festival\n")
                          .value();
  WorkingCalendar calendar_{{}, days_, zone_};  // 08:30 to 17:30 with an hour's rest at noon
};

TEST_F(Calendar, HoursEndAtNoonAndAtNight) {
  EXPECT_EQ(calendar_.day_length(), std::chrono::hours{8});
  EXPECT_EQ(calendar_.add(at("2020-03-10T11:00:00+08:00"), std::chrono::hours{2}),
            at("2020-03-10T14:00:00+08:00"));
  EXPECT_EQ(calendar_.add(at("2020-03-10T16:30:00+08:00"), std::chrono::hours{2}),
            at("2020-03-11T09:30:00+08:00"));
  EXPECT_EQ(calendar_.add(at("2020-03-10T23:00:00+08:00"), std::chrono::hours{1}),
            at("2020-03-11T09:30:00+08:00"));
}

TEST_F(Calendar, WeekendsAndHolidaysDoNotCountButShiftedDaysDo) {
  EXPECT_EQ(calendar_.add(at("2020-03-13T17:00:00+08:00"), std::chrono::hours{1}),
            at("2020-03-16T09:00:00+08:00"));
  // Thursday 23 January, over the holiday to Friday the 31st, then a worked Saturday.
  EXPECT_EQ(calendar_.add(at("2020-01-23T09:30:00+08:00"), std::chrono::hours{16}),
            at("2020-02-01T09:30:00+08:00"));
  EXPECT_TRUE(calendar_.is_working(*parse_iso_day("2020-01-19")));
  EXPECT_FALSE(calendar_.is_working(*parse_iso_day("2020-01-27")));
}

TEST_F(Calendar, BetweenIsTheReverseOfAdding) {
  const Instant from = at("2020-01-22T10:15:00+08:00");
  for (int minutes = 0; minutes < 60 * 60; minutes += 97) {
    const auto worked = std::chrono::minutes{minutes};
    EXPECT_EQ(calendar_.between(from, calendar_.add(from, worked)), worked) << minutes;
  }
  EXPECT_EQ(calendar_.between(calendar_.add(from, std::chrono::hours{3}), from), -std::chrono::hours{3});
}

TEST_F(Calendar, ADayThatNeverWorksEndsTheSearch) {
  SpecialDays none;
  for (Day day = *parse_iso_day("2020-01-01"); day < *parse_iso_day("2021-01-01");
       day += std::chrono::days{1})
    none[day] = {false, "", ""};
  const WorkingCalendar closed({}, none, zone_);
  EXPECT_GE(closed.add(at("2020-05-01T10:00:00+08:00"), std::chrono::hours{1}),
            at("2021-01-01T08:30:00+08:00"));
}

TEST_F(Calendar, HoursOutOfOrderAreRefused) {
  using std::chrono::minutes;
  EXPECT_TRUE(check_hours({}).ok());
  EXPECT_TRUE(check_hours({minutes{0}, minutes{1'440}, minutes{0}, minutes{0}}).ok());
  EXPECT_FALSE(check_hours({minutes{600}, minutes{500}, minutes{0}, minutes{0}}).ok());
  EXPECT_FALSE(check_hours({minutes{480}, minutes{1'080}, minutes{400}, minutes{500}}).ok());
}

TEST_F(Calendar, HolidayFilesAreReadAndRefusedByLine) {
  EXPECT_EQ(parse_holidays(write_holidays(days_)).value(), days_);
  EXPECT_EQ(parse_holidays("2020-01-24,off,a,b\n2020-01-25,maybe,a,b\n").error().arguments.front().second,
            "2");
  EXPECT_FALSE(parse_holidays("2020-01-24,off,a,b\n2020-01-24,off,a,b\n").ok());
  const auto package = read_holiday_package(
      R"({"holidays":{"2020-01-24":"Spring Festival,春节,4"},"workdays":{"2020-01-19":"Spring Festival,春节,4"},"inLieuDays":{}})");
  ASSERT_TRUE(package.ok());
  EXPECT_EQ(package->at(*parse_iso_day("2020-01-19")), (SpecialDay{true, "春节", "Spring Festival"}));
  EXPECT_FALSE(read_holiday_package("[]").ok());
}

}  // namespace
}  // namespace jingwei::cases
