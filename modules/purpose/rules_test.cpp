// Goal: a purpose is open exactly when law, calendar and emergencies say so, and data go only when nothing
// keeps them.
#include "modules/purpose/rules.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace jingwei::purpose {
namespace {

using catalog::Personal;

const Instant noon = *parse_rfc3339("2020-03-10T04:00:00Z");  // 12:00 in Shanghai

Purpose purpose(const std::string& id) {
  Purpose one;
  one.id = id;
  one.starts = *parse_iso_day("2020-01-01");
  one.classes = {Personal::name, Personal::health};
  return one;
}

Emergency emergency(std::vector<std::string> opens, Instant from, Instant until) {
  Emergency one;
  one.id = EmergencyId(1);
  one.purposes = std::move(opens);
  one.declared_at = from;
  one.planned_end = until;
  return one;
}

catalog::Resource resource(const std::string& id, std::vector<std::string> purposes) {
  catalog::Resource one;
  one.id = id;
  one.purposes = std::move(purposes);
  return one;
}

class Rules : public ::testing::Test {
 protected:
  std::vector<Shut> reasons(const Purpose& one, Personal personal, Instant at,
                            std::span<const Emergency> emergencies = {}) {
    return is_open(one, visits_, personal, at, emergencies, zone_).reasons;
  }
  Zone zone_{"Asia/Shanghai"};
  catalog::Resource visits_ = resource("visits", {"control"});
};

TEST_F(Rules, APurposeIsOpenFromItsFirstDayToTheEndOfItsLast) {
  Purpose one = purpose("control");
  one.starts = *parse_iso_day("2020-03-10");
  one.ends = *parse_iso_day("2020-03-10");
  EXPECT_TRUE(reasons(one, Personal::name, noon).empty());
  EXPECT_TRUE(reasons(one, Personal::name, *parse_rfc3339("2020-03-10T15:59:59Z")).empty());
  EXPECT_EQ(reasons(one, Personal::name, *parse_rfc3339("2020-03-10T16:00:00Z")), std::vector{Shut::ended});
  EXPECT_EQ(reasons(one, Personal::name, *parse_rfc3339("2020-03-09T15:59:59Z")),
            std::vector{Shut::not_begun});
}

TEST_F(Rules, AllReasonsAreToldAtOnce) {
  Purpose one = purpose("control");
  one.state = PurposeState::ended;
  one.emergency_only = true;
  one.resources = {"others"};
  EXPECT_EQ(reasons(one, Personal::address, noon),
            (std::vector{Shut::ended, Shut::no_emergency, Shut::other_resource, Shut::other_class}));
  EXPECT_TRUE(reasons(purpose("control"), Personal::none, noon).empty())
      << "what is not personal is of no class";
}

TEST_F(Rules, AnEmergencyOpensAPurposeUntilItsPlannedEndToTheMoment) {
  Purpose one = purpose("control");
  one.emergency_only = true;
  const std::vector emergencies = {
      emergency({"control"}, noon - std::chrono::days{1}, noon + std::chrono::days{1})};
  EXPECT_TRUE(reasons(one, Personal::name, noon, emergencies).empty());
  EXPECT_EQ(reasons(one, Personal::name, noon + std::chrono::days{1}, emergencies),
            std::vector{Shut::no_emergency});
  EXPECT_FALSE(is_over(one, noon, emergencies, zone_));
  EXPECT_TRUE(is_over(one, noon + std::chrono::days{1}, emergencies, zone_));
  EXPECT_FALSE(is_over(one, noon, {}, zone_)) << "it waits for its first emergency";
  auto ended = emergencies;
  ended.front().state = EmergencyState::ended;
  EXPECT_TRUE(is_over(one, noon, ended, zone_));
  ended.push_back(emergencies.front());
  EXPECT_FALSE(is_over(one, noon, ended, zone_)) << "another stands";
}

TEST_F(Rules, WhatAnUnknownPurposeKeepsIsNeverOver) {
  Purpose ended = purpose("control");
  ended.state = PurposeState::ended;
  const std::vector purposes = {ended};
  EXPECT_TRUE(is_over(resource("visits", {"control"}), purposes, noon, {}, zone_));
  EXPECT_FALSE(is_over(resource("visits", {"control", "unheard-of"}), purposes, noon, {}, zone_));
  EXPECT_FALSE(is_over(resource("visits", {}), purposes, noon, {}, zone_));
}

// Random purposes, resources and emergencies: what any purpose may still use is never over, and what is over
// may be used by none.
TEST_F(Rules, NothingOfAnOpenPurposeIsEverOver) {
  SeededRandom random(20'200'310);
  const auto any = [&](std::uint64_t below) { return random.below(below); };
  int over_ones = 0, open_ones = 0;
  for (int round = 0; round < 5'000; ++round) {
    std::vector<Purpose> purposes;
    for (std::uint64_t at = 0; at < 1 + any(4); ++at) {
      Purpose one = purpose("p" + std::to_string(at));
      one.emergency_only = any(2) == 0;
      one.state = any(4) == 0 ? PurposeState::ended : PurposeState::active;
      if (any(3) == 0) one.ends = zone_.day_of(noon) + std::chrono::days{static_cast<int>(any(5)) - 2};
      if (any(4) == 0) one.resources = {"r" + std::to_string(any(3))};
      purposes.push_back(std::move(one));
    }
    std::vector<Emergency> emergencies;
    for (std::uint64_t at = 0; at < any(4); ++at) {
      emergencies.push_back(emergency({"p" + std::to_string(any(4))}, noon - std::chrono::days{9},
                                      noon + std::chrono::hours{static_cast<int>(any(5)) - 2}));
      if (any(3) == 0) emergencies.back().state = EmergencyState::ended;
    }
    for (const char* id : {"r0", "r1", "r2"}) {
      std::vector<std::string> named;
      for (std::uint64_t at = 0; at < any(4); ++at) named.push_back("p" + std::to_string(any(5)));
      const auto one = resource(id, named);
      const bool over = is_over(one, purposes, noon, emergencies, zone_);
      bool usable = false;
      for (const auto& known : purposes)
        usable |= is_open(known, one, Personal::none, noon, emergencies, zone_).open();
      EXPECT_FALSE(over && usable) << "round " << round;
      over_ones += over ? 1 : 0;
      open_ones += usable ? 1 : 0;
    }
  }
  EXPECT_GT(over_ones, 500);
  EXPECT_GT(open_ones, 500);
}

}  // namespace
}  // namespace jingwei::purpose
