// What people decide about subjects stands, can be taken back, and loses nothing when many decide at once.
#include <gtest/gtest.h>

#include <thread>

#include "modules/ingest/withdrawal/withdrawal.h"
#include "modules/registry/registry_testing.h"

namespace jingwei::registry {

namespace {

using namespace testing;

template <typename Backend>
class RegistryDecisions : public RegistryWorld<Backend> {
 protected:
  Event merge(int one, int other) {
    return must(
        this->registry_->decisions().merge(this->person(one), this->person(other), "同一人", this->request_));
  }
};
TYPED_TEST_SUITE(RegistryDecisions, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(RegistryDecisions, MergesTwoAndGivesEachItsOwnBackAgain) {
  this->load("people", jingwei::testing::people(1, 3));
  this->load("visits", std::string(visit_header) + visit_row("V2", 2, "张三"));
  this->link();
  const SubjectId one = this->person(1), two = this->person(2);
  const Event event = this->merge(1, 2);
  const SubjectId kept = std::min(one, two), gone = std::max(one, two);
  EXPECT_EQ(event.kept, kept);
  EXPECT_EQ(event.gone, gone);
  EXPECT_EQ(event.reason, "同一人");
  // What spoke for and against it is kept: two documents, one name.
  EXPECT_NE(event.weights.find("\"document\":-"), std::string::npos) << event.weights;
  EXPECT_EQ(this->person(1), kept);
  EXPECT_EQ(this->person(2), kept);
  EXPECT_EQ(this->file(gone).id, kept);  // the old number still leads there
  EXPECT_EQ(this->file(kept).entries.size(), 3U);
  // A record that comes afterwards goes to the one there is…
  this->load("visits", std::string(visit_header) + visit_row("V3", 2, "张三"));
  this->link();
  EXPECT_EQ(this->file(kept).entries.size(), 4U);
  // …and goes along when the two part again.
  const Event undone = must(this->registry_->decisions().undo(event.id, this->request_));
  EXPECT_TRUE(undone.undone_at);
  EXPECT_EQ(this->person(1), one);
  EXPECT_EQ(this->person(2), two);
  EXPECT_EQ(this->file(gone).id, gone);  // its number is its own again
  EXPECT_TRUE(this->file(kept).aliases.empty());
  EXPECT_EQ(this->resources_of(one), (std::multiset<std::string>{"people"}));
  EXPECT_EQ(this->resources_of(two), (std::multiset<std::string>{"people", "visits", "visits"}));
  const auto again = this->registry_->decisions().undo(event.id, this->request_);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().message, "registry.undone_already");
}

TYPED_TEST(RegistryDecisions, HoldsAMergeAgainstWhatArrivesAndWhatIsGoneThroughAgain) {
  this->load("people", jingwei::testing::people(1, 3));
  this->link();
  this->merge(1, 2);
  const SubjectId kept = this->person(1);
  storage::Change change;
  change.writes.push_back(LinkRunner::look_again());
  must(this->node_.store->commit(std::move(change)));
  this->restart_registry();
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "张三") + visit_row("V2", 2, "张三"));
  this->link();
  EXPECT_EQ(this->person(1), kept);
  EXPECT_EQ(this->person(2), kept);
  EXPECT_EQ(this->file(kept).entries.size(), 4U);
}

TYPED_TEST(RegistryDecisions, ChainsOfMergesComeApartInAnyOrder) {
  this->load("people", jingwei::testing::people(1, 3));
  this->link();
  const SubjectId one = this->person(1), two = this->person(2), three = this->person(3);
  const Event first = this->merge(1, 2);
  const Event second = this->merge(1, 3);
  EXPECT_EQ(this->file(one).entries.size(), 3U);
  must(this->registry_->decisions().undo(first.id, this->request_));
  must(this->registry_->decisions().undo(second.id, this->request_));
  EXPECT_EQ(this->person(1), one);
  EXPECT_EQ(this->person(2), two);
  EXPECT_EQ(this->person(3), three);
}

// The one that was merged has records older than all the others look at at once.
TYPED_TEST(RegistryDecisions, AMergeIsTakenBackHoweverManyRecordsCameSince) {
  this->load("people", jingwei::testing::people(1, 2));
  this->link();
  const SubjectId one = this->person(1), two = this->person(2);
  const Event event = this->merge(1, 2);
  const int kept = event.kept == one ? 1 : 2;
  std::string visits(visit_header);
  const auto many = static_cast<int>(limits::component_links) + 50;
  for (int number = 0; number < many; ++number)
    visits += visit_row("M" + std::to_string(number), kept, "张三");
  this->load("visits", visits);
  this->link();
  must(this->registry_->decisions().undo(event.id, this->request_));
  EXPECT_EQ(this->person(1), one);
  EXPECT_EQ(this->person(2), two);
  EXPECT_EQ(this->file(event.gone).entries.size(), 1U);
}

TYPED_TEST(RegistryDecisions, PairsOfWhatEndedAreNobodysToLookAt) {
  this->load("people", jingwei::testing::people(1, 2));
  const auto batch = this->load("visits", std::string(visit_header) + visit_row("V1", 1, "欧阳明"));
  this->link();
  auto& decisions = this->registry_->decisions();
  EXPECT_EQ(must(decisions.count(ReviewState::open)), 1);
  const auto plan = must(this->node_.ingest->withdrawals().plan(batch.id));
  must(this->node_.ingest->withdrawals().ask(batch.id, "wrong file", plan.records(), this->request_));
  must(this->node_.ingest->withdrawals().run(batch.id, std::atomic<bool>(false)));
  this->link();
  EXPECT_EQ(must(decisions.count(ReviewState::open)), 0);
  EXPECT_FALSE(must(decisions.next_review("one", [](const Review&) -> Result<bool> { return true; })));
}

TYPED_TEST(RegistryDecisions, APairSomebodyWasUnsureOfComesBackAndIsDecidedAgain) {
  this->load("people", jingwei::testing::people(1, 2));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "欧阳明"));
  this->link();
  auto& decisions = this->registry_->decisions();
  const auto yes = [](const Review&) -> Result<bool> { return true; };
  const ReviewId pair = must(decisions.next_review("one", yes))->id;
  EXPECT_EQ(must(decisions.decide(pair, ReviewState::unsure, {"one", std::nullopt})).state,
            ReviewState::unsure);
  EXPECT_FALSE(must(decisions.next_review("one", yes))) << "it is not offered again by itself";
  EXPECT_EQ(must(decisions.count(ReviewState::unsure)), 1);
  const auto waiting = must(decisions.reviews(ReviewState::unsure, ReviewId(), 10));
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting.front().id, pair);
  EXPECT_EQ(decisions.decide(pair, ReviewState::unsure, {"two", std::nullopt}).error().message,
            "registry.decided_already");
  // Another knows better.
  EXPECT_EQ(must(decisions.decide(pair, ReviewState::different, {"two", std::nullopt})).state,
            ReviewState::different);
  EXPECT_EQ(this->people_of(1).size(), 2U);
  EXPECT_EQ(must(decisions.count(ReviewState::unsure)), 0);
  EXPECT_EQ(decisions.decide(pair, ReviewState::same, {"one", std::nullopt}).error().message,
            "registry.decided_already");
}

TYPED_TEST(RegistryDecisions, AnUnsurePairOfWhatEndedIsNobodysToLookAt) {
  this->load("people", jingwei::testing::people(1, 2));
  const auto batch = this->load("visits", std::string(visit_header) + visit_row("V1", 1, "欧阳明"));
  this->link();
  auto& decisions = this->registry_->decisions();
  const auto yes = [](const Review&) -> Result<bool> { return true; };
  must(decisions.decide(must(decisions.next_review("one", yes))->id, ReviewState::unsure,
                        {"one", std::nullopt}));
  const auto plan = must(this->node_.ingest->withdrawals().plan(batch.id));
  must(this->node_.ingest->withdrawals().ask(batch.id, "wrong file", plan.records(), this->request_));
  must(this->node_.ingest->withdrawals().run(batch.id, std::atomic<bool>(false)));
  this->link();
  EXPECT_EQ(must(decisions.count(ReviewState::unsure)), 0);
}

TYPED_TEST(RegistryDecisions, RefusesWhatMakesNoSense) {
  this->load("people", jingwei::testing::people(1, 2));
  this->load("households", std::string(household_header) + household_row(5, "李四", "H1"));
  this->link();
  auto& decisions = this->registry_->decisions();
  const SubjectId one = this->person(1), two = this->person(2);
  EXPECT_EQ(decisions.merge(one, two, "  ", this->request_).error().message, "registry.reason_missing");
  EXPECT_EQ(decisions.merge(one, one, "x", this->request_).error().message, "registry.already_one");
  EXPECT_EQ(decisions.merge(one, SubjectId(1), "x", this->request_).error().code, ErrorCode::not_found);
  const auto household = this->file(this->person(5)).relations.front().other;
  EXPECT_EQ(decisions.merge(one, household, "x", this->request_).error().message, "registry.unlike_kinds");
}

TYPED_TEST(RegistryDecisions, MergesByManyAtOnceLoseNothing) {
  constexpr int people = 17;
  this->load("people", jingwei::testing::people(1, people));
  this->link();
  std::vector<SubjectId> subjects;
  for (int number = 1; number <= people; ++number) subjects.push_back(this->person(number));
  // Each thread merges its own pairs, all of which meet in the first person; records arrive meanwhile.
  std::vector<std::thread> threads;
  std::atomic<int> failed = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t at = static_cast<std::size_t>(thread) + 1; at < subjects.size(); at += 4) {
        const auto merged =
            this->registry_->decisions().merge(subjects[0], subjects[at], "同一人", this->request_);
        if (!merged.ok()) ++failed;
      }
    });
  }
  std::string visits(visit_header);
  for (int number = 1; number <= people; ++number)
    visits += visit_row("V" + std::to_string(number), number, "张三");
  this->load("visits", visits);
  this->link();
  for (auto& thread : threads) thread.join();
  this->link();
  EXPECT_EQ(failed, 0);
  const auto file = this->file(subjects[0]);
  EXPECT_EQ(file.entries.size(), 2U * people);
  EXPECT_EQ(file.aliases.size(), static_cast<std::size_t>(people) - 1);
  EXPECT_EQ(must(this->registry_->decisions().events(SubjectId(), EventId(), 100)).size(),
            static_cast<std::size_t>(people) - 1);
}

TYPED_TEST(RegistryDecisions, AReviewersWordStandsUntilItIsTakenBack) {
  this->load("people", jingwei::testing::people(1, 2));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "欧阳明"));
  this->link();
  auto& decisions = this->registry_->decisions();
  const auto yes = [](const Review&) -> Result<bool> { return true; };
  const auto offered = must(decisions.next_review("one", yes));
  ASSERT_TRUE(offered);
  // Kept from others, and given again to who has it.
  EXPECT_FALSE(must(decisions.next_review("two", yes)));
  EXPECT_EQ(must(decisions.next_review("one", yes))->id, offered->id);
  const auto taken = decisions.decide(offered->id, ReviewState::same, {"two", std::nullopt});
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().message, "registry.leased");
  EXPECT_EQ(this->people_of(1).size(), 1U);
  must(decisions.decide(offered->id, ReviewState::different, {"one", std::nullopt}));
  EXPECT_EQ(this->people_of(1).size(), 2U);
  // It holds against whatever comes.
  this->load("visits", std::string(visit_header) + visit_row("V2", 1, "张三"));
  this->link();
  EXPECT_EQ(this->people_of(1).size(), 2U);
  must(decisions.reopen(offered->id, {"one", std::nullopt}));
  EXPECT_EQ(this->people_of(1).size(), 1U);
  must(decisions.decide(offered->id, ReviewState::same, {"one", std::nullopt}));
  for (const auto& entry : this->file(this->person(1)).entries)
    EXPECT_EQ(entry.link.certainty, Certainty::certain);
}

TYPED_TEST(RegistryDecisions, ALapsedLeaseGivesThePairToOthers) {
  this->load("people", jingwei::testing::people(1, 2));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "欧阳明"));
  this->link();
  auto& decisions = this->registry_->decisions();
  const auto yes = [](const Review&) -> Result<bool> { return true; };
  ASSERT_TRUE(must(decisions.next_review("one", yes)));
  this->clock_.advance(std::chrono::minutes{6});
  EXPECT_TRUE(must(decisions.next_review("two", yes)));
}

TYPED_TEST(RegistryDecisions, ARepeatedRequestMergesOnce) {
  this->load("people", jingwei::testing::people(1, 2));
  this->link();
  const ingest::WriteRequest keyed{"tester", "key-1"};
  const SubjectId one = this->person(1), two = this->person(2);
  const Event first = must(this->registry_->decisions().merge(one, two, "同一人", keyed));
  const Event second = must(this->registry_->decisions().merge(one, two, "同一人", keyed));
  EXPECT_EQ(first.id, second.id);
}

}  // namespace

}  // namespace jingwei::registry
