// Goal: a figure counts every step of a case, also of those that came together and are told in one event.
#include <gtest/gtest.h>

#include <map>

#include "scenario/case_figures.h"
#include "scenario/lamp_testing.h"

namespace jingwei::scenario {
namespace {

using jingwei::testing::must;

class StepFigures : public ::testing::Test {
 protected:
  void SetUp() override {
    Package package = lamp_package();
    std::string& metrics = package.files["metrics.yaml"];
    const auto add = [&](const std::string& id, const std::string& count) {
      metrics +=
          "  - {id: " + id +
          ", title: {zh: 数, en: Figure}, definition: {zh: 数, en: Figure}, process: lamp, count: " + count +
          "}\n";
    };
    for (const char* count : {"opened", "closed", "escalated", "supervised"})
      add(std::string("all-") + count, count);
    figures_.set(Shelf({package}));
  }

  std::map<std::string, double> told(const std::string& body) {
    std::map<std::string, double> sums;
    storage::FeedEntry entry;
    entry.kind = case_step_kind;
    entry.body = body;
    figures_.count(entry, [&](const std::string& metric, RegionId, double delta) { sums[metric] += delta; });
    return sums;
  }

  CaseFigures figures_;
};

TEST_F(StepFigures, AnEscalationWithASupervisionCountsAsBoth) {
  const auto sums =
      told(R"({"process":"lamp","kind":"escalate","from":"open","to":"open","place":"7","open":true,)"
           R"("was_open":true,"overdue":true,"steps":[{"kind":"escalate","from":"open","to":"open"},)"
           R"({"kind":"ignored","from":"open","to":"open"}]})");
  EXPECT_EQ(sums.at("all-escalated"), 1);
  EXPECT_EQ(sums.at("all-supervised"), 1);
}

TEST_F(StepFigures, ACaseThatClosesItselfAtOnceWasOpenedAndClosed) {
  const auto sums = told(
      R"({"process":"lamp","kind":"open","from":"","to":"done","place":"7","open":false,)"
      R"("steps":[{"kind":"open","from":"","to":"open"},{"kind":"automatic","from":"open","to":"done"}]})");
  EXPECT_EQ(sums.at("all-opened"), 1);
  EXPECT_EQ(sums.at("all-closed"), 1);
  EXPECT_FALSE(sums.contains("lamp-open")) << "nothing is left open";
}

TEST_F(StepFigures, AnEventOfOneStepCountsAsItAlwaysHas) {
  const auto sums = told(
      R"({"process":"lamp","kind":"act","from":"open","to":"done","place":"7","open":false,"was_open":true})");
  EXPECT_EQ(sums.at("all-closed"), 1);
  EXPECT_FALSE(sums.contains("all-opened"));
}

}  // namespace
}  // namespace jingwei::scenario
