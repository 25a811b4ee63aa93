#include "modules/metrics/counters.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace jingwei::metrics {
namespace {

// A tree where region n's parent is n / 10: 1 ← 12 ← 123.
void decimal_ancestors(RegionId region, const std::function<void(RegionId)>& visit) {
  for (std::int64_t at = region.value / 10; at > 0; at /= 10) visit(RegionId(at));
}

constexpr Day first_day{std::chrono::days{18'300}};

Counters two_metrics() {
  return Counters({Fold::roll_up, Fold::at_region}, decimal_ancestors);
}

// Goal: a count at a grid shows at every level above it, and nowhere else.
TEST(Counters, CountsRollUpToEveryAncestor) {
  Counters counters = two_metrics();
  counters.add({0, RegionId(123), first_day, 2});
  counters.add({0, RegionId(124), first_day, 3});
  EXPECT_EQ(counters.total(0, RegionId(123)), 2);
  EXPECT_EQ(counters.total(0, RegionId(12)), 5);
  EXPECT_EQ(counters.total(0, RegionId(1)), 5);
  EXPECT_EQ(counters.total(0, RegionId(13)), 0);
}

// Goal: a reported figure stays at its region and the latest day is its value.
TEST(Counters, ReportedFiguresDoNotAddUp) {
  Counters counters = two_metrics();
  counters.add({1, RegionId(12), first_day, 100});
  counters.add({1, RegionId(12), first_day + std::chrono::days{1}, 130});
  EXPECT_EQ(counters.total(1, RegionId(12)), 130);
  EXPECT_EQ(counters.total(1, RegionId(1)), 0);
}

// Goal: a correction takes back what was counted, at every level and day.
TEST(Counters, RetractionsLeaveNothingBehind) {
  Counters counters = two_metrics();
  counters.add({0, RegionId(123), first_day, 1});
  counters.add({0, RegionId(123), first_day, -1});
  counters.add({0, RegionId(145), first_day + std::chrono::days{2}, 1});
  EXPECT_EQ(counters.total(0, RegionId(12)), 0);
  EXPECT_EQ(counters.total(0, RegionId(14)), 1);
  EXPECT_EQ(counters.total(0, RegionId(1)), 1);
}

// Goal: what is saved and restored, in any order, gives the same figures as counting did.
TEST(Counters, RestoredCellsGiveTheSameFigures) {
  SeededRandom random(11);
  Counters counted = two_metrics();
  std::map<std::tuple<int, std::int64_t, Day>, double> saved;
  for (int i = 0; i < 2'000; ++i) {
    counted.add({static_cast<MetricIndex>(random.below(2)),
                 RegionId(100 + static_cast<std::int64_t>(random.below(60))),
                 first_day + std::chrono::days{random.below(5)}, static_cast<double>(random.below(7)) - 2});
    if (i % 97 == 0) {
      for (const auto& cell : counted.take_dirty())
        saved[{cell.metric, cell.region.value, cell.day}] = cell.value;
    }
  }
  for (const auto& cell : counted.take_dirty())
    saved[{cell.metric, cell.region.value, cell.day}] = cell.value;
  Counters restored = two_metrics();
  for (const auto& [key, value] : saved) {
    restored.restore(
        {static_cast<MetricIndex>(std::get<0>(key)), RegionId(std::get<1>(key)), std::get<2>(key), value});
  }
  for (std::int64_t region : {1, 10, 11, 12, 13, 100, 123, 159}) {
    for (MetricIndex metric : {0, 1})
      EXPECT_EQ(restored.total(metric, RegionId(region)), counted.total(metric, RegionId(region)));
  }
  counted.rebuild();
  for (std::int64_t region : {1, 10, 12, 123})
    EXPECT_EQ(restored.total(0, RegionId(region)), counted.total(0, RegionId(region)));
}

// Goal: a reported figure goes with its last report, and only when all its reports were counted.
TEST(Counters, AFigureGoesWithItsLastReport) {
  Counters counters = two_metrics();
  const Day next = first_day + std::chrono::days{1};
  counters.add({1, RegionId(12), first_day, 5, 2});
  counters.add({1, RegionId(12), next, 0, 1});
  counters.add({1, RegionId(12), first_day, -2, -1});
  EXPECT_EQ(counters.days(1, RegionId(12), 9).size(), 2U);
  counters.take_dirty();
  counters.add({1, RegionId(12), next, 0, -1});
  EXPECT_EQ(counters.days(1, RegionId(12), 9).size(), 1U);
  EXPECT_EQ(counters.total(1, RegionId(12)), 3);
  const auto dirty = counters.take_dirty();
  ASSERT_EQ(dirty.size(), 1U);
  EXPECT_TRUE(dirty[0].gone);
  counters.add({1, RegionId(12), first_day, -3, -1});
  EXPECT_FALSE(counters.has(1, RegionId(12)));

  Counters older = two_metrics();
  older.restore({1, RegionId(12), first_day, 5, reports_unknown});
  older.add({1, RegionId(12), first_day, 4, 1});
  older.add({1, RegionId(12), first_day, -4, -1});
  EXPECT_EQ(older.total(1, RegionId(12)), 5);
}

// Goal: a page can ask cheaply whether anything under its region moved.
TEST(Counters, RevisionGrowsOnlyAboveTheChange) {
  Counters counters = two_metrics();
  const auto before = counters.revision(RegionId(13));
  counters.add({0, RegionId(123), first_day, 1});
  EXPECT_EQ(counters.revision(RegionId(13)), before);
  EXPECT_GT(counters.revision(RegionId(12)), 0u);
}

}  // namespace
}  // namespace jingwei::metrics
