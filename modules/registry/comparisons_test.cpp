// Comparisons tell who stands in both lists, once another person has approved, and are gone when their time
// is over.
#include <gtest/gtest.h>

#include "modules/registry/registry_testing.h"
#include "storage/timer_runner.h"

namespace jingwei::registry {

namespace {

using namespace testing;

template <typename Backend>
class RegistryComparisons : public RegistryWorld<Backend> {
 protected:
  void SetUp() override {
    RegistryWorld<Backend>::SetUp();
    if (this->IsSkipped()) return;
    timers_ = std::make_unique<storage::TimerRunner>(*this->node_.store, this->clock_, "first");
    this->registry_->on_timers(*timers_);
    this->load("people", jingwei::testing::people(1, 30));
    std::string visits(visit_header);
    for (const int number : {3, 4, 5, 99}) visits += visit_row("V" + std::to_string(number), number, "张三");
    this->load("visits", visits);
    this->link();
  }
  void TearDown() override {
    timers_.reset();
    RegistryWorld<Backend>::TearDown();
  }

  NewComparison wanted(ComparisonMode mode) {
    NewComparison wanted;
    wanted.title = "就诊者与在册人员";
    wanted.purpose = "epidemic-control";
    wanted.right = "people";
    wanted.reason = "排查";
    wanted.mode = mode;
    return wanted;
  }
  Comparison ran(const NewComparison& wanted) {
    auto& all = this->registry_->comparisons();
    const auto asked = must(all.ask(wanted, access::Caller::local_operator().get(), this->request_));
    must(all.decide(asked.id, Comparisons::Word::approve, "", {"another", std::nullopt}));
    while (must(timers_->step()) > 0) {
    }
    return must(all.find(asked.id));
  }

  std::unique_ptr<storage::TimerRunner> timers_;
};
TYPED_TEST_SUITE(RegistryComparisons, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(RegistryComparisons, TellWhoStandsInTwoResources) {
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  const auto done = this->ran(wanted);
  EXPECT_EQ(done.state, ComparisonState::done);
  EXPECT_EQ(done.left_count, 4);
  EXPECT_EQ(done.right_count, 30);
  EXPECT_EQ(done.matched, 3);
  std::set<SubjectId> met;
  for (const auto& match : must(this->registry_->comparisons().matches(done.id, 0, 100)))
    met.insert(match.subject);
  EXPECT_EQ(met, (std::set<SubjectId>{this->person(3), this->person(4), this->person(5)}));
  std::int64_t counted = 0;
  for (const auto& [region, count] : must(this->registry_->comparisons().by_region(done.id)))
    counted += count;
  EXPECT_EQ(counted, 3);
}

TYPED_TEST(RegistryComparisons, KeepOfAListHashesAloneAndTellItsLines) {
  auto wanted = this->wanted(ComparisonMode::flags);
  wanted.list = {citizen_id(7), "", citizen_id(98), citizen_id(8)};
  const auto done = this->ran(wanted);
  std::set<std::int64_t> lines;
  for (const auto& match : must(this->registry_->comparisons().matches(done.id, 0, 100)))
    lines.insert(match.left_line);
  EXPECT_EQ(lines, (std::set<std::int64_t>{1, 4}));
}

TYPED_TEST(RegistryComparisons, NeedAnotherPersonsWord) {
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  auto& all = this->registry_->comparisons();
  const auto asked = must(all.ask(wanted, access::Caller::local_operator().get(), this->request_));
  EXPECT_EQ(all.decide(asked.id, Comparisons::Word::approve, "", this->request_).error().message,
            "registry.own_comparison");
  EXPECT_EQ(must(this->timers_->step()), 0U);
  EXPECT_EQ(must(all.find(asked.id)).state, ComparisonState::asked);
  must(all.decide(asked.id, Comparisons::Word::decline, "不必", {"another", std::nullopt}));
  EXPECT_EQ(all.decide(asked.id, Comparisons::Word::approve, "", {"another", std::nullopt}).error().message,
            "registry.comparison_decided");
}

TYPED_TEST(RegistryComparisons, AreDeletedWhenTheirTimeIsOver) {
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  wanted.keep_days = 2;
  const auto done = this->ran(wanted);
  this->clock_.advance(std::chrono::hours{47});
  EXPECT_EQ(must(this->timers_->step()), 0U);
  this->clock_.advance(std::chrono::hours{2});
  EXPECT_EQ(must(this->timers_->step()), 1U);
  auto& all = this->registry_->comparisons();
  EXPECT_EQ(must(all.find(done.id)).state, ComparisonState::expired);
  EXPECT_EQ(all.matches(done.id, 0, 10).error().code, ErrorCode::gone);
  EXPECT_TRUE(must(all.by_region(done.id)).empty());
}

TYPED_TEST(RegistryComparisons, StayWithinWhatTheyAreAskedFor) {
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  wanted.region = grid_code(3);
  EXPECT_EQ(this->ran(wanted).matched, 1);
  wanted.region = "000000";
  auto& all = this->registry_->comparisons();
  EXPECT_EQ(all.ask(wanted, access::Caller::local_operator().get(), this->request_).error().code,
            ErrorCode::not_found);
  wanted.region.clear();
  wanted.left = "daily";
  EXPECT_EQ(all.ask(wanted, access::Caller::local_operator().get(), this->request_).error().message,
            "registry.comparison_unfit");
  wanted.left = "visits";
  wanted.purpose = "curiosity";
  EXPECT_EQ(all.ask(wanted, access::Caller::local_operator().get(), this->request_).error().code,
            ErrorCode::denied);
}

}  // namespace

}  // namespace jingwei::registry
