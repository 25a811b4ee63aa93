// Goal: what the city brings to a service is the same for the same seed, as much as its rate says, and of the
// values it names.
#include "sim/service_feed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace jingwei::sim {
namespace {

ServiceFeed feed() {
  ServiceFeed made;
  made.id = "lamps";
  made.per_10000_a_day = 25;
  made.from_hour = 8;
  made.to_hour = 20;
  made.fields["kind"].pick = {{"broken", 3}, {"missing", 1}};
  made.fields["words"].say = {"one", "two"};
  made.fields["name"].from = "person_name";
  made.fields["document"].from = "citizen_id";
  made.fields["grid"].from = "grid";
  made.fields["points"].least = 3;
  made.fields["points"].most = 9;
  made.steps = {{"handle", "staff", 0.5, std::chrono::hours{4}, {}},
                {"confirm", "worker", 1, std::chrono::minutes{1}, {}}};
  made.steps[0].with["result"].say = {"done"};
  return made;
}

FeedCity city(std::uint64_t seed) {
  return {4'000, {"990101001001001", "990101001001002"}, Day{std::chrono::days{18'331}}, 30, seed};
}

TEST(ServiceFeed, IsTheSameForTheSameSeed) {
  const auto once = make_forms(feed(), city(7)), again = make_forms(feed(), city(7)),
             other = make_forms(feed(), city(8));
  ASSERT_EQ(once.size(), again.size());
  for (std::size_t at = 0; at < once.size(); ++at) EXPECT_EQ(once[at].values, again[at].values);
  ASSERT_EQ(once.size(), other.size());
  EXPECT_NE(once.front().values, other.front().values);
}

TEST(ServiceFeed, BringsAsMuchAsItsRateAndOnlyWhatItNames) {
  const auto all = make_forms(feed(), city(7));
  EXPECT_EQ(all.size(), 300U);  // 25 for 10,000 people is 10 a day for 4,000
  std::int64_t broken = 0, handled = 0;
  for (const auto& one : all) {
    const std::string& kind = one.values.at("kind");
    EXPECT_TRUE(kind == "broken" || kind == "missing");
    if (kind == "broken") ++broken;
    EXPECT_GE(one.minute, 8 * 60);
    EXPECT_LT(one.minute, 20 * 60);
    EXPECT_EQ(one.values.at("grid"), one.grid);
    EXPECT_EQ(one.values.at("document").size(), 18U);
    EXPECT_GE(std::stoi(one.values.at("points")), 3);
    EXPECT_LE(std::stoi(one.values.at("points")), 9);
    ASSERT_FALSE(one.steps.empty());
    EXPECT_EQ(one.steps.back().action, "confirm");
    if (one.steps.size() == 2) {
      ++handled;
      EXPECT_EQ(one.steps[0].with.at("result"), "done");
    }
  }
  EXPECT_NEAR(static_cast<double>(broken), 225, 35);
  EXPECT_NEAR(static_cast<double>(handled), 150, 35);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                             [](const MadeForm& a, const MadeForm& b) { return a.day < b.day; }));
}

// A step that chance leaves out ends nothing: what stands after it may be the other way to go on.
TEST(ServiceFeed, StepsThatAreLeftOutEndNothingAndOthersComeAfterAWhile) {
  ServiceFeed made = feed();
  made.steps = {{"nobody", "worker", 0.2, std::chrono::hours{4}, {}},
                {"visit", "worker", 0.8, std::chrono::days{1}, {}}};
  const auto all = make_forms(made, city(7));
  std::int64_t visited = 0, both = 0;
  std::set<std::int64_t> waits;
  for (const auto& one : all) {
    for (const auto& step : one.steps) {
      const bool visit = step.action == "visit";
      visited += visit ? 1 : 0;
      EXPECT_GE(step.after, visit ? std::chrono::hours{24} : std::chrono::hours{4});
      EXPECT_LE(step.after, visit ? std::chrono::hours{36} : std::chrono::hours{6});
      waits.insert(step.after.count());
    }
    both += one.steps.size() == 2 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(visited), 0.8 * static_cast<double>(all.size()), 30);
  EXPECT_GT(both, 20);
  EXPECT_GT(waits.size(), 50U);
}

TEST(ServiceFeed, FeedsOfOneProcessHaveChancesOfTheirOwn) {
  ServiceFeed second = feed();
  second.number = 1;
  EXPECT_NE(make_forms(feed(), city(7)).front().values, make_forms(second, city(7)).front().values);
}

TEST(ServiceFeed, StepsComeInTheHoursOfTheFeed) {
  const LocalMinute day{std::chrono::sys_days{std::chrono::year{2020} / 3 / 10}};
  using std::chrono::hours, std::chrono::days;
  EXPECT_EQ(within_hours(feed(), day + hours{12}), day + hours{12});
  EXPECT_EQ(within_hours(feed(), day + hours{5}), day + hours{8});
  EXPECT_EQ(within_hours(feed(), day + hours{20}), day + days{1} + hours{8});
  ServiceFeed always = feed();
  always.from_hour = 0;
  always.to_hour = 24;
  EXPECT_EQ(within_hours(always, day + hours{23}), day + hours{23});
}

}  // namespace
}  // namespace jingwei::sim
