// Several processes on one database link and decide: nobody writes over what another has just said.
#include <gtest/gtest.h>

#include "modules/ingest/withdrawal/withdrawal.h"
#include "modules/registry/model_testing.h"

namespace jingwei::registry {

namespace {

using namespace testing;

template <typename Backend>
class RegistryProcesses : public ModelWorld<Backend> {
 protected:
  void SetUp() override {
    ModelWorld<Backend>::SetUp();
    if (this->IsSkipped()) return;
    another_ = this->make_registry(this->node_, "another");
  }
  void TearDown() override {
    another_.reset();
    ModelWorld<Backend>::TearDown();
  }
  void load_visit(int number, const std::string& name = "张三") {
    this->load("visits", std::string(visit_header) + visit_row("V" + std::to_string(number), number, name));
  }
  std::map<std::string, bool> looked_through() {
    std::map<std::string, bool> done;
    for (const auto& one : must(this->registry_->status()).resources) done[one.resource] = one.done;
    return done;
  }

  std::unique_ptr<RegistryService> another_;
};
TYPED_TEST_SUITE(RegistryProcesses, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(RegistryProcesses, TheModelHereKnowsWhatWasDecidedThere) {
  this->load("people", jingwei::testing::people(1, 3));
  this->load_visit(1);
  this->put_model_in_force();
  const RecordId person = this->record_of("people", 1), visit = this->record_of("visits", 1);
  ASSERT_EQ(this->subject_of(person), this->subject_of(visit));
  const ReviewId review = this->put_review(person, visit);
  must(this->another_->runner().step());
  must(this->another_->decisions().decide(review, ReviewState::different, this->request_));
  EXPECT_NE(this->subject_of(person), this->subject_of(visit));
  this->look_again();
  EXPECT_NE(this->subject_of(person), this->subject_of(visit));
  // And what is taken back there holds here no more.
  must(this->another_->decisions().reopen(review, this->request_));
  this->look_again();
  EXPECT_EQ(this->subject_of(person), this->subject_of(visit));
}

TYPED_TEST(RegistryProcesses, AMergeTakesAlongWhatIsLinkedMeanwhile) {
  this->load("people", jingwei::testing::people(1, 3));
  this->link();
  const SubjectId kept = std::min(this->person(1), this->person(2));
  this->load_visit(2);
  this->node_.writes->between([&] { this->link(); });
  must(this->another_->decisions().merge(this->person(1), this->person(2), "同一人", this->request_));
  EXPECT_EQ(this->resources_of(kept), (std::multiset<std::string>{"people", "people", "visits"}));
}

TYPED_TEST(RegistryProcesses, WhatANewModelIsToGoThroughIsNotHeldForDone) {
  this->load("people", jingwei::testing::people(1, 3));
  this->link();
  this->put_model(1);
  storage::Change again;
  again.writes.push_back(LinkRunner::look_again());
  must(this->node_.store->commit(std::move(again)));
  must(this->registry_->resources().refresh());
  this->node_.writes->between([&] { must(this->another_->models().activate(1, this->request_)); });
  EXPECT_FALSE(this->registry_->runner().step());  // decided by the model that was in force
  for (const auto& [resource, done] : this->looked_through()) EXPECT_FALSE(done) << resource;
  this->link();
  for (const auto& [resource, done] : this->looked_through()) EXPECT_TRUE(done) << resource;
}

TYPED_TEST(RegistryProcesses, WhoTakesOverKnowsWhatTheOtherHasLinked) {
  this->load("people", jingwei::testing::people(1, 3));
  this->put_model_in_force();
  must(this->another_->runner().step());
  this->load("people", jingwei::testing::people(4, 3));
  this->link();
  this->clock_.advance(std::chrono::seconds{60});  // the other's lease lapses
  this->load_visit(4);
  must(this->another_->runner().catch_up());
  EXPECT_EQ(this->subject_of(this->record_of("visits", 4)), this->subject_of(this->record_of("people", 4)));
  // And the first, when it comes again, what was linked while it had no lease.
  this->load("people", jingwei::testing::people(7, 3));
  must(this->another_->runner().catch_up());
  this->clock_.advance(std::chrono::seconds{60});
  this->load_visit(8);
  this->link();
  EXPECT_EQ(this->subject_of(this->record_of("visits", 8)), this->subject_of(this->record_of("people", 8)));
}

TYPED_TEST(RegistryProcesses, WhoFollowsForgetsWhatWasWithdrawn) {
  const auto batch = this->load("people", jingwei::testing::people(1, 3));
  this->link();
  std::mutex turn;
  const auto matcher = identifier_matcher();
  std::vector<Filling> prepared;
  LinkRunner follower(
      this->another_->parts(), this->another_->resources(), turn, [&]() -> Matcher& { return *matcher; },
      [&](Filling filling) -> Result<void> {
        prepared.push_back(filling);
        return {};
      });
  must(follower.step());
  must(follower.step());
  EXPECT_EQ(prepared, (std::vector<Filling>{Filling::anew, Filling::as_needed}));
  const auto plan = must(this->node_.ingest->withdrawals().plan(batch.id));
  must(this->node_.ingest->withdrawals().ask(batch.id, "wrong file", plan.records(), this->request_));
  must(this->node_.ingest->withdrawals().run(batch.id, std::atomic<bool>(false)));
  this->link();
  // The feed may show it a little later.
  prepared.clear();
  for (int at = 0; at < 200 && std::count(prepared.begin(), prepared.end(), Filling::anew) == 0; ++at) {
    this->node_.store->wait_for_feed(this->registry_->runner().progress().position,
                                     std::chrono::milliseconds{5});
    must(follower.step());
  }
  must(follower.step());
  ASSERT_GE(prepared.size(), 3U);
  EXPECT_EQ(prepared.front(), Filling::as_needed);
  EXPECT_EQ(std::count(prepared.begin(), prepared.end(), Filling::anew), 1);
  EXPECT_EQ(prepared.back(), Filling::as_needed);
}

TYPED_TEST(RegistryProcesses, GoesThroughAResourceAgainWhenItSaysSo) {
  this->load("people", jingwei::testing::people(1, 3));
  this->link();
  storage::Change change;
  change.events.push_back({"purpose.changed", R"({"resource":"people"})"});
  must(this->node_.store->commit(std::move(change)));
  this->link();
  for (const auto& [resource, done] : this->looked_through()) EXPECT_TRUE(done) << resource;
}

}  // namespace

}  // namespace jingwei::registry
