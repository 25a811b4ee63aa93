// What hangs together further than the model looks stays as it stands: what is new is somebody of its own
// until a person has looked at it.
#include <gtest/gtest.h>

#include "modules/registry/model_testing.h"

namespace jingwei::registry {

namespace {

using namespace testing;

// So many of one person, each with a phone of its own, are compared with each other; a few more are too many.
constexpr int looked_through = 300, more = 20;
static_assert(looked_through * (looked_through - 1) / 2 < static_cast<int>(linkage::component_pairs_most));
static_assert((looked_through + more) * (looked_through + more - 1) / 2 >
              static_cast<int>(linkage::component_pairs_most) + more * more);

template <typename Backend>
class RegistryTangled : public ModelWorld<Backend> {
 protected:
  void SetUp() override {
    this->declare("tangled", people_entries("entries", "entry_no"));
    ModelWorld<Backend>::SetUp();
  }
  void load_entries(int first, int count) {
    std::string rows(people_entries_header);
    for (int number = first; number < first + count; ++number) {
      rows += "E" + std::to_string(number) + ",张伟," + citizen_id(1) + ',' + phone(number) +
              ",1980-05-06,福州路12号3栋401室," + grid_code(1) + '\n';
    }
    this->load("entries", rows);
    this->link();
  }
  RecordId entry(int number) {
    for (const auto& record : this->records("entries")) {
      const auto* text = std::get_if<std::string>(&record.values.front());
      if (text != nullptr && *text == "E" + std::to_string(number)) return record.id;
    }
    ADD_FAILURE() << number;
    return RecordId();
  }
};
TYPED_TEST_SUITE(RegistryTangled, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(RegistryTangled, LinksStayAsTheyStandAndEachNewRecordIsLookedAt) {
  this->load("people", jingwei::testing::people(5, 3));
  this->put_model_in_force();
  this->load_entries(0, looked_through);
  const SubjectId whole = this->subject_of(this->entry(0));
  ASSERT_EQ(this->file(whole).entries.size(), static_cast<std::size_t>(looked_through));
  this->load_entries(looked_through, more);
  EXPECT_EQ(this->file(whole).entries.size(), static_cast<std::size_t>(looked_through));
  std::set<SubjectId> alone;
  std::set<RecordId> looked_at;
  for (const auto& review : must(this->registry_->decisions().reviews(ReviewState::open, ReviewId(), 200))) {
    looked_at.insert(review.a);
    looked_at.insert(review.b);
  }
  for (int number = looked_through; number < looked_through + more; ++number) {
    const RecordId record = this->entry(number);
    alone.insert(this->subject_of(record));
    EXPECT_TRUE(looked_at.contains(record)) << number;
  }
  EXPECT_EQ(alone.size(), static_cast<std::size_t>(more));
  EXPECT_FALSE(alone.contains(whole));
  // Going through everything again changes nothing.
  const auto before = must(this->registry_->status());
  this->look_again();
  const auto after = must(this->registry_->status());
  EXPECT_EQ(after.subjects, before.subjects);
  EXPECT_EQ(after.links, before.links);
}

TYPED_TEST(RegistryTangled, PeopleStillJoinAndPartWhatTheyLookedAt) {
  this->load("people", jingwei::testing::people(5, 3));
  this->put_model_in_force();
  this->load_entries(0, looked_through);
  const SubjectId whole = this->subject_of(this->entry(0));
  this->load_entries(looked_through, more);
  const RecordId record = this->entry(looked_through + 1);
  const SubjectId own = this->subject_of(record);
  auto& decisions = this->registry_->decisions();
  const Event merged = must(decisions.merge(own, whole, "同一人", this->request_));
  EXPECT_EQ(merged.kept, whole);
  EXPECT_EQ(this->subject_of(record), whole);
  EXPECT_EQ(this->file(whole).entries.size(), static_cast<std::size_t>(looked_through) + 1);
  must(decisions.undo(merged.id, this->request_));
  EXPECT_EQ(this->subject_of(record), own);
  EXPECT_EQ(this->file(whole).entries.size(), static_cast<std::size_t>(looked_through));
}

TYPED_TEST(RegistryTangled, AComparisonOfModelsLeavesThemAsTheyStandToo) {
  this->load("people", jingwei::testing::people(5, 3));
  this->put_model_in_force();
  this->load_entries(0, looked_through);
  this->load_entries(looked_through, more);
  this->put_model(2);
  must(this->registry_->models().compare(2, this->request_));
  this->registry_->models().wait();
  const auto compared = must(this->registry_->models().find(2));
  ASSERT_TRUE(compared.changes) << compared.fault;
  EXPECT_EQ(compared.changes->merged, 0);
  EXPECT_EQ(compared.changes->split, 0);
  EXPECT_EQ(compared.changes->persons_after, compared.changes->persons_before);
}

}  // namespace

}  // namespace jingwei::registry
