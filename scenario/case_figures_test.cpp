// Goal: the figures of a package count its cases as they are opened, run late and are closed, and nobody
// else's.
#include "scenario/case_figures.h"

#include <gtest/gtest.h>

#include <map>

#include "scenario/lamp_testing.h"

namespace jingwei::scenario {
namespace {

using jingwei::testing::must;

class CaseFiguresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Package package = lamp_package();
    for (const char* count : {"opened", "late", "closed", "hours_to_close"})
      package.files["metrics.yaml"] +=
          "  - {id: " + std::string(count).substr(0, 5) +
          ", title: {zh: 数, en: Figure}, definition: {zh: 数, en: Figure}, process: lamp, count: " + count +
          "}\n";
    const Shelf shelf({package});
    for (const auto& fault : shelf.check("lamp")) ADD_FAILURE() << render(fault, Language::en);
    figures_.set(shelf);
  }

  // Sums by metric over the steps so far.
  std::map<std::string, double> after(const std::string& body) {
    storage::FeedEntry entry;
    entry.kind = case_step_kind;
    entry.body = body;
    figures_.count(entry, [&](const std::string& metric, RegionId region, double delta) {
      EXPECT_EQ(region, RegionId(7));
      sums_[metric] += delta;
    });
    return sums_;
  }

  CaseFigures figures_;
  std::map<std::string, double> sums_;
};

TEST_F(CaseFiguresTest, ACaseIsOpenThenLateThenClosedAfterItsHours) {
  auto sums =
      after(R"({"process":"lamp","kind":"open","from":"","to":"open","place":"7","open":true,"age_s":0})");
  EXPECT_EQ(sums["lamp-open"], 1);
  EXPECT_EQ(sums["opene"], 1);
  sums = after(
      R"({"process":"lamp","kind":"escalate","from":"open","to":"open","place":"7","open":true,"was_open":true,"overdue":true,"age_s":30000})");
  EXPECT_EQ(sums["late"], 1);
  sums = after(
      R"({"process":"lamp","kind":"act","from":"open","to":"done","place":"7","open":true,"was_open":true,"was_overdue":true,"age_s":36000})");
  EXPECT_EQ(sums["late"], 0);
  sums = after(
      R"({"process":"lamp","kind":"act","from":"done","to":"closed","place":"7","open":false,"was_open":true,"age_s":45000})");
  EXPECT_EQ(sums["close"], 1);
  EXPECT_EQ(sums["lamp-open"], 0);
  EXPECT_DOUBLE_EQ(sums["hours"], 12.5);
}

TEST_F(CaseFiguresTest, OthersCasesAndUnreadableEventsCountNothing) {
  EXPECT_TRUE(after(R"({"process":"pole","kind":"open","to":"open","place":"7","open":true})").empty());
  EXPECT_TRUE(after("no JSON").empty());
}

TEST_F(CaseFiguresTest, ARemovedPackageCountsNothingMore) {
  const auto before = figures_.revision();
  figures_.set(Shelf({}));
  EXPECT_GT(figures_.revision(), before);
  EXPECT_TRUE(figures_.figures().empty());
  EXPECT_TRUE(after(R"({"process":"lamp","kind":"open","to":"open","place":"7","open":true})").empty());
}

}  // namespace
}  // namespace jingwei::scenario
