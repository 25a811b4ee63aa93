// The last word of people on two records holds, whoever else is said to be one with them; relations and pairs
// follow.
#include <gtest/gtest.h>

#include "modules/registry/model_testing.h"

namespace jingwei::registry {

namespace {

using namespace testing;

template <typename Backend>
class RegistryWords : public ModelWorld<Backend> {
 protected:
  ReviewId review_of(RecordId one, RecordId other) {
    for (const auto& review : must(this->registry_->decisions().reviews(std::nullopt, ReviewId(), 100))) {
      if (review.a == std::min(one, other) && review.b == std::max(one, other)) return review.id;
    }
    return this->put_review(one, other);
  }
  Result<Review> decide(RecordId one, RecordId other, ReviewState verdict) {
    return this->registry_->decisions().decide(review_of(one, other), verdict, this->request_);
  }
};
TYPED_TEST_SUITE(RegistryWords, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(RegistryWords, OfTwoRecordsTheLastHoldsWithAModelToo) {
  this->load("people", jingwei::testing::people(1, 3));
  this->put_model_in_force();
  const RecordId one = this->record_of("people", 1), two = this->record_of("people", 2);
  this->say(one, two, true);
  this->look_again();
  EXPECT_EQ(this->subject_of(one), this->subject_of(two));
  this->say(one, two, false);
  this->look_again();
  EXPECT_NE(this->subject_of(one), this->subject_of(two));
  this->say(one, two, true);
  this->look_again();
  EXPECT_EQ(this->subject_of(one), this->subject_of(two));
}

TYPED_TEST(RegistryWords, WhoIsHeldApartIsNotJoinedByAThirdWithAModelEither) {
  this->load("people", jingwei::testing::people(1, 3));
  this->put_model_in_force();
  const RecordId one = this->record_of("people", 1), two = this->record_of("people", 2),
                 three = this->record_of("people", 3);
  this->say(one, two, true);
  this->say(one, three, false);
  this->say(two, three, true);
  this->look_again();
  EXPECT_EQ(this->subject_of(one), this->subject_of(two));
  EXPECT_NE(this->subject_of(one), this->subject_of(three));
}

TYPED_TEST(RegistryWords, AWordThatAnotherPreventsIsRefused) {
  this->load("people", jingwei::testing::people(1, 1));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "欧阳明"));
  const RecordId first = this->record_of("people", 1), second = this->record_of("visits", 1);
  this->load("visits", std::string(visit_header) + visit_row("V2", 1, "司马光"));
  const RecordId third = this->record_of("visits", 1);
  this->link();
  must(this->decide(first, second, ReviewState::same));
  must(this->decide(first, third, ReviewState::different));
  const auto refused = this->decide(second, third, ReviewState::same);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "registry.held_apart");
  EXPECT_EQ(must(this->registry_->decisions().find_review(this->review_of(second, third))).state,
            ReviewState::open);
}

TYPED_TEST(RegistryWords, AMergedSubjectKeepsTheRelationsThatWereEntered) {
  this->load("people", jingwei::testing::people(1, 4));
  this->link();
  const SubjectId one = this->person(1), two = this->person(2), three = this->person(3),
                  four = this->person(4);
  must(this->registry_->relate({three, two, RelationKind::carer, {}, {}}, this->request_));
  must(this->registry_->relate({one, two, RelationKind::guardian, {}, {}}, this->request_));
  const Event merged = must(this->registry_->decisions().merge(one, two, "同一人", this->request_));
  auto relations = this->file(one).relations;
  ASSERT_EQ(relations.size(), 1U);  // nobody is their own guardian
  EXPECT_EQ(relations.front().kind, RelationKind::carer);
  EXPECT_EQ(relations.front().subject, three);
  EXPECT_EQ(relations.front().other, merged.kept);
  // The other end was merged too.
  must(this->registry_->decisions().merge(three, four, "同一人", this->request_));
  relations = this->file(one).relations;
  ASSERT_EQ(relations.size(), 1U);
  EXPECT_EQ(relations.front().subject, this->person(4));
  EXPECT_EQ(this->file(four).relations.size(), 1U);
}

TYPED_TEST(RegistryWords, APairIsOfferedThoughManyLikelierOnesMayNotBeSeen) {
  storage::Change change;
  for (std::int64_t at = 0; at < 450; ++at) {
    change.writes.push_back({&sql::add_review,
                             {100'000 + at, 1'000 + at, 9'000 + at, static_cast<std::int64_t>(Role::person),
                              std::int64_t{1}, std::int64_t{1}, std::int64_t{0}, std::int64_t{0},
                              at < 300 ? 0.45 : 0.4, std::string("{}"), std::int64_t{0}},
                             std::nullopt});
  }
  must(this->node_.store->commit(std::move(change)));
  const auto only = [](std::int64_t id) {
    return [id](const Review& review) -> Result<bool> { return review.id.value == id; };
  };
  for (const std::int64_t seen : {100'000, 100'299, 100'300, 100'449}) {
    const auto offered = must(this->registry_->decisions().next_review("tester", only(seen)));
    ASSERT_TRUE(offered) << seen;
    EXPECT_EQ(offered->id.value, seen);
  }
  EXPECT_FALSE(must(this->registry_->decisions().next_review("tester", only(1))));
}

TYPED_TEST(RegistryWords, APairIsClosedWhenItsTwoAreOneForCertain) {
  this->load("people", jingwei::testing::people(1, 3));
  this->link();
  auto& decisions = this->registry_->decisions();
  this->put_review(this->record_of("people", 1), this->record_of("people", 2));
  this->put_review(this->record_of("people", 1), this->record_of("people", 3));
  must(decisions.merge(this->person(1), this->person(2), "同一人", this->request_));
  const auto open = must(decisions.reviews(ReviewState::open, ReviewId(), 10));
  ASSERT_EQ(open.size(), 1U) << "whether the third is the same is still to be seen";
  EXPECT_EQ(open.front().b, this->record_of("people", 3));
  EXPECT_EQ(must(decisions.count(ReviewState::open)), 1);
}

TYPED_TEST(RegistryWords, WhenAReviewersMergeIsTakenBackThePairIsLookedAtAgain) {
  this->load("people", jingwei::testing::people(1, 3));
  this->link();
  auto& decisions = this->registry_->decisions();
  const ReviewId review = this->put_review(this->record_of("people", 1), this->record_of("people", 2));
  const Review decided = must(decisions.decide(review, ReviewState::same, this->request_));
  ASSERT_EQ(decided.state, ReviewState::same);
  ASSERT_EQ(this->person(1), this->person(2));
  must(decisions.undo(decided.event, this->request_));
  EXPECT_NE(this->person(1), this->person(2));
  const Review again = must(decisions.find_review(review));
  EXPECT_EQ(again.state, ReviewState::open);
  EXPECT_TRUE(again.decided_by.empty());
  EXPECT_FALSE(again.event);
  EXPECT_EQ(must(decisions.decide(review, ReviewState::different, this->request_)).state,
            ReviewState::different);
}

TYPED_TEST(RegistryWords, AMergeTellsWhatSpokeForItWithAModelToo) {
  this->load("people", jingwei::testing::people(1, 3));
  this->put_model_in_force();
  const Event merged = must(this->registry_->decisions().merge(this->subject_of(this->record_of("people", 1)),
                                                               this->subject_of(this->record_of("people", 2)),
                                                               "同一人", this->request_));
  EXPECT_NE(merged.weights.find("\"name\":"), std::string::npos) << merged.weights;
  EXPECT_NE(merged.weights.find("\"document\":"), std::string::npos) << merged.weights;
}

TYPED_TEST(RegistryWords, AModelWhoseComparisonBrokeOffCanBeComparedAgain) {
  this->load("people", jingwei::testing::people(1, 3));
  this->link();
  this->put_model(1);
  storage::Change change;
  change.writes.push_back({&sql::begin_comparing, {std::int64_t{1}}, 1});
  must(this->node_.store->commit(std::move(change)));
  EXPECT_EQ(must(this->registry_->models().find(1)).state, ModelState::ready);
  must(this->registry_->models().compare(1, this->request_));
  this->registry_->models().wait();
  EXPECT_EQ(must(this->registry_->models().find(1)).state, ModelState::compared);
}

}  // namespace

}  // namespace jingwei::registry
