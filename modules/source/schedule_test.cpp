// Goal: schedules read as written and come at their time, also where clocks change.
#include "modules/source/schedule.h"

#include <gtest/gtest.h>

#include "base/messages.h"

namespace jingwei::source {
namespace {

Instant at(const char* text) {
  return *parse_rfc3339(text);
}
std::string next(const char* schedule, const char* after, const char* zone) {
  const auto parsed = Schedule::parse(schedule);
  const auto due = parsed.value().next(at(after), Zone(zone));
  return due ? to_rfc3339(*due).substr(0, 16) : "never";
}

TEST(Schedule, ComesEverySoOftenOrDailyInTheHubsZone) {
  EXPECT_EQ(next("every 15m", "2020-03-10T08:00:00Z", "Asia/Shanghai"), "2020-03-10T08:15");
  EXPECT_EQ(next("every 2h", "2020-03-10T08:00:00Z", "Asia/Shanghai"), "2020-03-10T10:00");
  EXPECT_EQ(next("daily 02:30", "2020-03-10T08:00:00Z", "Asia/Shanghai"), "2020-03-10T18:30");
  EXPECT_EQ(next("daily 02:30", "2020-03-10T18:29:59Z", "Asia/Shanghai"), "2020-03-10T18:30");
  EXPECT_EQ(next("daily 02:30", "2020-03-10T18:30:00Z", "Asia/Shanghai"), "2020-03-11T18:30");
  EXPECT_EQ(next("", "2020-03-10T08:00:00Z", "Asia/Shanghai"), "never");
}

TEST(Schedule, KeepsItsWallTimeWhereClocksChange) {
  EXPECT_EQ(next("daily 12:00", "2020-03-28T12:00:00Z", "Europe/Berlin"), "2020-03-29T10:00");
  EXPECT_EQ(next("daily 12:00", "2020-10-24T12:00:00Z", "Europe/Berlin"), "2020-10-25T11:00");
  // 02:30 does not exist on this night; it comes all the same, once.
  const std::string skipped = next("daily 02:30", "2020-03-28T12:00:00Z", "Europe/Berlin");
  EXPECT_TRUE(skipped == "2020-03-29T00:30" || skipped == "2020-03-29T01:30") << skipped;
}

TEST(Schedule, AnythingElseIsRefused) {
  for (const char* text :
       {"every", "every m", "every 0m", "every 11000m", "every 5s", "daily 24:00", "daily 2:30",
        "daily 02:60", "hourly", "every 5m ", "every -5m", "every 999999999h"}) {
    EXPECT_EQ(Schedule::parse(text).error().code, ErrorCode::invalid) << text;
  }
}

}  // namespace
}  // namespace jingwei::source
