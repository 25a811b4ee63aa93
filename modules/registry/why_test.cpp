// Whoever sees a record in a file can learn why it stands there, and learns nothing they may not see.
#include <gtest/gtest.h>

#include <numeric>

#include "modules/registry/model_testing.h"
#include "modules/registry/why_json.h"

namespace jingwei::registry {

namespace {

using namespace testing;

template <typename Backend>
class RegistryWhy : public ModelWorld<Backend> {
 protected:
  Why why_of(const std::string& resource, int number, const Reader& reader = open_reader()) {
    const RecordId record = this->record_of(resource, number);
    return must(this->registry_->whys().why(this->subject_of(record), record, reader));
  }
  static Reader open_reader() { return {access::Caller::local_operator(), "epidemic-control"}; }
  // Who sees what stands in the grid of this number, with names and numbers in it.
  Reader reader_in_grid_of(int number) {
    auto role = std::make_shared<access::Role>();
    role->permissions.set(*access::find_permission("record.read"));
    role->permissions.set(*access::find_permission("subject.read"));
    role->classes = {"name", "identifier"};
    role->every_purpose = true;
    access::Grant grant;
    grant.role = std::move(role);
    const auto tree = this->node_.regions->tree();
    grant.region = tree->id(tree->find(grid_code(number)));
    return {std::make_shared<access::Caller>("account:1", std::vector<access::Grant>{grant}),
            "epidemic-control"};
  }
  std::string json_of(const Why& why) {
    return why_json(why, Reasons::told, *this->node_.regions->tree(), Language::zh);
  }
  static linkage::Level level(const Why& why, Trait trait) {
    return why.levels[static_cast<std::size_t>(trait)];
  }
  static double part(const Why& why, Trait trait) { return why.parts[static_cast<std::size_t>(trait)]; }
};
TYPED_TEST_SUITE(RegistryWhy, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(RegistryWhy, ByTheSameNumberAndTheRecordThatBearsItToo) {
  this->load("people", jingwei::testing::people(1, 3));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "张三") + visit_row("V2", 2, "欧阳明"));
  this->link();
  const Why same = this->why_of("visits", 1);
  EXPECT_EQ(same.basis, Basis::identifier);
  EXPECT_EQ(same.entry.link.model, 0);
  ASSERT_TRUE(same.other);
  EXPECT_EQ(same.other->record.id, this->record_of("people", 1));
  EXPECT_EQ(this->level(same, Trait::document), linkage::Level::exact);
  EXPECT_EQ(this->level(same, Trait::name), linkage::Level::exact);
  EXPECT_GE(same.probability, same.bounds.certain);
  EXPECT_TRUE(same.decisions.empty());
  // One number under another name is theirs with less certainty, and the name is what speaks against it.
  const Why guess = this->why_of("visits", 2);
  EXPECT_EQ(guess.entry.link.certainty, Certainty::probable);
  EXPECT_EQ(this->level(guess, Trait::name), linkage::Level::different);
  EXPECT_LT(this->part(guess, Trait::name), 0);
  EXPECT_LT(guess.probability, guess.bounds.certain);
  EXPECT_GE(guess.probability, guess.bounds.probable);
}

TYPED_TEST(RegistryWhy, AnOnlyRecordHangsOnNothing) {
  this->load("people", jingwei::testing::people(1, 2));
  this->link();
  const Why why = this->why_of("people", 1);
  EXPECT_EQ(why.basis, Basis::alone);
  EXPECT_FALSE(why.compared);
  EXPECT_FALSE(why.other);
  const auto elsewhere =
      this->registry_->whys().why(this->person(1), this->record_of("people", 2), this->open_reader());
  ASSERT_FALSE(elsewhere.ok()) << "of another's file";
  EXPECT_EQ(elsewhere.error().message, "registry.link_not_found");
}

TYPED_TEST(RegistryWhy, ByTheModelThatLinkedItTraitByTraitAlsoWhenAnotherLinksNow) {
  this->put_model_in_force();
  this->load("people", jingwei::testing::people(1, 3));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "张三"));
  this->link();
  const Why why = this->why_of("visits", 1);
  EXPECT_EQ(why.basis, Basis::model);
  EXPECT_EQ(why.entry.link.model, 1);
  ASSERT_TRUE(why.other);
  EXPECT_EQ(why.other->record.id, this->record_of("people", 1));
  EXPECT_GE(why.probability, why.bounds.probable);
  EXPECT_EQ(this->level(why, Trait::document), linkage::Level::exact);
  EXPECT_GT(this->part(why, Trait::document), 0);
  // Only one of the two says a phone.
  EXPECT_EQ(this->level(why, Trait::phone), linkage::Level::missing);
  EXPECT_EQ(this->part(why, Trait::phone), 0);
  EXPECT_NEAR(std::accumulate(why.parts.begin(), why.parts.end(), 0.0), why.weight, 1e-6);
  const std::string told = this->json_of(why);
  EXPECT_NE(told.find("\"level\":\"exact\""), std::string::npos) << told;
  EXPECT_NE(told.find(citizen_id(1)), std::string::npos) << told;
  // A process that has not taken the model in reads it from those that are kept.
  this->restart_registry();
  const Why again = this->why_of("visits", 1);
  EXPECT_EQ(again.basis, Basis::model);
  EXPECT_DOUBLE_EQ(again.weight, why.weight);
  EXPECT_DOUBLE_EQ(again.bounds.certain, why.bounds.certain);
}

TYPED_TEST(RegistryWhy, ByAPersonsWordWithWhoAndWhyUntilItIsTakenBack) {
  this->load("people", jingwei::testing::people(1, 2));
  this->link();
  const SubjectId one = this->person(1), two = this->person(2);
  const Event event = must(this->registry_->decisions().merge(one, two, "电话核实", this->request_));
  for (const int number : {1, 2}) {
    const Why why = this->why_of("people", number);
    EXPECT_EQ(why.subject, std::min(one, two));
    EXPECT_EQ(why.basis, Basis::decision) << number;
    ASSERT_EQ(why.decisions.size(), 1U) << number;
    EXPECT_EQ(why.decisions.front().actor, "tester");
    EXPECT_EQ(why.decisions.front().reason, "电话核实");
    // What speaks against it is told all the same.
    EXPECT_EQ(this->level(why, Trait::document), linkage::Level::different);
    EXPECT_NE(this->json_of(why).find("电话核实"), std::string::npos);
    EXPECT_EQ(why_json(why, Reasons::withheld, *this->node_.regions->tree(), Language::zh).find("电话核实"),
              std::string::npos);
  }
  must(this->registry_->decisions().undo(event.id, this->request_));
  const Why parted = this->why_of("people", 2);
  EXPECT_EQ(parted.basis, Basis::alone);
  EXPECT_TRUE(parted.decisions.empty());
}

TYPED_TEST(RegistryWhy, APairThatSomebodyFoundToBeOneNamesThem) {
  this->load("people", jingwei::testing::people(1, 2));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "欧阳明"));
  this->link();
  const RecordId person = this->record_of("people", 1), visit = this->record_of("visits", 1);
  EXPECT_TRUE(this->why_of("visits", 1).decisions.empty());
  must(this->registry_->decisions().decide(this->put_review(person, visit), ReviewState::same,
                                           this->request_));
  const Why why = this->why_of("visits", 1);
  ASSERT_EQ(why.decisions.size(), 1U);
  EXPECT_EQ(why.decisions.front().actor, "tester");
  EXPECT_TRUE(why.decisions.front().reason.empty());
}

TYPED_TEST(RegistryWhy, WhatMayNotBeSeenIsNotShownOnlyHowAlikeItIs) {
  this->load("people", jingwei::testing::people(1, 1));
  this->load("visits", std::string(visit_header) + "V1,张三," + citizen_id(1) + ",咳嗽," + grid_code(2) +
                           ",2020-02-01\n");
  this->link();
  const Reader reader = this->reader_in_grid_of(1);
  const Why why = this->why_of("people", 1, reader);
  EXPECT_TRUE(why.compared);
  EXPECT_FALSE(why.other);
  EXPECT_EQ(this->level(why, Trait::document), linkage::Level::exact);
  const std::string told = this->json_of(why);
  EXPECT_NE(told.find("\"other\":null"), std::string::npos) << told;
  EXPECT_NE(told.find(citizen_id(1)), std::string::npos) << "their own record they may see: " << told;
  EXPECT_EQ(told.find('"' + this->record_of("visits", 1).to_string() + '"'), std::string::npos) << told;
  EXPECT_EQ(told.find("就诊"), std::string::npos) << told;
  const RecordId visit = this->record_of("visits", 1);
  const auto hidden = this->registry_->whys().why(this->subject_of(visit), visit, reader);
  ASSERT_FALSE(hidden.ok());
  EXPECT_EQ(hidden.error().code, ErrorCode::not_found);
  EXPECT_EQ(hidden.error().message, "registry.link_not_found");
}

}  // namespace

}  // namespace jingwei::registry
